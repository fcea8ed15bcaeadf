"""The payloads of the published documentation, flat and nested; their relationship apart."""

from __future__ import annotations

from typing import Any

PERSON, OTHER_PERSON, ENROLLMENT = "Kj6vYde4LHh", "Gjaiu3ea38E", "MNWZ6hnuhSw"
EVENTS = ("ZwwuwNp6gVd", "XwwuwNp6gVE")
PROGRAM, STAGES, BO = "f1AyMswryyQ", ("nlXNK4b7LVr", "PaOOjwLVW23"), "O6uvpzGd5pu"
RELATIONSHIP = {
    "relationshipType": "Udhj3bsdHeT", "from": {"trackedEntity": PERSON}, "to": {"trackedEntity": OTHER_PERSON},
}  # fmt: skip


def _person() -> dict[str, Any]:
    return {"orgUnit": BO, "trackedEntity": PERSON, "trackedEntityType": "Q9GufDoplCL"}


def _enrollment() -> dict[str, Any]:
    return {
        "orgUnit": BO, "program": PROGRAM, "trackedEntity": PERSON, "enrollment": ENROLLMENT,
        "trackedEntityType": "Q9GufDoplCL", "enrolledAt": "2019-08-19T00:00:00.000", "deleted": False,
        "occurredAt": "2019-08-19T00:00:00.000", "status": "ACTIVE", "notes": [], "attributes": [],
    }  # fmt: skip


def _event(position: int) -> dict[str, Any]:
    event: dict[str, Any] = {
        "scheduledAt": "2019-08-19T13:59:13.688", "program": PROGRAM, "event": EVENTS[position],
        "programStage": STAGES[position], "orgUnit": BO, "trackedEntity": PERSON, "enrollment": ENROLLMENT,
        "enrollmentStatus": "ACTIVE", "status": "ACTIVE", "occurredAt": "2019-08-01T00:00:00.000",
        "attributeCategoryOptions": "xYerKDKCefk", "deleted": False, "attributeOptionCombo": "HllvX50cXC0",
        "notes": [],
    }  # fmt: skip
    if position == 0:
        values = (("BuZ5LGNfGEU", "20"), ("ZrqtjjveTFc", "Male"), ("mB2QHw1tU96", "[-11.566044,9.477801]"))
        event["dataValues"] = [
            {"updatedAt": "2019-08-19T13:58:37.477", "storedBy": "admin", "dataElement": uid, "value": value,
             "providedElsewhere": False}
            for uid, value in values
        ]  # fmt: skip
    return event


def flat(*, related: bool = False) -> dict[str, Any]:
    """Four lists."""
    body: dict[str, Any] = {
        "trackedEntities": [_person()], "enrollments": [_enrollment()], "events": [_event(0), _event(1)],
    }  # fmt: skip
    return body | ({"relationships": [RELATIONSHIP]} if related else {})


def nested(*, related: bool = False) -> dict[str, Any]:
    """One tree."""
    events = [_event(position) | {"relationships": []} for position in (0, 1)]
    person = _person() | {"enrollments": [_enrollment() | {"relationships": [], "events": events}]}
    return {"trackedEntities": [person | {"relationships": [RELATIONSHIP] if related else []}]}
