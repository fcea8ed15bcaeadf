"""Metadata that individual data refers to cannot be deleted (E4030); merges of metadata take the data along."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, DataElement, OrganisationUnit, TrackedEntityAttribute
from tests.harness.client import Answer, ApiClient
from tests.tracker.sending import upload
from tests.tracker.world import (
    BADJIA,
    OPEN_TO_ALL,
    make_attribute,
    make_data_element,
    make_program,
    make_relationship_type,
    make_stage,
    make_type,
    stored_enrollment,
    stored_entity,
    stored_event,
    stored_relationship,
)
from tracker.models import Enrollment, Event, ProgramOwner, TrackedEntity, TrackerFile
from users.models import User

pytestmark = pytest.mark.django_db


def make_unit(uid: str = "nEwOrgUnit1") -> OrganisationUnit:
    """An org unit in Badjia that nothing else refers to."""
    return OrganisationUnit.objects.create(
        uid=uid, name=uid, short_name=uid, opening_date=datetime.date(2000, 1, 1),
        parent=OrganisationUnit.objects.get(uid=BADJIA), path=f"/ImspTQPwCqd/O6uvpzGd5pu/{BADJIA}/{uid}",
        hierarchy_level=4,
    )  # fmt: skip


class World:
    """One of everything; the event's attribute option combo is `combo`, its org unit has nothing else."""

    def __init__(self, is_deleted: bool = False) -> None:
        self.unit = make_unit()
        self.type = make_type()
        self.program = make_program(self.type)
        self.stage = make_stage(self.program)
        self.attribute = make_attribute(of_type=self.type)
        self.element = make_data_element(value_type="TEXT")  # of no stage any more
        self.relation = make_relationship_type(self.type, self.type)
        self.combo = CategoryOptionCombo.objects.get(uid=ids.ROUTINE_OPTION_COMBO)
        self.entity = stored_entity(self.type, BADJIA, {self.attribute: "x"}, deleted=is_deleted)
        enrollment = stored_enrollment(self.entity, self.program, BADJIA, deleted=is_deleted)
        stored_event(
            enrollment, self.stage, self.unit.uid, {self.element: "x"}, deleted=is_deleted,
            attribute_option_combo=self.combo,
        )  # fmt: skip
        other = stored_entity(self.type, BADJIA, deleted=is_deleted)
        stored_relationship(self.relation, self.entity, other, deleted=is_deleted)


def codes(answer: Answer) -> list[tuple[str, str]]:
    return [(report["errorCode"], report["message"]) for report in answer.json["response"]["errorReports"]]


HELD = [
    ("trackedEntityTypes", "type", "TrackedEntity"), ("trackedEntityAttributes", "attribute", "AttributeValue"),
    ("programs", "program", "E"), ("programStages", "stage", "Event"), ("dataElements", "element", "Event"),
    ("relationshipTypes", "relation", "Relationship"), ("organisationUnits", "unit", "Event"),
    ("categoryOptionCombos", "combo", "Event"),
]  # fmt: skip


@pytest.mark.parametrize("is_deleted", [False, True], ids=["live", "deleted"])
def test_metadata_with_data_cannot_be_deleted(api: ApiClient, is_deleted: bool) -> None:
    """What is deleted is still shown to synchronisation, with its metadata."""
    world = World(is_deleted)

    for plural, name, hint in HELD:
        answer = api.delete(f"/api/{plural}/{getattr(world, name).uid}")

        assert answer.status == 409, (plural, answer)
        ((code, message),) = codes(answer)
        assert code == "E4030" and hint in message, plural


def test_metadata_without_data_can_be_deleted(api: ApiClient) -> None:
    world = World()
    Event.objects.filter(program=world.program).delete()
    type, attribute = make_type(), make_attribute()

    for plural, row in (
        ("trackedEntityTypes", type), ("trackedEntityAttributes", attribute), ("dataElements", world.element),
        ("programStages", world.stage), ("organisationUnits", world.unit),
    ):  # fmt: skip
        assert api.delete(f"/api/{plural}/{row.uid}").status == 200, plural


def test_an_event_program_goes_with_its_placeholder(api: ApiClient) -> None:
    program = make_program()
    stage = make_stage(program)
    event = stored_event(program, stage, BADJIA)
    assert api.delete(f"/api/programs/{program.uid}").status == 409

    event.delete()

    assert api.delete(f"/api/programs/{program.uid}").status == 200
    assert not Enrollment.objects.filter(program_id=program.pk).exists()


def test_a_program_that_frames_relationships_stays(api: ApiClient) -> None:
    type = make_type()
    program, relation = make_program(type), make_relationship_type(type, type)
    relation.constraint_rows.update(program=program)
    stored_relationship(relation, stored_entity(type, BADJIA), stored_entity(type, BADJIA))

    assert api.delete(f"/api/programs/{program.uid}").status == 409


