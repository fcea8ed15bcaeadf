"""The report of an import as import summaries: one for each object, those of what lies below inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tracker.importer.items import TrackerType
from tracker.importer.report import ImportReport
from tracker.old.bodies import ENROLLMENTS, ENTITIES, KINDS, Kind, Object

NOTHING = {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
# What a summary always tells of, as DHIS2's do.
ALWAYS_BELOW = {ENTITIES.type: ("enrollments",), ENROLLMENTS.type: ("events",)}
SUCCESS, ERROR = "SUCCESS", "ERROR"


@dataclass(slots=True)
class Results:
    """What became of objects. `known` are those that were there before; `is_dry` when nothing was to be written."""

    report: ImportReport
    known: Collection[tuple[TrackerType, str]]
    is_delete: bool
    is_dry: bool
    base: str
    _written: set[tuple[str, str]] = field(default_factory=set)
    _errors: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        types = self.report.to_dict().get("bundleReport", {}).get("typeReportMap", {})
        self._written = {(name, row["uid"]) for name, part in types.items() for row in part["objectReports"]}
        for fault in self.report.errors:
            conflict = {"object": fault.uid, "value": fault.message, "errorCode": fault.code.name or ""}
            self._errors[fault.tracker_type, fault.uid].append(conflict)

    def summaries(self, kind: Kind, objects: list[Object]) -> dict[str, Any]:
        """The summaries of a list; as bad as the worst of them."""
        rows = [self.summary(kind, item) for item in objects]
        totals = {name: sum(row["importCount"][name] for row in rows) for name in NOTHING}
        return {
            "responseType": "ImportSummaries", "status": ERROR if any(map(_has_failed, rows)) else SUCCESS,
            **totals, "importSummaries": rows, "total": len(rows),
        }  # fmt: skip

    def summary(self, kind: Kind, item: Object) -> dict[str, Any]:
        """The summary of one object."""
        uid = item[kind.uid]
        conflicts = self._errors.get((kind.type.value, uid), [])
        is_done = (kind.type.value, uid) in self._written or (self.is_dry and not conflicts)
        shown: dict[str, Any] = {
            "responseType": "ImportSummary", "status": SUCCESS if is_done else ERROR,
            "importCount": NOTHING | {self._counted(kind, uid) if is_done else "ignored": 1},
            "conflicts": conflicts, "rejectedIndexes": [], "reference": uid,
        }  # fmt: skip
        if conflicts:
            shown["description"] = ", ".join(conflict["value"] for conflict in conflicts)
        if is_done and not self.is_delete:
            shown["href"] = f"{self.base}/{kind.old_plural}/{uid}"
        sent = (plural for plural in kind.below if item.get(plural))
        for plural in dict.fromkeys((*ALWAYS_BELOW.get(kind.type, ()), *sent)):
            shown[plural] = self.summaries(KINDS[plural], item.get(plural) or [])
        return shown

    def _counted(self, kind: Kind, uid: str) -> str:
        if self.is_delete:
            return "deleted"
        return "updated" if (kind.type, uid) in self.known else "imported"


def _has_failed(summary: dict[str, Any]) -> bool:
    """The object, or something below it."""
    below = (summary[plural] for plural in KINDS if plural in summary)
    return summary["status"] == ERROR or any(part["status"] == ERROR for part in below)
