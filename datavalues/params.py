"""Query parameters of `/api/dataValueSets` (DHIS2 2.42, data values, import and export parameters)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from datavalues.schemes import SchemeTexts
from dhis2api.web.params import Params, param

SCHEME = "uid, code, name or attribute:<uid>."


class Strategy(StrEnum):
    """What may happen to a value; the longer names of old versions mean the same."""

    CREATE_AND_UPDATE = "CREATE_AND_UPDATE"
    NEW_AND_UPDATES = "NEW_AND_UPDATES"
    CREATE = "CREATE"
    NEW = "NEW"
    UPDATE = "UPDATE"
    UPDATES = "UPDATES"
    DELETE = "DELETE"
    DELETES = "DELETES"
    SYNC = "SYNC"

    @property
    def canonical(self) -> Strategy:
        return _CANONICAL.get(self, self)


_CANONICAL = {
    Strategy.NEW_AND_UPDATES: Strategy.CREATE_AND_UPDATE,
    Strategy.NEW: Strategy.CREATE,
    Strategy.UPDATES: Strategy.UPDATE,
    Strategy.DELETES: Strategy.DELETE,
}


class ImportParams(Params):
    """Parameters of `POST /api/dataValueSets`; what the payload itself says goes before."""

    id_scheme: str | None = param(None, doc=f"How all objects are named: {SCHEME}")
    data_element_id_scheme: str | None = param(None, doc=f"How data elements are named: {SCHEME}")
    org_unit_id_scheme: str | None = param(None, doc=f"How org units are named: {SCHEME}")
    category_option_combo_id_scheme: str | None = param(None, doc=f"How option combos are named: {SCHEME}")
    data_set_id_scheme: str | None = param(None, doc=f"How data sets are named: {SCHEME}")
    category_id_scheme: str | None = param(None, doc=f"ADX: how categories are named: {SCHEME}")
    category_option_id_scheme: str | None = param(None, doc=f"How category options are named: {SCHEME}")
    import_strategy: Strategy = param(
        Strategy.CREATE_AND_UPDATE, aliases=("strategy",), doc="What may happen to a value that exists, or does not."
    )
    dry_run: bool = param(False, doc="Validate and count; write nothing.")
    data_set: str = param("", doc="CSV: the data set of the whole file.")
    first_row_is_header: bool = param(True, doc="CSV: pass over the first line.")
    preheat_cache: bool = param(False, doc="Accepted; everything is always loaded set-wise.")
    skip_existing_check: bool = param(False, doc="Treat every value as new, without looking for stored ones.")
    skip_audit: bool = param(False, doc="Write no audit; needs F_SKIP_DATA_IMPORT_AUDIT.")
    force: bool = param(False, doc="Ignore locks; honoured for superusers.")
    strict_periods: bool = param(False, doc="Periods must be of the types of the data element's data sets.")
    strict_data_elements: bool = param(False, doc="Data elements must be in the data set, or in any.")
    strict_category_option_combos: bool = param(False, doc="Category option combos must fit the data element.")
    strict_attribute_option_combos: bool = param(False, doc="Attribute option combos must fit the data sets.")
    strict_organisation_units: bool = param(False, doc="Data elements must be assigned to the org unit.")
    strict_data_set_approval: bool = param(False, doc="Every data set of the value must be unapproved, not just one.")
    strict_data_set_locking: bool = param(False, doc="Every data set of the value must be unlocked, not just one.")
    strict_data_set_input_periods: bool = param(False, doc="Every data set of the value must be open, not just one.")
    require_category_option_combo: bool = param(False, doc="Every value must name its category option combo.")
    require_attribute_option_combo: bool = param(False, doc="Every value must name its attribute option combo.")

    run_async: bool = param(False, name="async", doc="Import as a job; answer at once.")

    @property
    def schemes(self) -> SchemeTexts:
        return SchemeTexts(
            general=self.id_scheme, data_element=self.data_element_id_scheme, org_unit=self.org_unit_id_scheme,
            category_option_combo=self.category_option_combo_id_scheme,
            # DHIS2 reads the attribute option combo by the scheme of the category option combo.
            attribute_option_combo=self.category_option_combo_id_scheme,
            data_set=self.data_set_id_scheme, category=self.category_id_scheme,
            category_option=self.category_option_id_scheme,
        )  # fmt: skip


class ExportParams(Params):
    """Parameters of `GET /api/dataValueSets`."""

    data_set: list[str] = param(repeatable=True, doc="Data sets, in the input id scheme.")
    data_element_group: list[str] = param(repeatable=True, doc="Data element groups; given, they alone choose.")
    data_element: list[str] = param(repeatable=True, doc="Data elements.")
    period: list[str] = param(repeatable=True, doc="Periods in ISO form.")
    start_date: date | None = param(None, doc="First day; periods must begin on it or later.")
    end_date: date | None = param(None, doc="Last day; periods must end on it or earlier.")
    org_unit: list[str] = param(repeatable=True, doc="Org units.")
    children: bool = param(False, doc="Include everything below the org units.")
    org_unit_group: list[str] = param(repeatable=True, doc="Org unit groups.")
    attribute_option_combo: list[str] = param(repeatable=True, doc="Attribute option combos.")
    attribute_combo: str = param("", doc="Category combo of the attribute option combo, instead of naming that.")
    attribute_options: list[str] = param(doc="The options that with `attributeCombo` make the option combo.")
    include_deleted: bool = param(False, doc="Include deleted values.")
    last_updated: datetime | None = param(None, doc="Values changed at or after this moment.")
    last_updated_duration: str = param("", doc="Values changed within `10d`, `3h`, `5m` or `30s`.")
    limit: int | None = param(None, doc="At most so many values.")
    id_scheme: str | None = param(None, doc=f"How the answer names all objects: {SCHEME}")
    data_element_id_scheme: str | None = param(None, doc=f"How the answer names data elements: {SCHEME}")
    org_unit_id_scheme: str | None = param(None, doc=f"How the answer names org units: {SCHEME}")
    category_option_combo_id_scheme: str | None = param(None, doc=f"… category option combos: {SCHEME}")
    attribute_option_combo_id_scheme: str | None = param(None, doc=f"… attribute option combos: {SCHEME}")
    data_set_id_scheme: str | None = param(None, doc=f"… the data set: {SCHEME}")
    category_id_scheme: str | None = param(None, doc=f"… ADX: categories: {SCHEME}")
    category_option_id_scheme: str | None = param(None, doc=f"… ADX: category options: {SCHEME}")
    input_id_scheme: str | None = param(None, doc="How the parameters name objects: uid, code or name.")
    input_org_unit_id_scheme: str | None = param(None, doc="How `orgUnit` and `orgUnitGroup` are given.")
    input_data_set_id_scheme: str | None = param(None, doc="How `dataSet` is given.")
    input_data_element_id_scheme: str | None = param(None, doc="How `dataElement` is given.")
    input_data_element_group_id_scheme: str | None = param(None, doc="How `dataElementGroup` is given.")
    attachment: str = param("", doc="File name of an attachment.")
    compression: str = param("none", doc="none, gzip or zip.")
    format: str = param("", doc="json, xml, csv or adx+xml; goes before suffix and Accept.")

    @property
    def schemes(self) -> SchemeTexts:
        return SchemeTexts(
            general=self.id_scheme, data_element=self.data_element_id_scheme, org_unit=self.org_unit_id_scheme,
            category_option_combo=self.category_option_combo_id_scheme,
            attribute_option_combo=self.attribute_option_combo_id_scheme, data_set=self.data_set_id_scheme,
            category=self.category_id_scheme, category_option=self.category_option_id_scheme,
        )  # fmt: skip


class TemplateParams(Params):
    """Parameters of `GET /api/dataSets/{id}/dataValueSet`."""

    period: str = param("", doc="Period of all values; written as it is given.")
    org_unit: list[str] = param(repeatable=True, doc="Org units, by identifier, code or name.")
    comment: bool = param(True, doc="XML: name data set and data elements in comments.")
    org_unit_id_scheme: str = param("ID", doc="How org units are named: ID or CODE.")
    data_element_id_scheme: str = param("ID", doc="How data elements are named: ID or CODE.")
