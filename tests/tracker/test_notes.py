"""Notes on enrollments and events (DHIS2 2.42, tracker notes): to read is enough."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.harness.client import Answer, ApiClient
from tests.tracker.world import BADJIA, BAOMA, READ_ONLY, enrolled_person, someone_at, stored_event
from tracker.models import Note

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize("kind", ["enrollments", "events"])


class World:
    """An enrollment and an event at Badjia, in a program whose data everybody reads and nobody writes."""

    def __init__(self) -> None:
        person = enrolled_person(sharing=READ_ONLY)
        self.enrollment = person.enrollment
        self.event = stored_event(person.enrollment, person.stage, BADJIA)
        self.clerk = someone_at("clerk", capture=[BADJIA])

    def uid(self, kind: str) -> str:
        return self.enrollment.uid if kind == "enrollments" else self.event.uid

    def add(self, api: ApiClient, kind: str, body: Any, user: str = "clerk", base: str = "/api/tracker") -> Answer:
        return api.post(f"{base}/{kind}/{self.uid(kind)}/note", body, user=user)


@KINDS
@pytest.mark.parametrize("base", ["/api/tracker", "/api"])
def test_a_note_is_added_and_answered(api: ApiClient, kind: str, base: str) -> None:
    world = World()

    answer = world.add(api, kind, {"value": "called back"}, base=base)

    assert answer.status == 200
    note = answer.json
    assert list(note) == ["note", "storedAt", "value", "createdBy", "storedBy"]
    assert (note["value"], note["storedBy"]) == ("called back", "clerk")
    assert note["createdBy"] == {
        "uid": world.clerk.uid, "username": "clerk", "firstName": "Clerk", "surname": "Persona",
    }  # fmt: skip
    stored = Note.objects.get(uid=note["note"])
    owner = stored.enrollment_id if kind == "enrollments" else stored.event_id
    assert owner == (world.enrollment.pk if kind == "enrollments" else world.event.pk)


def test_a_note_keeps_the_uid_that_it_was_sent_with_once(api: ApiClient) -> None:
    world = World()

    assert world.add(api, "events", {"value": "one", "note": "noteNumber1"}).json["note"] == "noteNumber1"
    again = world.add(api, "enrollments", {"value": "two", "note": "noteNumber1"})

    assert (again.status, again.json["message"]) == (400, "Note `noteNumber1` already exists.")
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Value cannot be empty"),
        ({"value": " "}, "Value cannot be empty"),
        ({"value": 5}, "`value` of a note must be a text"),
        ([], "Expected an object that is a note"),
        ({"value": "x", "note": "short"}, "UID must be an alphanumeric string of 11 characters"),
    ],
)
def test_what_is_no_note_is_refused(api: ApiClient, body: Any, message: str) -> None:
    answer = World().add(api, "events", body)

    assert answer.status == 400
    assert answer.json["message"].startswith(message)


@KINDS
def test_what_somebody_cannot_read_he_cannot_note(api: ApiClient, kind: str) -> None:
    world = World()
    someone_at("stranger", capture=[BAOMA])

    answer = world.add(api, kind, {"value": "x"}, user="stranger")

    name = "Enrollment" if kind == "enrollments" else "Event"
    assert (answer.status, answer.json["message"]) == (404, f"{name} with id {world.uid(kind)} could not be found.")
    assert not Note.objects.exists()


@KINDS
def test_pulls_of_what_changed_see_a_new_note(api: ApiClient, kind: str) -> None:
    world = World()
    since = timezone.localtime().replace(tzinfo=None).isoformat(timespec="milliseconds")

    world.add(api, kind, {"value": "called back"})

    program = world.enrollment.program.uid
    for path in (kind, "trackedEntities"):
        answer = api.get(f"/api/40/tracker/{path}?program={program}&updatedAfter={since}", user="clerk")
        assert len(answer.json["instances"]) == 1
