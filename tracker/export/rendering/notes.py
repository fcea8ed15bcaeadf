"""Notes on enrollments and events, in the order they were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tracker.export.rendering.session import Session, rows, without_nulls

NOTES = """
    -- notes on these objects
    SELECT note.{column}, note.uid, note.stored_at, note.value, note.created_by_id, note.stored_by
    FROM tracker_note note WHERE note.{column} = ANY(%(keys)s) ORDER BY note.id
"""
COLUMNS = {"enrollment": "enrollment_id", "event": "event_id"}


def load_notes(session: Session, kind: str, keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The notes on enrollments or events, by their keys. A note never changes: it was updated when it was stored."""
    of: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if not keys:
        return of
    found = rows(NOTES.format(column=COLUMNS[kind]), {"keys": list(keys)})
    for key, uid, stored_at, value, created_by, stored_by in found:
        moment = session.moment(stored_at)
        of[key].append(without_nulls({
            "note": uid, "storedAt": moment, "updatedAt": moment, "value": value,
            "createdBy": session.author(created_by), "storedBy": stored_by,
        }))  # fmt: skip
    return of
