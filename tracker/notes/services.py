"""Add a note to an enrollment or an event (DHIS2 2.42, tracker notes). Whoever may read the object may add one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.uids import generate_uid, is_uid
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import format_timestamp
from tracker.access.reader import reader_of
from tracker.access.reading import get_readable_enrollment, get_readable_event
from tracker.authors import author_key, shown_author
from tracker.models import Author, Enrollment, Event, Note, TrackedEntity
from tracker.notes.errors import NOTE_EXISTS, UID_INVALID, VALUE_EMPTY


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to be added, with its uid."""

    value: str
    note: str
    stored_by: str | None


def parse_note(body: Any) -> NewNote:
    """A note from a body. Errors: 400 for another shape, no text or no uid."""
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "Expected an object that is a note")
    texts = {name: body.get(name) for name in ("value", "note", "storedBy")}
    for name, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise ApiError(BAD_REQUEST, f"`{name}` of a note must be a text")
    if not (texts["value"] or "").strip():
        raise ApiError(VALUE_EMPTY)
    if texts["note"] and not is_uid(texts["note"]):
        raise ApiError(UID_INVALID, texts["note"])
    return NewNote(str(texts["value"]), texts["note"] or generate_uid(), texts["storedBy"])


def add_enrollment_note(enrollment: str, new: NewNote, user: Any) -> dict[str, Any]:
    """Add a note; it, as answers show it.

    Errors: 404 for an enrollment that the user may not see, 400 for a uid that a note has.
    """
    return _add(new, user, Enrollment, get_readable_enrollment(reader_of(user), enrollment))


def add_event_note(event: str, new: NewNote, user: Any) -> dict[str, Any]:
    """The same for an event."""
    return _add(new, user, Event, get_readable_event(reader_of(user), event))


def _add(new: NewNote, user: Any, parent: type[Enrollment | Event], key: int) -> dict[str, Any]:
    author = author_key(user)
    side = "enrollment_id" if parent is Enrollment else "event_id"
    note = Note(
        uid=new.note, value=new.value, stored_at=timezone.now(), stored_by=new.stored_by or user.username,
        created_by_id=author, **{side: key},
    )  # fmt: skip
    try:
        with transaction.atomic():
            _touch(parent, key, note.stored_at)
            note.save(force_insert=True)
            record_writer(note.stored_at)
    except IntegrityError as error:
        raise ApiError(NOTE_EXISTS, new.note) from error
    return {
        "note": note.uid, "storedAt": format_timestamp(note.stored_at), "value": note.value,
        "createdBy": shown_author(Author.objects.get(pk=author)), "storedBy": note.stored_by,
    }  # fmt: skip


def _touch(parent: type[Enrollment | Event], key: int, now: datetime) -> None:
    """Have pulls of what changed see it. From above, in the order in which imports lock."""
    rows = parent._default_manager.filter(pk=key)
    TrackedEntity.objects.filter(pk__in=rows.values("tracked_entity_id")).update(updated_at=now)
    rows.update(updated_at=now)
