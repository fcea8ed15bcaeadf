"""What is told of an import, in the shape that the version and the report mode ask for.

Source: DHIS2 2.42 and 2.36, tracker import, responses. Timings, indexes and the bundle's own status and counts are
2.36's; they are told in mode FULL, too, which is otherwise 2.42's WARNINGS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.importer.context import Context
from tracker.importer.faults import Fault
from tracker.importer.items import TrackerType
from tracker.importer.profile import WireProfile, wire_profile
from tracker.params import ReportMode

# The order of types in the report.
TYPES = (TrackerType.TRACKED_ENTITY, TrackerType.ENROLLMENT, TrackerType.EVENT, TrackerType.RELATIONSHIP)


@dataclass(slots=True)
class Counts:
    """Objects by what became of them."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    ignored: int = 0

    def to_dict(self) -> dict[str, int]:
        total = self.created + self.updated + self.deleted + self.ignored
        return {"created": self.created, "updated": self.updated, "deleted": self.deleted, "ignored": self.ignored,
                "total": total}  # fmt: skip


@dataclass(slots=True)
class TypeOutcome:
    """What was written of one type; `objects` are (uid, index) of what went in, in payload order."""

    counts: Counts = field(default_factory=Counts)
    objects: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """How an import ended. `by_type` is None where nothing was to be written."""

    is_error: bool = False
    is_validation: bool = False
    by_type: dict[TrackerType, TypeOutcome] | None = None


class ImportReport:
    """The result of an import, to be shown in any mode."""

    def __init__(self, context: Context, outcome: Outcome, seconds: Mapping[str, float]) -> None:
        self._profile = context.profile
        self.is_error = outcome.is_error
        self.errors = _distinct(context.errors)
        self.warnings = _distinct(context.warnings)
        self.counts = _counts(context, outcome)
        self._outcome = outcome
        self._seconds = dict(seconds)

    @property
    def status(self) -> str:
        """OK even where single objects were refused (DHIS2 2.42, atomicMode OBJECT); never WARNING."""
        return "ERROR" if self.is_error else "OK"

    def message(self) -> str:
        """The line that ends a job's log."""
        counts = self.counts
        return (
            f"Import complete with status {self.status}, {counts.created} created, {counts.updated} updated, "
            f"{counts.deleted} deleted, {counts.ignored} ignored"
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything that any mode shows; `shown_report` picks."""
        report: dict[str, Any] = {
            "status": self.status,
            "validationReport": {
                "errorReports": [_error(fault) for fault in self.errors],
                "warningReports": [_warning(fault) for fault in self.warnings],
            },
            "stats": self.counts.to_dict(),
            "timingsStats": {"timers": {name: _seconds(value) for name, value in self._seconds.items()}},
        }
        if not self._outcome.is_error:
            report["bundleReport"] = self._bundle_report()
        return report

    def _bundle_report(self) -> dict[str, Any]:
        by_type = self._outcome.by_type
        types = {} if by_type is None else {type.value: _type_report(type, by_type[type]) for type in TYPES}
        return {"status": "OK", "typeReportMap": types, "stats": _sum(by_type or {}).to_dict()}


def shown_report(report: Mapping[str, Any], mode: ReportMode, version: int | None) -> dict[str, Any]:
    """A stored or fresh report as `mode` and the version show it."""
    profile: WireProfile = wire_profile(version)
    validation = report.get("validationReport", {})
    warnings = [] if mode is ReportMode.ERRORS else validation.get("warningReports", [])
    tells_all = profile.tells_all or mode is ReportMode.FULL
    shown: dict[str, Any] = {"status": report["status"]}
    shown["validationReport"] = {"errorReports": validation.get("errorReports", []), "warningReports": warnings}
    shown["stats"] = report["stats"]
    if tells_all and "timingsStats" in report:
        shown["timingsStats"] = report["timingsStats"]
    if "bundleReport" in report:
        shown["bundleReport"] = report["bundleReport"] if tells_all else _brief(report["bundleReport"])
    if "message" in report:
        shown["message"] = report["message"]
    return shown


def failed_report(reason: str) -> dict[str, Any]:
    """The report of an import that could not be carried out: nothing is known of its objects."""
    return {
        "status": "ERROR", "validationReport": {"errorReports": [], "warningReports": []},
        "stats": Counts().to_dict(), "message": reason,
    }  # fmt: skip


def _brief(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """The bundle's report without what 2.42 does not tell."""
    return {
        "typeReportMap": {
            name: {**type, "objectReports": [
                {key: value for key, value in report.items() if key != "index"} for report in type["objectReports"]
            ]}
            for name, type in bundle["typeReportMap"].items()
        }
    }  # fmt: skip


def _type_report(type: TrackerType, outcome: TypeOutcome) -> dict[str, Any]:
    return {
        "trackerType": type.value, "stats": outcome.counts.to_dict(),
        "objectReports": [
            {"trackerType": type.value, "uid": uid, "index": index, "errorReports": []}
            for uid, index in outcome.objects
        ],
    }  # fmt: skip


def _counts(context: Context, outcome: Outcome) -> Counts:
    """Of the whole import. What another one had already, and what was dropped without a word, does not count here."""
    if outcome.is_error:
        return Counts(ignored=sum(context.bundle.sent.values()))
    if outcome.by_type is None:
        return Counts()
    counts = _sum(outcome.by_type)
    refused = {fault.uid for fault in context.errors}
    updated_relationships = {item.uid for item in context.bundle.relationships if item.is_ignored}
    counts.ignored = len(refused | updated_relationships)
    return counts


def _sum(by_type: Mapping[TrackerType, TypeOutcome]) -> Counts:
    parts = [outcome.counts for outcome in by_type.values()]
    return Counts(
        *(sum(getattr(part, name) for part in parts) for name in ("created", "updated", "deleted", "ignored"))
    )


def _distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Entries equal in code, message, type and uid are told once."""
    seen = {
        (fault.code.name, fault.args[: fault.code.places], fault.tracker_type, fault.uid): fault for fault in faults
    }  # fmt: skip
    return list(seen.values())


def _error(fault: Fault) -> dict[str, Any]:
    return {"message": fault.message, "errorCode": fault.code.name, "trackerType": fault.tracker_type,
            "uid": fault.uid, "args": list(fault.args)}  # fmt: skip


def _warning(fault: Fault) -> dict[str, Any]:
    return {"warningCode": fault.code.name, "message": fault.message, "trackerType": fault.tracker_type,
            "uid": fault.uid}  # fmt: skip


def _seconds(value: float) -> str:
    """`0,077242 sec.`, as the first versions of DHIS2 print it."""
    return f"{value:.6f} sec.".replace(".", ",", 1)
