"""The `importOptions` member of a summary: the options in force, under DHIS2's names and in its order."""

from __future__ import annotations

from typing import Any

from datavalues.params import ImportParams, Strategy
from datavalues.schemes import Schemes
from metadata.id_schemes import UID, SchemeKind

_WIRE_NAMES = {
    "data_element": "dataElementIdScheme", "org_unit": "orgUnitIdScheme",
    "category_option_combo": "categoryOptionComboIdScheme", "attribute_option_combo": "attributeOptionComboIdScheme",
    "data_set": "dataSetIdScheme", "category": "categoryIdScheme", "category_option": "categoryOptionIdScheme",
}  # fmt: skip


def import_options(params: ImportParams, strategy: Strategy, schemes: Schemes, *, dry_run: bool) -> dict[str, Any]:
    """The options as DHIS2 2.42 echoes them."""
    return {
        "idSchemes": _id_schemes(schemes),
        "dryRun": dry_run,
        "async": params.run_async,
        "importStrategy": strategy.value,
        "mergeMode": "REPLACE",
        "reportMode": "FULL",
        "skipExistingCheck": params.skip_existing_check,
        "sharing": False,
        "skipNotifications": False,
        "skipAudit": params.skip_audit,
        "datasetAllowsPeriods": False,
        "strictPeriods": params.strict_periods,
        "strictDataElements": params.strict_data_elements,
        "strictCategoryOptionCombos": params.strict_category_option_combos,
        "strictAttributeOptionCombos": params.strict_attribute_option_combos,
        "strictOrganisationUnits": params.strict_organisation_units,
        "strictDataSetApproval": params.strict_data_set_approval,
        "strictDataSetLocking": params.strict_data_set_locking,
        "strictDataSetInputPeriods": params.strict_data_set_input_periods,
        "requireCategoryOptionCombo": params.require_category_option_combo,
        "requireAttributeOptionCombo": params.require_attribute_option_combo,
        "skipPatternValidation": False,
        "ignoreEmptyCollection": False,
        "force": params.force,
        "firstRowIsHeader": params.first_row_is_header,
        "skipLastUpdated": False,
        "mergeDataValues": False,
        "skipCache": False,
    }


def _id_schemes(schemes: Schemes) -> dict[str, Any]:
    shown = {}
    for name, wire_name in _WIRE_NAMES.items():
        scheme = getattr(schemes, name)
        if scheme == UID:
            continue
        shown[wire_name] = {"type": scheme.kind.value} | (
            {"attribute": scheme.attribute} if scheme.kind is SchemeKind.ATTRIBUTE else {}
        )
    return shown
