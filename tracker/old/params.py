"""Query parameters of the old imports. Source: DHIS2 2.36, tracker, import parameters."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.web.params import Params, param
from tracker.params import AtomicMode, ImportMode, ImportStrategy, TrackerImportParams


class OldStrategy(StrEnum):
    """Today's words, and those of before 2.33."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    CREATE_AND_UPDATE = "CREATE_AND_UPDATE"
    DELETE = "DELETE"
    NEW = "NEW"
    UPDATES = "UPDATES"
    NEW_AND_UPDATES = "NEW_AND_UPDATES"
    DELETES = "DELETES"


TODAY = {
    OldStrategy.NEW: ImportStrategy.CREATE, OldStrategy.UPDATES: ImportStrategy.UPDATE,
    OldStrategy.NEW_AND_UPDATES: ImportStrategy.CREATE_AND_UPDATE, OldStrategy.DELETES: ImportStrategy.DELETE,
}  # fmt: skip


class OldImportParams(Params):
    """Parameters of POST, PUT and DELETE of old; everything is imported at once, `async` says nothing."""

    strategy: OldStrategy = param(
        OldStrategy.CREATE_AND_UPDATE, aliases=("importStrategy",), doc="What may happen to which objects."
    )
    dry_run: bool = param(False, doc="Validate; write nothing.")
    program: str = param("", doc="PUT of a tracked entity: whose attributes are replaced, besides its type's.")
    id_scheme: str = param("UID", doc="How metadata is named: UID, CODE, NAME or ATTRIBUTE:uid.")
    data_element_id_scheme: str = param("", doc="The same for data elements.")
    org_unit_id_scheme: str = param("", doc="The same for org units.")
    program_id_scheme: str = param("", doc="The same for programs.")
    program_stage_id_scheme: str = param("", doc="The same for program stages.")
    category_option_combo_id_scheme: str = param("", doc="The same for attribute option combos.")
    category_option_id_scheme: str = param("", doc="The same for attribute category options.")

    def today(self, strategy: ImportStrategy | None = None) -> TrackerImportParams:
        """Today's parameters: what is right goes in, beside what is wrong. `strategy` instead of the one asked for."""
        asked = TODAY.get(self.strategy) or ImportStrategy(self.strategy.value)
        return TrackerImportParams(
            run_async=False, import_strategy=strategy or asked, atomic_mode=AtomicMode.OBJECT,
            import_mode=ImportMode.VALIDATE if self.dry_run else ImportMode.COMMIT, id_scheme=self.id_scheme,
            data_element_id_scheme=self.data_element_id_scheme, org_unit_id_scheme=self.org_unit_id_scheme,
            program_id_scheme=self.program_id_scheme, program_stage_id_scheme=self.program_stage_id_scheme,
            category_option_combo_id_scheme=self.category_option_combo_id_scheme,
            category_option_id_scheme=self.category_option_id_scheme,
        )  # fmt: skip
