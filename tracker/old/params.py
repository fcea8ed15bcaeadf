"""Query parameters of the old imports. Source: DHIS2 2.36, tracker, import parameters."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum

from dhis2api.web.params import param
from tracker.params import AtomicMode, ImportMode, ImportStrategy, SchemeParams, TrackerImportParams


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


class OldImportParams(SchemeParams):
    """Parameters of POST, PUT and DELETE of old; everything is imported at once, `async` says nothing."""

    strategy: OldStrategy = param(
        OldStrategy.CREATE_AND_UPDATE, aliases=("importStrategy",), doc="What may happen to which objects."
    )
    dry_run: bool = param(False, doc="Validate; write nothing.")
    program: str = param("", doc="PUT of a tracked entity: whose attributes are replaced, besides its type's.")

    def today(self, strategy: ImportStrategy | None = None) -> TrackerImportParams:
        """Today's parameters: what is right goes in, beside what is wrong. `strategy` instead of the one asked for."""
        asked = TODAY.get(self.strategy) or ImportStrategy(self.strategy.value)
        return TrackerImportParams(
            run_async=False, import_strategy=strategy or asked, atomic_mode=AtomicMode.OBJECT,
            import_mode=ImportMode.VALIDATE if self.dry_run else ImportMode.COMMIT,
            **{scheme.name: getattr(self, scheme.name) for scheme in fields(SchemeParams)},
        )  # fmt: skip
