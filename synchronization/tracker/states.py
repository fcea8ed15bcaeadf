"""Which tracker objects a remote has not got as they are now, in pages by key; and noting what it got.

A push goes through the keys once, however much is refused on the way: what was refused stays pending for the next job.
Source: DHIS2 2.42, synchronization: lastUpdated later than lastSynchronized.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from configuration.settings import system_setting
from synchronization.models import KnownRemote, PushedObject
from synchronization.moments import SKIP_BEFORE

Kind = PushedObject.Kind

_PENDING = """
    FROM {table} object
    LEFT JOIN synchronization_pushedobject known
        ON (known.remote_id, known.kind, known.object_id) = (%(remote)s, %(kind)s, object.id)
    WHERE known.version IS DISTINCT FROM object.updated_at AND object.updated_at >= %(skip_before)s AND {condition}
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
SOURCES = {
    Kind.TRACKED_ENTITY: _PENDING.format(table="tracked_entity", condition="TRUE"),
    Kind.EVENT: _PENDING.format(table="event", condition="object.tracked_entity_id IS NULL"),
    Kind.RELATIONSHIP: _PENDING.format(table="relationship", condition=f"(object.deleted OR {_SIDES})"),
}
COUNT = "SELECT count(*) {source}"
PAGE = """
    -- the next objects behind a key that the remote has not got as they are
    SELECT object.id, object.uid, object.updated_at, object.deleted {source}
    AND object.id > %(after)s ORDER BY object.id LIMIT %(size)s
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
    return int(_rows(COUNT.format(source=SOURCES[kind]), _parameters(remote, kind))[0][0])


def pages_of_pending(remote: int, kind: Kind, size: int) -> Iterator[list[Pending]]:
    """The objects that are to be pushed, in order of their keys."""
    after, parameters = 0, _parameters(remote, kind)
    statement = PAGE.format(source=SOURCES[kind])
    while rows := _rows(statement, {**parameters, "after": after, "size": size}):
        yield [Pending(*row) for row in rows]
        after = rows[-1][0]


def note_pushed(remote: int, kind: Kind, pushed: Collection[Pending]) -> None:
    """The remote has these now. One statement."""
    if pushed:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, {
                "remote": remote, "kind": kind.value, "now": timezone.now(), "ids": [one.pk for one in pushed],
                "versions": [one.version for one in pushed],
            })  # fmt: skip


def _parameters(remote: int, kind: Kind) -> dict[str, Any]:
    return {"remote": remote, "kind": kind.value, "skip_before": system_setting(SKIP_BEFORE)}


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
