"""Removal for good of deleted objects (DHIS2 2.42, maintenance): what lies below goes along, the rest stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker.sending import upload
from tests.tracker.world import (
    BADJIA,
    enrolled_person,
    make_attribute,
    make_relationship_type,
    stored_entity,
    stored_event,
    stored_note,
    stored_relationship,
    stored_value,
)
from tracker.models import (
    Enrollment,
    Event,
    EventChangeLog,
    Note,
    ProgramOwner,
    Relationship,
    TrackedEntity,
    TrackerFile,
)

pytestmark = pytest.mark.django_db
MODELS = (TrackedEntity, Enrollment, Event, Relationship, Note, EventChangeLog, ProgramOwner, TrackerFile)


class World:
    """A tracked entity with an enrollment, an event, notes, changes, a file and a relationship to another one."""

    def __init__(self, api: ApiClient) -> None:
        person = enrolled_person()
        self.entity, self.enrollment = person.entity, person.enrollment
        self.attribute = make_attribute(of_type=person.type)
        stored_value(self.entity, self.attribute, "x")
        self.other = stored_entity(person.type, BADJIA)
        self.event = stored_event(self.enrollment, person.stage, BADJIA)
        related = make_relationship_type(person.type, person.type)
        self.relationship = stored_relationship(related, self.entity, self.other)
        stored_note(self.enrollment, "of the enrollment")
        stored_note(self.event, "of the event")
        EventChangeLog.objects.create(event=self.event, field="geometry", type="CREATE", created_at=timezone.now())
        TrackerFile.objects.create(file=upload(api, b"x", "a.txt"), event=self.event, data_element_id=0)

    def delete(self, *rows: Any) -> None:
        for row in rows:
            row.deleted = True
            row.save()


def counts() -> dict[str, int]:
    found = {model.__name__: model.objects.count() for model in MODELS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracked_entity_attribute_value")
        return found | {"value": cursor.fetchone()[0]}


def remove(api: ApiClient, name: str, **options: Any) -> int:
    return api.post(f"/api/maintenance/softDeleted{name}Removal", **options).status


def gone(before: dict[str, int]) -> dict[str, int]:
    return {name: before[name] - count for name, count in counts().items() if before[name] != count}


@pytest.mark.parametrize(
    ("name", "deleted", "expected"),
    [
        ("Relationship", ("relationship",), {"Relationship": 1}),
        ("Event", ("event",), {"Event": 1, "Note": 1, "EventChangeLog": 1, "TrackerFile": 1}),
        ("ProgramStageInstance", ("event",), {"Event": 1, "Note": 1, "EventChangeLog": 1, "TrackerFile": 1}),
        (
            "Enrollment", ("enrollment", "event"),
            {"Enrollment": 1, "Event": 1, "Note": 2, "EventChangeLog": 1, "TrackerFile": 1},
        ),
        (
            "TrackedEntity", ("entity", "enrollment", "event", "relationship"),
            {
                "TrackedEntity": 1, "Enrollment": 1, "Event": 1, "Relationship": 1, "Note": 2, "EventChangeLog": 1,
                "ProgramOwner": 1, "TrackerFile": 1, "value": 1,
            },
        ),
    ],
    ids=["relationships", "events", "events by their old name", "enrollments", "tracked entities"],
)  # fmt: skip
def test_what_is_deleted_goes_with_what_lies_below(
    api: ApiClient, name: str, deleted: tuple[str, ...], expected: dict[str, int]
) -> None:
    world = World(api)
    before = counts()
    assert remove(api, name) == 204 and not gone(before)  # what is not deleted stays

    world.delete(*(getattr(world, one) for one in deleted))

    assert remove(api, name) == 204
    assert gone(before) == expected
    assert TrackedEntity.objects.filter(pk=world.other.pk).exists()


def test_removal_needs_the_authority(api: ApiClient, outsider: Any) -> None:
    answer = api.put("/api/maintenance/softDeletedEventRemoval", user="outsider")

    assert answer.status == 403
    assert answer.json["message"] == "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]"


def test_a_uid_is_free_after_its_removal(api: ApiClient) -> None:
    world = World(api)
    world.delete(world.entity, world.enrollment, world.event)

    remove(api, "TrackedEntityInstance")

    stored_entity(world.other.tracked_entity_type, BADJIA, uid=world.entity.uid)


def test_many_deleted_objects_need_no_more_statements(api: ApiClient) -> None:
    worlds = [World(api) for _ in range(3)]
    worlds[0].delete(worlds[0].entity)
    remove(api, "Event")
    with query_counter() as one:
        remove(api, "TrackedEntity")
    worlds[1].delete(worlds[1].entity)
    worlds[2].delete(worlds[2].entity)
    with query_counter() as two:
        remove(api, "TrackedEntity")

    assert two.count == one.count
