"""By what a payload names its metadata. Source: DHIS2 2.42, tracker import, idScheme parameters."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.id_schemes import UID, IdScheme
from tracker.params import TrackerImportParams
from tracker.schemes import parse_scheme


@dataclass(frozen=True, slots=True)
class Schemes:
    """One scheme for each type; tracked entity types, attributes and relationship types follow the general one."""

    general: IdScheme = UID
    data_element: IdScheme = UID
    org_unit: IdScheme = UID
    program: IdScheme = UID
    program_stage: IdScheme = UID
    category_option_combo: IdScheme = UID
    category_option: IdScheme = UID


def schemes_of(params: TrackerImportParams) -> Schemes:
    """The schemes that hold: that of a type, else the general one. Errors: 400 for what is none."""
    general = parse_scheme(params.id_scheme, "idScheme")

    def specific(text: str, parameter: str) -> IdScheme:
        return parse_scheme(text, parameter) if text else general

    return Schemes(
        general,
        specific(params.data_element_id_scheme, "dataElementIdScheme"),
        specific(params.org_unit_id_scheme, "orgUnitIdScheme"),
        specific(params.program_id_scheme, "programIdScheme"),
        specific(params.program_stage_id_scheme, "programStageIdScheme"),
        specific(params.category_option_combo_id_scheme, "categoryOptionComboIdScheme"),
        specific(params.category_option_id_scheme, "categoryOptionIdScheme"),
    )
