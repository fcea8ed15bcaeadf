"""Enrollments into their table, and the owner that the first one in a program makes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from tracker.importer.items import Action, EnrollmentItem
from tracker.importer.writing.copying import (
    NULL,
    as_flag,
    as_json,
    as_moment,
    as_text,
    copy_rows,
)
from tracker.importer.writing.writer import Staging, Writer

COLUMNS = (
    "id", "uid", "tracked_entity_id", "program_id", "organisation_unit_id", "status", "enrolled_at", "occurred_at",
    "completed_at", "completed_by", "follow_up", "geometry", "deleted", "created_at", "created_at_client",
    "updated_at", "updated_at_client", "stored_by", "created_by_id", "updated_by_id",
)  # fmt: skip
STAGED = Staging("staged_enrollment", """
    id bigint, organisation_unit_id bigint, status text, enrolled_at timestamptz, occurred_at timestamptz,
    completed_at timestamptz, completed_by text, follow_up boolean, geometry jsonb, created_at_client timestamptz,
    updated_at_client timestamptz, stored_by text
""")  # fmt: skip
OWNERS = ("tracked_entity_id", "program_id", "organisation_unit_id", "created_at", "created_by")

UPDATE = """
    UPDATE enrollment stored SET
        organisation_unit_id = staged.organisation_unit_id, status = staged.status, enrolled_at = staged.enrolled_at,
        occurred_at = staged.occurred_at, completed_at = staged.completed_at, completed_by = staged.completed_by,
        follow_up = staged.follow_up, geometry = staged.geometry,
        created_at_client = coalesce(staged.created_at_client, stored.created_at_client),
        updated_at_client = staged.updated_at_client, stored_by = coalesce(staged.stored_by, stored.stored_by),
        updated_at = %(now)s, updated_by_id = %(author)s
    FROM staged_enrollment staged WHERE staged.id = stored.id
"""


def write_enrollments(writer: Writer) -> None:
    """Create and update; then owners."""
    items = writer.context.bundle.enrollments
    created = writer.create(items, "enrollment", COLUMNS, _new)
    updated = writer.stage(items, STAGED, _changed)
    if updated:
        writer.execute(UPDATE)
    for item in (*created, *updated):
        touched = tracked_entity_key(writer, item)
        if item.parent is None or item.parent.action is not Action.CREATE:
            writer.touched.add(touched)
    copy_rows("program_owner", OWNERS, _owners(writer, created))


def tracked_entity_key(writer: Writer, item: EnrollmentItem) -> int:
    """The key of the tracked entity that an enrollment is of."""
    new = writer.keys.get(("trackedEntity", item.tracked_entity or ""))
    return new if new is not None else writer.context.known.tracked_entities[item.tracked_entity].pk


def _owners(writer: Writer, created: list[EnrollmentItem]) -> Iterator[str]:
    """The owners of pairs that have none: those of the first enrollment."""
    seen: set[tuple[int, int]] = set()
    known, now, by = writer.context.known.owners, writer.now.isoformat(), as_text(writer.username)
    for item in created:
        pair = tracked_entity_key(writer, item), item.program.pk
        if pair not in known and pair not in seen:
            seen.add(pair)
            yield "\t".join((str(pair[0]), str(pair[1]), str(item.org_unit.pk), now, by))


def _new(writer: Writer, item: EnrollmentItem) -> str:
    record, now, author = item.record, writer.now.isoformat(), str(writer.author)
    completed_at, completed_by = _completion(writer, item)
    return "\t".join((
        str(item.pk), item.uid, str(tracked_entity_key(writer, item)), str(item.program.pk), str(item.org_unit.pk),
        item.status, as_moment(item.enrolled_at), as_moment(item.occurred_at or item.enrolled_at),
        as_moment(completed_at), as_text(completed_by), as_flag(record.follow_up), as_json(record.geometry), "f", now,
        as_moment(record.created_at_client), now, as_moment(record.updated_at_client),
        as_text(record.stored_by or writer.username), author, author,
    ))  # fmt: skip


def _changed(writer: Writer, item: EnrollmentItem) -> str:
    record = item.record
    completed_at, completed_by = _completion(writer, item)
    return "\t".join((
        str(item.pk), str(item.org_unit.pk), item.status, as_moment(item.enrolled_at),
        as_moment(item.occurred_at or item.enrolled_at), as_moment(completed_at), as_text(completed_by),
        as_flag(record.follow_up), as_json(record.geometry), as_moment(record.created_at_client),
        as_moment(record.updated_at_client), as_text(record.stored_by) if record.stored_by else NULL,
    ))  # fmt: skip


def _completion(writer: Writer, item: EnrollmentItem) -> tuple[datetime.datetime | None, str | None]:
    """When and by whom it was completed; that changes only when the status does."""
    stored = item.stored
    if stored is not None and stored.status == item.status:
        return stored.completed_at, stored.completed_by
    if item.status == "ACTIVE":
        return None, None
    by = (item.record.completed_by or writer.username) if item.status == "COMPLETED" else None
    return item.completed_at or writer.now, by
