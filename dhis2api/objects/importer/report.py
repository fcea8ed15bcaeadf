"""Last stage: what happened, in the words of DHIS2's import report.

`ImportReport` for many objects, `ObjectReport` for one; codes and arguments become messages here and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dhis2api.objects.importer.params import AtomicMode, ReportMode
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema


@dataclass(slots=True)
class Stats:
    """Counts of objects."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    ignored: int = 0

    @property
    def total(self) -> int:
        return self.created + self.updated + self.deleted + self.ignored

    def add(self, other: Stats) -> None:
        self.created += other.created
        self.updated += other.updated
        self.deleted += other.deleted
        self.ignored += other.ignored

    def to_dict(self) -> dict[str, int]:
        return {
            "created": self.created, "updated": self.updated, "deleted": self.deleted, "ignored": self.ignored,
            "total": self.total,
        }  # fmt: skip


@dataclass(slots=True)
class TypeReport:
    """What happened to the objects of one type; `objects` are those that the report shows."""

    schema: Schema
    stats: Stats = field(default_factory=Stats)
    objects: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {"klass": self.schema.klass, "stats": self.stats.to_dict(), "objectReports": self.objects}


@dataclass(slots=True)
class ImportReport:
    """The result of a metadata import. `status` is OK, WARNING (something was left out) or ERROR (nothing written)."""

    status: str
    stats: Stats
    types: list[TypeReport]

    @property
    def is_ok(self) -> bool:
        return self.status == "OK"

    def to_dict(self) -> dict[str, Any]:
        """The `response` member of the WebMessage."""
        return {
            "responseType": "ImportReport",
            "status": self.status,
            "stats": self.stats.to_dict(),
            "typeReports": [report.to_dict() for report in self.types],
        }

    def errors(self) -> list[str]:
        """All messages, for logs and commands."""
        return [error["message"] for report in self.types for item in report.objects for error in item["errorReports"]]


def build_report(bundle: Bundle) -> ImportReport:
    """The report of a bundle after its last stage."""
    faulty = bundle.has_faults
    nothing_written = faulty and bundle.params.atomic_mode is AtomicMode.ALL
    types = []
    total = Stats()
    for singular, objects in bundle.objects.items():
        report = TypeReport(get_schema(singular))
        for item in objects:
            _count(report.stats, item, nothing_written)
            if _is_shown(bundle, item, nothing_written):
                report.objects.append(object_report(item, with_name=_is_debug(bundle)))
        if report.stats.total:
            types.append(report)
            total.add(report.stats)
    status = "OK" if not faulty else "ERROR" if nothing_written or not _any_written(total) else "WARNING"
    return ImportReport(status, total, types)


def object_report(item: ImportObject, *, with_name: bool = False) -> dict[str, Any]:
    """The report of one object."""
    shown: dict[str, Any] = {"klass": item.schema.klass, "index": item.index, "uid": item.uid}
    if with_name and item.name:
        shown["displayName"] = item.name
    shown["errorReports"] = error_reports(item)
    return shown


def single_report(item: ImportObject) -> dict[str, Any]:
    """The `response` of POST, PUT, PATCH and DELETE of one object."""
    return {
        "responseType": "ObjectReport", "klass": item.schema.klass, "uid": item.uid,
        "errorReports": error_reports(item),
    }  # fmt: skip


def error_reports(item: ImportObject) -> list[dict[str, Any]]:
    """All faults of an object, in the order of their codes."""
    return [_error_report(item, fault) for fault in item.faults]


def _error_report(item: ImportObject, fault: Fault) -> dict[str, Any]:
    args = [] if fault.hides_args else [arg if isinstance(arg, list) else str(arg) for arg in fault.args]
    shown: dict[str, Any] = {
        "message": fault.code.message(*fault.args),
        "args": args,
        "mainKlass": item.schema.klass,
        "errorKlass": fault.error_klass,
        "mainId": fault.main_id,
        "errorProperty": fault.property,
        "value": fault.value,
        "errorCode": fault.code.name,
        "errorProperties": args,
    }
    return {key: value for key, value in shown.items() if value is not None}


def _count(stats: Stats, item: ImportObject, nothing_written: bool) -> None:
    refused = any(not fault.droppable for fault in item.faults)
    if nothing_written or refused:
        stats.ignored += 1
    elif item.action is Action.CREATE:
        stats.created += 1
    elif item.action is Action.UPDATE:
        stats.updated += 1
    else:
        stats.deleted += 1


def _is_shown(bundle: Bundle, item: ImportObject, nothing_written: bool) -> bool:
    if item.faults:
        return True
    return bundle.params.report_mode in (ReportMode.FULL, ReportMode.DEBUG) and not nothing_written


def _is_debug(bundle: Bundle) -> bool:
    return bundle.params.report_mode is ReportMode.DEBUG


def _any_written(stats: Stats) -> bool:
    return stats.created + stats.updated + stats.deleted > 0
