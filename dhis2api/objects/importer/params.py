"""Parameters of a metadata import (DHIS2 2.42, metadata API, import parameters)."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from dhis2api.web.params import Params, param


class ImportMode(StrEnum):
    COMMIT = "COMMIT"
    VALIDATE = "VALIDATE"


class Identifier(StrEnum):
    UID = "UID"
    CODE = "CODE"
    AUTO = "AUTO"


class Strategy(StrEnum):
    CREATE_AND_UPDATE = "CREATE_AND_UPDATE"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"

    @property
    def creates(self) -> bool:
        return self in (Strategy.CREATE_AND_UPDATE, Strategy.CREATE)

    @property
    def updates(self) -> bool:
        return self in (Strategy.CREATE_AND_UPDATE, Strategy.UPDATE)


class AtomicMode(StrEnum):
    ALL = "ALL"
    NONE = "NONE"


class ReportMode(StrEnum):
    ERRORS = "ERRORS"
    FULL = "FULL"
    DEBUG = "DEBUG"
    ERRORS_NOT_OWNER = "ERRORS_NOT_OWNER"


E = TypeVar("E", bound=StrEnum)

STRATEGY_SYNONYMS = {
    "NEW_AND_UPDATES": Strategy.CREATE_AND_UPDATE,
    "NEW": Strategy.CREATE,
    "UPDATES": Strategy.UPDATE,
    "DELETES": Strategy.DELETE,
}


def tolerant(kind: type[E], text: str, default: E) -> E:
    """The member named `text`; DHIS2 falls back to the default for unknown ones and its clients rely on it."""
    return kind.__members__.get(text.upper(), default)


class MetadataImportParams(Params):
    """Query parameters of `POST /api/metadata` and of the endpoints of single objects.

    The enumerations are read as text: an unknown or empty value means the default.
    """

    mode: str = param("COMMIT", name="importMode", doc="COMMIT, or VALIDATE to report without writing.")
    identified_by: str = param("UID", name="identifier", doc="What references carry: UID, CODE or AUTO (both).")
    report: str = param("ERRORS", name="importReportMode", doc="ERRORS, FULL, DEBUG or ERRORS_NOT_OWNER.")
    strategy_name: str = param("CREATE_AND_UPDATE", name="importStrategy", doc="What may happen to each object.")
    atomicity: str = param("ALL", name="atomicMode", doc="ALL: one error stops everything; NONE: import the valid.")
    skip_sharing: bool = param(False, doc="Keep stored sharing; give new objects none.")
    skip_translation: bool = param(False, doc="Keep stored translations.")
    skip_validation: bool = param(False, doc="Skip the checks of content; honoured for superusers.")
    preheat_mode: str = param("REFERENCE", doc="Accepted; everything referred to is always loaded.")
    flush_mode: str = param("AUTO", doc="Accepted; writing is always set-wise.")
    merge_mode: str = param("REPLACE", doc="Accepted; objects are always replaced.")

    @property
    def import_mode(self) -> ImportMode:
        return tolerant(ImportMode, self.mode, ImportMode.COMMIT)

    @property
    def identifier(self) -> Identifier:
        return tolerant(Identifier, self.identified_by, Identifier.UID)

    @property
    def report_mode(self) -> ReportMode:
        return tolerant(ReportMode, self.report, ReportMode.ERRORS)

    @property
    def strategy(self) -> Strategy:
        name = self.strategy_name.upper()
        return STRATEGY_SYNONYMS.get(name) or tolerant(Strategy, name, Strategy.CREATE_AND_UPDATE)

    @property
    def atomic_mode(self) -> AtomicMode:
        return tolerant(AtomicMode, self.atomicity, AtomicMode.ALL)
