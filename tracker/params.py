"""Query parameters of the import. Source: DHIS2 2.42, tracker import, request parameters."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.web.params import Params, param


class ImportMode(StrEnum):
    COMMIT = "COMMIT"
    VALIDATE = "VALIDATE"


class ImportStrategy(StrEnum):
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    CREATE_AND_UPDATE = "CREATE_AND_UPDATE"
    DELETE = "DELETE"


class AtomicMode(StrEnum):
    ALL = "ALL"
    OBJECT = "OBJECT"


class FlushMode(StrEnum):
    OBJECT = "OBJECT"
    AUTO = "AUTO"


class ValidationMode(StrEnum):
    FULL = "FULL"
    FAIL_FAST = "FAIL_FAST"
    SKIP = "SKIP"


class ReportMode(StrEnum):
    FULL = "FULL"
    ERRORS = "ERRORS"
    WARNINGS = "WARNINGS"


class SchemeParams(Params):
    """How metadata is named, of imports and of exports that have events."""

    id_scheme: str = param("UID", doc="How metadata is named: UID, CODE, NAME or ATTRIBUTE:uid.")
    data_element_id_scheme: str = param("", doc="The same for data elements; as `idScheme` when absent.")
    org_unit_id_scheme: str = param("", doc="The same for organisation units.")
    program_id_scheme: str = param("", doc="The same for programs.")
    program_stage_id_scheme: str = param("", doc="The same for program stages.")
    category_option_combo_id_scheme: str = param("", doc="The same for attribute option combos.")
    category_option_id_scheme: str = param("", doc="The same for attribute category options.")


class TrackerImportParams(SchemeParams):
    """Query parameters of `POST /api/tracker`."""

    run_async: bool = param(True, primitive=True, name="async", doc="Import as a job; answer at once.")
    report_mode: ReportMode = param(ReportMode.ERRORS, doc="What the report of a synchronous import tells.")
    import_mode: ImportMode = param(ImportMode.COMMIT, doc="VALIDATE checks everything and writes nothing.")
    import_strategy: ImportStrategy = param(
        ImportStrategy.CREATE_AND_UPDATE, doc="What may happen to objects that exist, and to those that do not."
    )
    atomic_mode: AtomicMode = param(AtomicMode.ALL, doc="ALL: one error, and nothing goes in. OBJECT: the rest does.")
    flush_mode: FlushMode = param(FlushMode.AUTO, doc="Accepted; everything is written set by set.")
    validation_mode: ValidationMode = param(
        ValidationMode.FULL, doc="FAIL_FAST stops at the first error. SKIP, for superusers, checks only what must hold."
    )
    skip_pattern_validation: bool = param(False, primitive=True, doc="Accepted, as in DHIS2 without effect.")
    skip_side_effects: bool = param(False, primitive=True, doc="No notifications.")
    skip_rule_engine: bool = param(False, primitive=True, doc="No program rules.")
    skip_first: bool = param(True, primitive=True, doc="CSV: whether the first line names the columns.")


class ReportParams(Params):
    """Query parameters of `GET /api/tracker/jobs/{uid}/report`."""

    report_mode: ReportMode = param(ReportMode.ERRORS, doc="What the report tells.")
