"""Tracked entities into their table."""

from __future__ import annotations

from django.db import connection

from tracker.importer.items import TrackedEntityItem
from tracker.importer.writing.copying import (
    as_flag,
    as_json,
    as_key,
    as_moment,
    as_text,
)
from tracker.importer.writing.writer import Staging, Writer

COLUMNS = (
    "id", "uid", "tracked_entity_type_id", "organisation_unit_id", "inactive", "potential_duplicate", "geometry",
    "deleted", "created_at", "created_at_client", "updated_at", "updated_at_client", "stored_by", "created_by_id",
    "updated_by_id",
)  # fmt: skip
STAGED = Staging("staged_tracked_entity", """
    id bigint, organisation_unit_id bigint, inactive boolean, potential_duplicate boolean, geometry jsonb,
    created_at_client timestamptz, updated_at_client timestamptz, stored_by text
""")  # fmt: skip

UPDATE = """
    -- what was sent replaces what was stored; whoever stored it first stays, unless somebody else is named
    UPDATE tracked_entity stored SET
        organisation_unit_id = staged.organisation_unit_id, inactive = staged.inactive,
        potential_duplicate = staged.potential_duplicate, geometry = staged.geometry,
        created_at_client = coalesce(staged.created_at_client, stored.created_at_client),
        updated_at_client = staged.updated_at_client, stored_by = coalesce(staged.stored_by, stored.stored_by),
        updated_at = %(now)s, updated_by_id = %(author)s
    FROM staged_tracked_entity staged WHERE staged.id = stored.id
"""
TOUCH = """
    -- changes below a tracked entity are changes of it, for clients that pull what changed
    UPDATE tracked_entity SET updated_at = %(now)s, updated_by_id = %(author)s WHERE id = ANY(%(keys)s)
"""


def write_tracked_entities(writer: Writer) -> None:
    """Create and update; attribute values are another module's."""
    items = writer.context.bundle.tracked_entities
    writer.create(items, "tracked_entity", COLUMNS, _new)
    if writer.stage(items, STAGED, _changed):
        writer.execute(UPDATE)


def touch_tracked_entities(writer: Writer) -> None:
    """Move the time of change of those below which something changed."""
    if writer.touched:
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, {"now": writer.now, "author": writer.author, "keys": sorted(writer.touched)})


def _new(writer: Writer, item: TrackedEntityItem) -> str:
    record, now, author = item.record, writer.now.isoformat(), str(writer.author)
    return "\t".join((
        str(item.pk), item.uid, str(item.type.pk), str(item.org_unit.pk), as_flag(record.inactive),
        as_flag(record.potential_duplicate), as_json(record.geometry), "f", now, as_moment(record.created_at_client),
        now, as_moment(record.updated_at_client), as_text(record.stored_by or writer.username), author, author,
    ))  # fmt: skip


def _changed(writer: Writer, item: TrackedEntityItem) -> str:
    record = item.record
    return "\t".join((
        as_key(item.pk), str(item.org_unit.pk), as_flag(record.inactive), as_flag(record.potential_duplicate),
        as_json(record.geometry), as_moment(record.created_at_client), as_moment(record.updated_at_client),
        as_text(record.stored_by),
    ))  # fmt: skip
