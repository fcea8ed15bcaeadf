"""What a status that is asked for means: some are as stored, others look at the day. Source: DHIS2 2.42."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tracker.access.statements import Values
from tracker.export.modes import EventFilter
from tracker.export.times import between


def event_has_status(
    status: EventFilter, after: datetime | None, before: datetime | None, alias: str, values: Values
) -> list[str]:
    """The conditions on an event of a tracked entity that is asked for by the status of its events in a time."""
    occurred, scheduled = f"{alias}.occurred_at", f"{alias}.scheduled_at"
    if status in (EventFilter.COMPLETED, EventFilter.ACTIVE, EventFilter.VISITED):
        stored = "COMPLETED" if status is EventFilter.COMPLETED else "ACTIVE"
        return [f"{alias}.status = {values.bind(stored)}", *between(occurred, after, before, values)]
    if status is EventFilter.SKIPPED:
        return [f"{alias}.status = 'SKIPPED'", *between(scheduled, after, before, values)]
    due = ">=" if status is EventFilter.SCHEDULE else "<"
    return [
        f"{alias}.status <> 'SKIPPED'",
        f"{occurred} IS NULL",
        f"{scheduled} {due} {values.bind(today())}",
        *between(scheduled, after, before, values),
    ]


def listed_status(status: EventFilter, alias: str, values: Values) -> list[str]:
    """The conditions on an event of a list of events."""
    if status is EventFilter.VISITED:
        return [f"{alias}.status = 'ACTIVE'", f"{alias}.occurred_at IS NOT NULL"]
    if status is EventFilter.OVERDUE:
        late = f"({alias}.status = 'SCHEDULE' AND {alias}.scheduled_at < {values.bind(today())})"
        return [f"({alias}.status = 'OVERDUE' OR {late})"]
    return [f"{alias}.status = {values.bind(status.value)}"]


def today() -> datetime:
    """The beginning of the day, in the server's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
