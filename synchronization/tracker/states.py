"""Which tracker objects a remote has not got as they are now, in pages by key; and noting what it got.

A push goes through the keys once, however much is refused on the way: what was refused stays pending for the next job.
Source: DHIS2 2.42, synchronization: lastUpdated later than lastSynchronized.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from configuration.settings import system_setting
from scheduling.notifications import execute_here
from synchronization.models import KnownRemote, PushedObject
from synchronization.moments import SKIP_BEFORE

Kind = PushedObject.Kind

WINDOW = 20_000  # keys that one statement looks at, whatever the planner thinks of them

# Both sides name the window: a join of all rows for each page would take the square of their number.
_PENDING = """
    FROM {table} object
    LEFT JOIN synchronization_pushedobject known ON known.remote_id = %(remote)s AND known.kind = %(kind)s
        AND known.object_id = object.id AND known.object_id > %(after)s AND known.object_id <= %(until)s
    WHERE object.id > %(after)s AND object.id <= %(until)s AND known.version IS DISTINCT FROM object.updated_at
        AND object.updated_at >= %(skip_before)s AND {condition}
"""
# Of relationships: the remote can only take one whose sides it has.
_SIDE_IS_KNOWN = """(
    object.{side}_tracked_entity_id IS NULL AND object.{side}_enrollment_id IS NULL AND object.{side}_event_id IS NULL
    OR EXISTS (
        SELECT FROM synchronization_pushedobject has
        WHERE has.remote_id = %(remote)s AND (has.kind, has.object_id) IN (
            ({entity}, object.{side}_tracked_entity_id),
            ({entity}, (SELECT tracked_entity_id FROM enrollment WHERE id = object.{side}_enrollment_id)),
            ({entity}, (SELECT tracked_entity_id FROM event WHERE id = object.{side}_event_id)),
            ({event}, object.{side}_event_id)
        )
    )
)"""
_SIDES = " AND ".join(
    _SIDE_IS_KNOWN.format(side=side, entity=Kind.TRACKED_ENTITY.value, event=Kind.EVENT.value)
    for side in ("from", "to")
)
TABLES = {Kind.TRACKED_ENTITY: "tracked_entity", Kind.EVENT: "event", Kind.RELATIONSHIP: "relationship"}
CONDITIONS = {
    Kind.TRACKED_ENTITY: "TRUE", Kind.EVENT: "object.tracked_entity_id IS NULL",
    Kind.RELATIONSHIP: f"(object.deleted OR {_SIDES})",
}  # fmt: skip
SOURCES = {kind: _PENDING.format(table=TABLES[kind], condition=CONDITIONS[kind]) for kind in Kind}
COUNT = "SELECT count(*) {source}"
NEWEST = "SELECT coalesce(max(id), 0) FROM {table}"
PENDING = """
    -- the objects of a window of keys that the remote has not got as they are
    SELECT object.id, object.uid, object.updated_at, object.deleted {source} ORDER BY object.id
"""
NOTE = """
    INSERT INTO synchronization_pushedobject (remote_id, kind, object_id, version, pushed_at)
    SELECT %(remote)s, %(kind)s, pushed.id, pushed.version, %(now)s
    FROM unnest(%(ids)s::bigint[], %(versions)s::timestamptz[]) AS pushed (id, version)
    ON CONFLICT (remote_id, kind, object_id) DO UPDATE SET version = excluded.version, pushed_at = excluded.pushed_at
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """An object that is to be pushed, with its stamp as it was when it was looked for: before it is read."""

    pk: int
    uid: str
    version: datetime.datetime
    is_deleted: bool


def known_remote(url: str) -> int:
    """The key of a remote, which gets a row when it is first heard of."""
    return KnownRemote.objects.get_or_create(url=url)[0].pk


def count_pending(remote: int, kind: Kind) -> int:
    """How many objects are to be pushed."""
    every = {"after": 0, "until": _newest(kind)}
    return int(execute_here(COUNT.format(source=SOURCES[kind]), _parameters(remote, kind) | every)[0][0])


def pages_of_pending(remote: int, kind: Kind, size: int) -> Iterator[list[Pending]]:
    """The objects that are to be pushed, in order of their keys; the last page of a window may be smaller."""
    parameters, newest = _parameters(remote, kind), _newest(kind)
    statement = PENDING.format(source=SOURCES[kind])
    for after in range(0, newest, WINDOW):
        rows = execute_here(statement, {**parameters, "after": after, "until": after + WINDOW})
        for start in range(0, len(rows), size):
            yield [Pending(*row) for row in rows[start : start + size]]


def note_pushed(remote: int, kind: Kind, pushed: Collection[Pending]) -> None:
    """The remote has these now. One statement."""
    if pushed:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, {
                "remote": remote, "kind": kind.value, "now": timezone.now(), "ids": [one.pk for one in pushed],
                "versions": [one.version for one in pushed],
            })  # fmt: skip


def _newest(kind: Kind) -> int:
    return int(execute_here(NEWEST.format(table=TABLES[kind]), {})[0][0])


def _parameters(remote: int, kind: Kind) -> dict[str, Any]:
    return {"remote": remote, "kind": kind.value, "skip_before": system_setting(SKIP_BEFORE)}
