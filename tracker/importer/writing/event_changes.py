"""The change log of events: what an update replaces, of data values and of fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.timezone import get_default_timezone

from tracker.importer.items import EventItem
from tracker.importer.writing.copying import as_key, as_text, stage_rows

STAGED = ("event_id", "data_element_id", "uid", "field", "previous_value", "current_value")
STAGED_TYPES = """
    event_id bigint, data_element_id bigint, uid text, field text, previous_value text, current_value text
"""
_LOGGED = """
    EXISTS (SELECT 1 FROM event_change_log log WHERE log.event_id = staged.event_id
            AND log.data_element_id IS NOT DISTINCT FROM staged.data_element_id
            AND log.field IS NOT DISTINCT FROM staged.field)
"""
LOG_CREATION = f"""
    -- what changes for the first time brings its creation along; before the events themselves change
    INSERT INTO event_change_log (event_id, data_element_id, field, type, current_value, created_at, created_by_id)
    SELECT staged.event_id, staged.data_element_id, staged.field, 'CREATE', staged.previous_value,
           coalesce((stored.data_values->staged.uid->>'createdAt')::timestamptz, stored.created_at),
           coalesce((stored.data_values->staged.uid->>'createdBy')::bigint, stored.created_by_id)
    FROM staged_event_change staged JOIN event stored ON stored.id = staged.event_id
    WHERE staged.previous_value IS NOT NULL AND NOT {_LOGGED}
"""
LOG_CHANGE = f"""
    -- new values without a past need no entry: they tell of their creation themselves
    INSERT INTO event_change_log (
        event_id, data_element_id, field, type, previous_value, current_value, created_at, created_by_id
    )
    SELECT event_id, data_element_id, field,
           CASE WHEN current_value IS NULL THEN 'DELETE' WHEN previous_value IS NULL THEN 'CREATE' ELSE 'UPDATE' END,
           previous_value, current_value, %(now)s, %(author)s
    FROM staged_event_change staged
    WHERE {_LOGGED} OR field IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One change; of a data value (its key and uid) or of a field."""

    event: int
    data_element: int | None
    uid: str | None
    field: str | None
    previous: str | None
    current: str | None


def log_changes(changes: Sequence[Change], *, now: datetime.datetime, author: int) -> None:
    """Keep what is about to be replaced. Four statements."""
    stage_rows("staged_event_change", STAGED_TYPES, STAGED, map(_line, changes))
    with connection.cursor() as cursor:
        cursor.execute(LOG_CREATION)
        cursor.execute(LOG_CHANGE, {"now": now, "author": author})


def field_changes(item: EventItem) -> Iterator[Change]:
    """Changes of the fields that DHIS2 logs, in its words."""
    stored = item.stored
    pairs = (
        ("occurredAt", moment_text(stored.occurred_at), moment_text(item.occurred_at)),
        ("scheduledAt", moment_text(stored.scheduled_at), moment_text(item.scheduled_at)),
        ("geometry", geometry_text(stored.geometry), geometry_text(item.record.geometry)),
    )
    for name, previous, current in pairs:
        if previous != current:
            yield Change(stored.pk, None, None, name, previous, current)


def moment_text(moment: datetime.datetime | None) -> str | None:
    """`2024-05-01 00:00:00.000`, in server time."""
    if moment is None:
        return None
    return moment.astimezone(get_default_timezone()).replace(tzinfo=None).isoformat(" ", "milliseconds")


def geometry_text(geometry: Any) -> str | None:
    """The coordinates of a GeoJSON geometry: `(x, y)` each, with six decimals."""
    if not geometry:
        return None
    return ", ".join(f"({x:.6f}, {y:.6f})" for x, y in _points(geometry.get("coordinates")))


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list):
        return
    if coordinates and isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)


def _line(change: Change) -> str:
    return "\t".join((
        str(change.event), as_key(change.data_element), as_text(change.uid), as_text(change.field),
        as_text(change.previous), as_text(change.current),
    ))  # fmt: skip
