"""The members of tracker objects by their old names, and by today's.

Every old name has one new one; of two new names the old one depends on the object. What is named as today is let be,
so that a body may mix both. Source: DHIS2 2.36, tracker, changes in the API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

TO_NEW = {
    "trackedEntityInstance": "trackedEntity", "trackedEntityInstances": "trackedEntities", "created": "createdAt",
    "lastUpdated": "updatedAt", "lastUpdatedAtClient": "updatedAtClient", "enrollmentDate": "enrolledAt",
    "incidentDate": "occurredAt", "eventDate": "occurredAt", "dueDate": "scheduledAt", "completedDate": "completedAt",
    "storedDate": "storedAt", "ownerOrgUnit": "orgUnit", "followup": "followUp", "createdByUserInfo": "createdBy",
    "lastUpdatedByUserInfo": "updatedBy",
}  # fmt: skip
_COMMON = {
    "trackedEntity": "trackedEntityInstance", "createdAt": "created", "updatedAt": "lastUpdated",
    "updatedAtClient": "lastUpdatedAtClient", "enrolledAt": "enrollmentDate", "scheduledAt": "dueDate",
    "completedAt": "completedDate", "storedAt": "storedDate", "followUp": "followup",
    "createdBy": "createdByUserInfo", "updatedBy": "lastUpdatedByUserInfo",
}  # fmt: skip
ENTITY, ENROLLMENT, EVENT, OWNER, OTHER = "trackedEntity", "enrollment", "event", "programOwner", "other"
# By the kind of object that a member stands in.
TO_OLD = {
    ENTITY: _COMMON,
    ENROLLMENT: _COMMON | {"occurredAt": "incidentDate"},
    EVENT: _COMMON | {"occurredAt": "eventDate"},
    OWNER: _COMMON | {"orgUnit": "ownerOrgUnit"},
    OTHER: _COMMON,
}
KINDS_BELOW = {
    "enrollments": ENROLLMENT, "events": EVENT, "programOwners": OWNER, "trackedEntity": ENTITY,
    "enrollment": ENROLLMENT, "event": EVENT,
}  # fmt: skip
WORD = re.compile(r"\w+")
# Its members are nobody's but its own.
AS_IT_IS = frozenset({"geometry", "value"})


def to_new(sent: Any) -> Any:
    """A body, or a part of it, with today's names; points of old are geometries."""
    if isinstance(sent, list):
        return [to_new(item) for item in sent]
    if not isinstance(sent, dict):
        return sent
    renamed = {TO_NEW.get(name, name): item if name in AS_IT_IS else to_new(item) for name, item in sent.items()}
    point = _point(sent)
    if point is not None and renamed.get("geometry") is None:
        renamed["geometry"] = {"type": "Point", "coordinates": point}
    return renamed


def words_to_new(text: str) -> str:
    """The same for names inside of `fields` and `order`."""
    return WORD.sub(lambda found: TO_NEW.get(found[0], found[0]), text)


def to_old(shown: Any, kind: str) -> Any:
    """An object of a kind, or a list of them, with the old names and the old forms of points and users."""
    if isinstance(shown, list):
        return [to_old(item, kind) for item in shown]
    if not isinstance(shown, dict):
        return shown
    names = TO_OLD[kind]
    renamed = {
        names.get(name, name): item if name in AS_IT_IS else to_old(item, KINDS_BELOW.get(name, OTHER))
        for name, item in shown.items()
    }
    if kind == ENTITY and ("geometry" in shown or "inactive" in shown):
        renamed |= _old_geometry(shown.get("geometry"))
    if kind == EVENT and _is_point(shown.get("geometry")):
        longitude, latitude = shown["geometry"]["coordinates"][:2]
        renamed["coordinate"] = {"latitude": latitude, "longitude": longitude}
    user = shown.get("assignedUser")
    if isinstance(user, dict):
        renamed |= {
            "assignedUser": user.get("uid"), "assignedUserUsername": user.get("username"),
            "assignedUserDisplayName": user.get("displayName"),
        }  # fmt: skip
    return renamed


def _point(sent: Mapping[str, Any]) -> list[Any] | None:
    """Of an event's `coordinate`, or of `coordinates` as a text."""
    coordinate = sent.get("coordinate")
    if isinstance(coordinate, dict) and {"latitude", "longitude"} <= coordinate.keys():
        return [coordinate["longitude"], coordinate["latitude"]]
    if sent.get("featureType") == "POINT" and isinstance(sent.get("coordinates"), str):
        try:
            read = orjson.loads(sent["coordinates"])
        except orjson.JSONDecodeError:
            return None  # as DHIS2: what is no place is no geometry
        return read if isinstance(read, list) else None
    return None


def _old_geometry(geometry: Any) -> dict[str, str]:
    if not _is_point(geometry):
        return {"featureType": "NONE" if geometry is None else str(geometry["type"]).upper()}
    return {"featureType": "POINT", "coordinates": orjson.dumps(geometry["coordinates"]).decode()}


def _is_point(geometry: Any) -> bool:
    return isinstance(geometry, dict) and geometry.get("type") == "Point"
