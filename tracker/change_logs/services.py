"""Change logs of tracked entities and events, for whoever may read them (DHIS2 2.42, tracker export, change logs)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q

from dhis2api.web.timestamps import format_timestamp
from tracker.access.elements import readable_elements
from tracker.access.reader import reader_of
from tracker.access.reading import get_readable_entity, get_readable_event
from tracker.change_logs.params import ChangeLogParams, EntityChangeLogParams
from tracker.change_logs.shown_attributes import shown_attributes
from tracker.change_logs.statements import ENTITY_LOG, EVENT_LOG, fetch
from tracker.confidential import decrypt_value
from tracker.importer.writing.event_changes import geometry_text, moment_text
from tracker.models import Event, EventChangeLog

# Changes as they stand on the wire, and whether another page follows.
Page = tuple[list[dict[str, Any]], bool]


def entity_changes(uid: str, params: EntityChangeLogParams, user: Any) -> Page:
    """A page of the changes of attribute values: those of the type, and of the program that is named.

    Errors: 404 and 403 of reading the tracked entity; 400 for page, order and filter.
    """
    params.check()
    reader = reader_of(user)
    key = get_readable_entity(reader, uid, params.program or None)
    program = reader.find_program(params.program)
    values = {
        "key": key, "tells": settings.TRACKER_CHANGE_LOG,
        "shown": shown_attributes(key, None if program is None else program.pk),
    }  # fmt: skip
    return _page(fetch(ENTITY_LOG, params, values), params)


def event_changes(uid: str, params: ChangeLogParams, user: Any) -> Page:
    """A page of the changes of an event: of its dates and geometry, and of the data values that the user may read.

    Errors: 404 and 403 of reading the event; 400 for page, order and filter.
    """
    params.check()
    key = get_readable_event(reader_of(user), uid)
    event = Event.objects.only("occurred_at", "scheduled_at", "geometry", "data_values").get(pk=key)
    fields = {
        "occurredAt": moment_text(event.occurred_at), "scheduledAt": moment_text(event.scheduled_at),
        "geometry": geometry_text(event.geometry),
    }  # fmt: skip
    known = {name: text for name, text in fields.items() if text is not None}
    values = {
        "key": key, "tells": settings.TRACKER_CHANGE_LOG, "fields": list(known), "texts": list(known.values()),
        "shown": _readable_elements(event, user),
    }  # fmt: skip
    return _page(fetch(EVENT_LOG, params, values), params)


def _readable_elements(event: Event, user: Any) -> list[int]:
    changed = EventChangeLog.objects.filter(event=event, data_element__isnull=False).values("data_element_id")
    of_event = Q(uid__in=list(event.data_values)) | Q(pk__in=changed)
    return list(readable_elements(user.principal).filter(of_event).values_list("pk", flat=True))


def _page(rows: list[tuple[Any, ...]], params: ChangeLogParams) -> Page:
    is_entity = isinstance(params, EntityChangeLogParams)
    shown = [_shown(row, "attributeValue" if is_entity else "dataValue") for row in rows[: params.page_size]]
    return shown, len(rows) > params.page_size


def _shown(row: tuple[Any, ...], member: str) -> dict[str, Any]:
    type, subject, field, previous, current, created_at, author, username, first_name, surname, holder = row
    named = {"attribute" if member == "attributeValue" else "dataElement": subject}
    if field is not None:
        member, named = "eventField", {"field": field}
    texts = {"previousValue": previous, "currentValue": current}
    if holder is not None:
        texts = {name: text and decrypt_value(text, holder, subject) for name, text in texts.items()}
    change = named | {name: text for name, text in texts.items() if text is not None}
    shown: dict[str, Any] = {}
    if author is not None:
        shown["createdBy"] = {"uid": author, "username": username, "firstName": first_name, "surname": surname}
    return shown | {"createdAt": format_timestamp(created_at), "type": type, "change": {member: change}}
