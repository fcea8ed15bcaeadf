"""Notes of enrollments and events; they are only ever added."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.importer.items import Action
from tracker.importer.writing.copying import as_key, as_text, copy_rows
from tracker.importer.writing.writer import Writer

COLUMNS = ("uid", "enrollment_id", "event_id", "value", "stored_at", "stored_by", "created_by_id")


def write_notes(writer: Writer) -> None:
    """Add those that were sent with enrollments and events that went in."""
    copy_rows("tracker_note", COLUMNS, _lines(writer))


def _lines(writer: Writer) -> Iterator[str]:
    bundle = writer.context.bundle
    now, author = writer.now.isoformat(), str(writer.author)
    for items, is_event in ((bundle.enrollments, False), (bundle.events, True)):
        for item in items:
            if not item.notes or item.is_ignored or item.action is Action.DELETE:
                continue
            for note in item.notes:
                yield "\t".join((
                    note.note, as_key(None if is_event else item.pk), as_key(item.pk if is_event else None),
                    as_text(note.value), now, as_text(note.stored_by or writer.username), author,
                ))  # fmt: skip
