"""Bodies of old as payloads of today: named anew, every object with a uid, events with their enrollment.

Old events named tracked entity and program, and the enrollment was found; old dates of completion said nothing unless
the object was complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.uids import generate_uid
from tracker.importer.items import TrackerType
from tracker.models import Enrollment
from tracker.old.names import to_new

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: the list of it in old bodies and in payloads, its uid, what lies below it."""

    type: TrackerType
    old_plural: str
    plural: str
    uid: str
    below: tuple[str, ...] = ()


RELATIONSHIPS = Kind(TrackerType.RELATIONSHIP, "relationships", "relationships", "relationship")
EVENTS = Kind(TrackerType.EVENT, "events", "events", "event", ("relationships",))
ENROLLMENTS = Kind(
    TrackerType.ENROLLMENT, "enrollments", "enrollments", "enrollment", ("events", "relationships")
)  # fmt: skip
ENTITIES = Kind(
    TrackerType.TRACKED_ENTITY, "trackedEntityInstances", "trackedEntities", "trackedEntity",
    ("enrollments", "relationships"),
)  # fmt: skip
KINDS = {kind.plural: kind for kind in (ENTITIES, ENROLLMENTS, EVENTS, RELATIONSHIPS)}


def objects_of(kind: Kind, body: Any) -> list[Object]:
    """The objects of a body, which is one or holds a list. Errors: 400 for another shape."""
    renamed = to_new(body)
    sent = renamed.get(kind.plural, [renamed]) if isinstance(renamed, dict) else None
    if not isinstance(sent, list) or not all(isinstance(item, dict) for item in sent):
        raise ApiError(BAD_REQUEST, f"Expected an object, or a list of objects as `{kind.old_plural}`")
    for _, item in walk(kind, sent):
        _complete(item)
    for found, item in walk(kind, sent):
        item[found.uid] = item.get(found.uid) or generate_uid()
        if not isinstance(item[found.uid], str):
            raise ApiError(BAD_REQUEST, f"Expected a text as `{found.uid}`")
    _find_enrollments([item for found, item in walk(kind, sent) if found is EVENTS])
    return sent


def one_object(kind: Kind, uid: str, body: Any) -> list[Object]:
    """The object of a body, whose uid stands in the path. Errors: 400 for another shape."""
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "Expected an object")
    listed = {kind.old_plural, kind.plural}
    return objects_of(kind, {name: item for name, item in body.items() if name not in listed} | {kind.uid: uid})


def walk(kind: Kind, objects: list[Object]) -> Iterator[tuple[Kind, Object]]:
    """All objects with what lies below them. Errors: 400 for a list that holds something else."""
    for item in objects:
        yield kind, item
        for plural in kind.below:
            below = item.get(plural) or []
            if not isinstance(below, list) or not all(isinstance(one, dict) for one in below):
                raise ApiError(BAD_REQUEST, f"Expected a list of objects as `{plural}`")
            yield from walk(KINDS[plural], below)


def _complete(item: Object) -> None:
    if item.get("status") != "COMPLETED":
        item.pop("completedAt", None)
        item.pop("completedBy", None)


def _find_enrollments(events: list[Object]) -> None:
    """Name the enrollment, the active and newest one before others. One query."""
    searching = [
        event for event in events
        if not event.get("enrollment") and all(isinstance(event.get(n), str) for n in ("trackedEntity", "program"))
    ]  # fmt: skip
    if not searching:
        return
    rows = Enrollment.objects.filter(
        tracked_entity__uid__in={event["trackedEntity"] for event in searching}, deleted=False
    ).order_by("-status", "enrolled_at")  # of ACTIVE, CANCELLED, COMPLETED the first comes last, and so counts
    found = {(entity, program): uid for entity, program, uid in rows.values_list(
        "tracked_entity__uid", "program__uid", "uid"
    )}  # fmt: skip
    for event in searching:
        uid = found.get((event["trackedEntity"], event["program"]))
        if uid is not None:
            event["enrollment"] = uid
