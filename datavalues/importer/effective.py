"""The parameters that hold: what the request says, what the system settings insist on, what the user may ask for."""

from __future__ import annotations

import dataclasses

from configuration.settings import system_settings
from datavalues.authorities import SKIP_AUDIT
from datavalues.params import ImportParams
from sharing.access import Principal

# A rule holds as soon as the request or the setting says so.
SETTINGS = {
    "strict_periods": "keyDataImportStrictPeriods",
    "strict_data_elements": "keyDataImportStrictDataElements",
    "strict_category_option_combos": "keyDataImportStrictCategoryOptionCombos",
    "strict_attribute_option_combos": "keyDataImportStrictAttributeOptionCombos",
    "strict_organisation_units": "keyDataImportStrictOrganisationUnits",
    "require_category_option_combo": "keyDataImportRequireCategoryOptionCombo",
    "require_attribute_option_combo": "keyDataImportRequireAttributeOptionCombo",
    "strict_data_set_approval": "keyDataImportStrictDataSetApproval",
    "strict_data_set_locking": "keyDataImportStrictDataSetLocking",
    "strict_data_set_input_periods": "keyDataImportStrictDataSetInputPeriods",
}


def effective_params(params: ImportParams, principal: Principal) -> ImportParams:
    """`params` with the settings' strictness; `force` only for superusers, `skip_audit` only with its authority.

    One query. Source: DHIS2 2.42, data values, import parameters.
    """
    settings = system_settings(*SETTINGS.values())
    return dataclasses.replace(
        params,
        **{name: getattr(params, name) or settings[key] for name, key in SETTINGS.items()},
        force=params.force and principal.is_superuser,
        skip_audit=params.skip_audit and principal.has_any((SKIP_AUDIT,)),
    )
