"""Import what an old endpoint was sent, by today's import."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from dhis2api.web.renderers import encode_json
from tracker.collisions import begun_again
from tracker.formats.json import decode
from tracker.importer.items import TrackerType
from tracker.importer.pipeline import import_tracker_objects
from tracker.importer.profile import WireProfile
from tracker.models import Enrollment, Event, Relationship, TrackedEntity
from tracker.old.bodies import ENTITIES, EVENTS, Kind, Object, objects_of, one_object, walk
from tracker.old.params import OldImportParams
from tracker.old.replacing import empty_unsent_attributes, empty_unsent_values, with_stored_members
from tracker.old.summaries import Results
from tracker.params import ImportStrategy

MODELS: dict[TrackerType, Any] = {
    TrackerType.TRACKED_ENTITY: TrackedEntity, TrackerType.ENROLLMENT: Enrollment, TrackerType.EVENT: Event,
    TrackerType.RELATIONSHIP: Relationship,
}  # fmt: skip
# Old clients find malformed uids in the report, and may send a relationship twice.
OLD = WireProfile(tells_all=True, reports_malformed_uids=True, ignores_repeated_relationships=True)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, with which parameters, and the base of addresses in the answer."""

    user: Any
    params: OldImportParams
    base: str


def import_objects(kind: Kind, body: Any, request: Request) -> dict[str, Any]:
    """Import the objects of a body; the summaries. Errors: 400 for a body that cannot be read."""
    objects = objects_of(kind, body)
    return _import(kind, objects, request).summaries(kind, objects)


def replace_object(kind: Kind, uid: str, body: Any, request: Request) -> dict[str, Any]:
    """Update one object; its summary. Values that are not sent go."""
    objects = one_object(kind, uid, body)
    (item,) = objects
    if kind is EVENTS:
        empty_unsent_values(item, request.user)
    elif kind is ENTITIES:
        empty_unsent_attributes(item, request.params.program, request.user)
    return _import(kind, objects, request, ImportStrategy.UPDATE).summary(kind, item)


@begun_again
def change_values(event: str, body: Any, request: Request) -> dict[str, Any]:
    """Change what a body names of an event, and nothing else; its summary."""
    whole = with_stored_members(event, body, request.params, request.user) if isinstance(body, dict) else body
    objects = one_object(EVENTS, event, whole)
    return _import(EVENTS, objects, request, ImportStrategy.UPDATE).summary(EVENTS, objects[0])


def delete_object(kind: Kind, uid: str, request: Request) -> dict[str, Any]:
    """Delete one object; its summary."""
    item = {kind.uid: uid}
    return _import(kind, [item], request, ImportStrategy.DELETE).summary(kind, item)


def _import(kind: Kind, objects: list[Object], request: Request, strategy: ImportStrategy | None = None) -> Results:
    params = request.params.today(strategy)
    known = _known(kind, objects)
    data = encode_json({kind.plural: objects})
    report = import_tracker_objects(lambda: decode(data), params=params, user=request.user, profile=OLD)
    is_delete = params.import_strategy is ImportStrategy.DELETE
    return Results(report, known, is_delete, request.params.dry_run, request.base)


def _known(kind: Kind, objects: list[Object]) -> set[tuple[TrackerType, str]]:
    """The objects that are there already. One query a type."""
    sent: dict[TrackerType, list[str]] = defaultdict(list)
    for found, item in walk(kind, objects):
        sent[found.type].append(str(item[found.uid]))
    return {
        (type, uid)
        for type, uids in sent.items()
        for uid in MODELS[type].objects.filter(uid__in=uids).values_list("uid", flat=True)
    }
