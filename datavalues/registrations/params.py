"""Query parameters of `/api/completeDataSetRegistrations` (DHIS2 2.42, completeness registrations)."""

from __future__ import annotations

from datetime import date, datetime

from datavalues.params import SCHEME, ImportParams
from dhis2api.web.params import Params, param

PLAIN_SCHEME = "uid, code or name; anything else means uid."


class RegistrationImportParams(ImportParams):
    """Parameters of `POST`: those of data value sets, as far as they have a meaning here."""

    attribute_option_combo_id_scheme: str | None = param(None, doc=f"How attribute option combos are named: {SCHEME}")


class RegistrationExportParams(Params):
    """Parameters of `GET`."""

    data_set: list[str] = param(repeatable=True, doc="Data sets.")
    period: list[str] = param(repeatable=True, doc="Periods in ISO form.")
    start_date: date | None = param(None, doc="First day; periods must begin on it or later.")
    end_date: date | None = param(None, doc="Last day; periods must end on it or earlier.")
    org_unit: list[str] = param(repeatable=True, doc="Org units.")
    org_unit_group: list[str] = param(repeatable=True, doc="Org unit groups.")
    children: bool = param(False, doc="Include everything below the org units.")
    created: datetime | None = param(None, doc="Registrations of this day or later.")
    created_duration: str = param("", doc="Registrations of the last `10d`, `3h`, `5m` or `30s`, in whole days.")
    limit: int | None = param(None, doc="At most so many registrations.")
    id_scheme: str | None = param(None, doc=f"How the answer names all objects: {PLAIN_SCHEME}")
    data_set_id_scheme: str | None = param(None, doc=f"How the answer names data sets: {PLAIN_SCHEME}")
    org_unit_id_scheme: str | None = param(None, doc=f"How the answer names org units: {PLAIN_SCHEME}")
    attribute_option_combo_id_scheme: str | None = param(None, doc=f"… attribute option combos: {PLAIN_SCHEME}")


class RegistrationDeleteParams(Params):
    """Parameters of `DELETE`; all identifiers are uids."""

    ds: list[str] = param(repeatable=True, doc="Data sets.")
    pe: str = param("", doc="Period.")
    ou: str = param("", doc="Org unit.")
    cc: str = param("", doc="Category combo of the attribute option combo.")
    cp: list[str] = param(doc="The options that with `cc` make the attribute option combo, `;` between them.")
    multi_ou: bool = param(False, doc="Also of the org units directly below.")