def test_events_of_a_deleted_user_are_nobody_s(api: ApiClient) -> None:
    assignee = User.objects.create(username="assignee", first_name="A", surname="B", password="")
    program = make_program()
    past = timezone.now() - datetime.timedelta(days=3)
    event = stored_event(program, make_stage(program), BADJIA, assigned_user=assignee, updated_at=past)

    assert api.delete(f"/api/users/{assignee.uid}").status == 200

    event.refresh_from_db()
    assert event.assigned_user_id is None and event.updated_at > past


def merge(api: ApiClient, plural: str, sources: list[Any], target: Any, **more: Any) -> Answer:
    body = {"sources": [row.uid for row in sources], "target": target.uid, "deleteSources": True} | more
    return api.post(f"/api/{plural}/merge", body)


def test_merged_org_units_take_their_data_along(api: ApiClient) -> None:
    sources, target = [make_unit(), make_unit("nEwOrgUnit2")], make_unit("nEwOrgUnit3")
    places = [row.uid for row in (*sources, target)]
    type = make_type()
    program = make_program(type, org_units=places)
    number = make_attribute(of_type=type, unique=True, orgunit_scope=True)
    here, alone, there = (stored_entity(type, uid, {number: text}) for uid, text in zip(places, "787", strict=True))
    set_unique_keys({here: f"{sources[0].pk}:7", alone: f"{sources[1].pk}:8", there: f"{target.pk}:7"})
    enrollment = stored_enrollment(here, program, places[0])
    event = stored_event(enrollment, make_stage(program), places[0])

    answer = merge(api, "organisationUnits", sources, target)

    assert answer.status == 200, answer
    for rows in (
        TrackedEntity.objects.filter(pk__in=[here.pk, alone.pk]), Enrollment.objects.filter(pk=enrollment.pk),
        Event.objects.filter(pk=event.pk), ProgramOwner.objects.filter(tracked_entity=here),
    ):  # fmt: skip
        assert set(rows.values_list("organisation_unit_id", flat=True)) == {target.pk}, rows.model
    assert unique_keys(number) == {here.pk: None, there.pk: f"{target.pk}:7", alone.pk: f"{target.pk}:8"}


def set_unique_keys(keys: dict[TrackedEntity, str]) -> None:
    with connection.cursor() as cursor:
        for entity, key in keys.items():
            cursor.execute(
                "UPDATE tracked_entity_attribute_value SET unique_key = %s WHERE tracked_entity_id = %s",
                [key, entity.pk],
            )


def unique_keys(attribute: TrackedEntityAttribute) -> dict[int, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tracked_entity_id, unique_key FROM tracked_entity_attribute_value WHERE attribute_id = %s",
            [attribute.pk],
        )
        return dict(cursor.fetchall())


class Elements:
    """Three events with values of two data elements, the source's younger in one, older in another."""

    def __init__(self) -> None:
        program = make_program()
        stage = make_stage(program)
        self.source, self.target = (make_data_element(sharing=OPEN_TO_ALL) for _ in range(2))
        first, second = self.source.uid, self.target.uid
        documents = [
            {first: {"value": "only"}},
            {first: {"value": "younger", "createdAt": "2024-02-01T00:00:00+00:00"}, second: {"value": "older"}},
            {first: {"value": "older"}, second: {"value": "younger", "updatedAt": "2024-03-01T00:00:00+00:00"}},
        ]
        self.events = [stored_event(program, stage, BADJIA) for _ in documents]
        for event, document in zip(self.events, documents, strict=True):
            event.data_values = document
            event.save()

    def merge(self, api: ApiClient, strategy: str) -> None:
        answer = merge(api, "dataElements", [self.source], self.target, dataMergeStrategy=strategy)
        assert answer.status == 200, answer

    @property
    def values(self) -> list[str | None]:
        """Of the target, in each event."""
        own = Event.objects.filter(pk__in=[event.pk for event in self.events]).order_by("pk")
        documents = own.values_list("data_values", flat=True)
        assert not any(self.source.uid in document for document in documents)
        return [document.get(self.target.uid, {}).get("value") for document in documents]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("LAST_UPDATED", ["only", "younger", "younger"]), ("DISCARD", [None, "older", "younger"])],
)
def test_values_of_merged_data_elements(api: ApiClient, strategy: str, expected: list[str | None]) -> None:
    elements = Elements()

    elements.merge(api, strategy)

    assert elements.values == expected
    assert not DataElement.objects.filter(uid=elements.source.uid).exists()


def test_files_of_merged_data_elements_stay_with_their_values(api: ApiClient) -> None:
    elements = Elements()
    files = [upload(api, b"kept", "a.txt"), upload(api, b"dropped", "b.txt")]
    event = elements.events[1]
    event.data_values[elements.source.uid]["value"] = files[0].uid
    event.data_values[elements.target.uid]["value"] = files[1].uid
    event.save()
    TrackerFile.objects.create(file=files[0], event=event, data_element=elements.source)
    TrackerFile.objects.create(file=files[1], event=event, data_element=elements.target)

    elements.merge(api, "LAST_UPDATED")

    kept = TrackerFile.objects.get()
    assert (kept.file_id, kept.data_element_id) == (files[0].pk, elements.target.pk)
