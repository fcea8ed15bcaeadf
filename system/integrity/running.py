"""Running one check: counting what breaks it, or naming it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from dhis2api.web import faults
from dhis2api.web.timestamps import format_timestamp
from system.integrity.declaring import Check, Issue

MOST_ISSUES = 10_000  # of a check that are named; the summary counts them all
MOST_REFS = 100  # of an issue
FETCHED = 1000  # rows at a time

TOO_SLOW = "The check took too long and was stopped"
FAILED = "The check failed, which the server's log describes"

logger = logging.getLogger(__name__)


class Kind(StrEnum):
    """What is asked of a check."""

    SUMMARY = "summary"
    DETAILS = "details"


class Result(msgspec.Struct, frozen=True):
    """What a check found; `error` tells why it found nothing."""

    name: str
    started: datetime
    finished: datetime
    error: str | None = None
    count: int = -1
    percentage: float | None = None
    issues: list[Issue] = []

    @property
    def milliseconds(self) -> int:
        """How long it took."""
        return round((self.finished - self.started).total_seconds() * 1000)

    def to_dict(self, kind: Kind) -> dict[str, Any]:
        """The members that stand beside those of the check itself."""
        shown: dict[str, Any] = {
            "startTime": format_timestamp(self.started), "finishedTime": format_timestamp(self.finished),
            "error": self.error,
        }  # fmt: skip
        if kind is Kind.SUMMARY:
            shown |= {"count": self.count, "percentage": self.percentage}
        else:
            shown["issues"] = [_shown(issue) for issue in self.issues]
        return {name: value for name, value in shown.items() if value is not None}


def run_check(check: Check, kind: Kind) -> Result:
    """Run it within a savepoint, or a transaction of its own. Errors: whatever the check raises."""
    started = timezone.now()
    with transaction.atomic():
        if kind is Kind.DETAILS:
            issues = list(islice(find_issues(check), MOST_ISSUES))
            return Result(check.name, started, timezone.now(), count=len(issues), issues=issues)
        count = _count(check)
        return Result(check.name, started, timezone.now(), count=count, percentage=_percentage(check, count))


def failed_result(check: Check, started: datetime, error: Exception) -> Result:
    """What is known of a check that failed. Errors: the error itself, where the fault is not the check's."""
    is_stopped = getattr(error.__cause__, "pgcode", None) == faults.CANCELLED
    if isinstance(error, InterfaceError | OperationalError) and not is_stopped:
        raise error
    if not is_stopped:
        logger.error("The check %s failed", check.name, exc_info=error)
    return Result(check.name, started, timezone.now(), error=TOO_SLOW if is_stopped else FAILED)


def find_issues(check: Check) -> Iterator[Issue]:
    """What breaks the check, in order of name where a statement finds it."""
    if callable(check.finds):
        yield from check.finds()
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({check.finds}) AS found ORDER BY 2, 1 LIMIT {MOST_ISSUES}")
        while rows := cursor.fetchmany(FETCHED):
            for row in rows:
                yield _issue(check, *row)


def _issue(
    check: Check, uid: str, name: str | None, comment: str | None = None, refs: list[str] | None = None
) -> Issue:  # fmt: skip
    shown = f"{name}:{uid}" if check.programmatic else name
    return Issue(uid, shown, comment, refs and [ref for ref in refs[:MOST_REFS] if ref is not None])


def _count(check: Check) -> int:
    if callable(check.finds):
        return sum(1 for _ in check.finds())
    return _number(f"SELECT count(*) FROM ({check.finds}) AS found")


def _percentage(check: Check, count: int) -> float | None:
    if not check.population:
        return None
    total = _number(f"SELECT count(*) FROM {check.population}")
    return round(100 * count / total, 2) if total else 0.0


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _shown(issue: Issue) -> dict[str, Any]:
    members = {"id": issue.id, "name": issue.name, "comment": issue.comment, "refs": issue.refs}
    return {name: value for name, value in members.items() if value is not None}
