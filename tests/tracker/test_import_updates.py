"""What an update does to what is stored, member by member, and what deletion takes along."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic, make_clinic, send, stored_values, value, values_of
from tracker.models import Author, Enrollment, Event, EventChangeLog, Note, ProgramOwner, Relationship, TrackedEntity

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(admin: object) -> Clinic:
    return make_clinic()


def test_attributes_that_are_not_sent_stay_and_empty_ones_go(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())

    send(api, {"trackedEntities": [clinic.person(attributes=[value(clinic.name, None)])]})

    assert stored_values() == {clinic.card.uid: "77"}


def test_attributes_of_an_enrollment_are_the_tracked_entitys(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())

    send(api, {"enrollments": [clinic.enrollment(attributes=[value(clinic.card, "78")])]})

    assert stored_values() == {clinic.name.uid: "Ana", clinic.card.uid: "78"}


def test_value_that_is_sent_again_keeps_its_times(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    query = "SELECT max(updated_at) FROM tracked_entity_attribute_value"
    with connection.cursor() as cursor:
        cursor.execute(query)
        before = cursor.fetchone()

        send(api, clinic.visit())

        cursor.execute(query)
        assert cursor.fetchone() == before
    assert "updatedAt" not in Event.objects.get(uid=EVENT).data_values[clinic.weight.uid]


def test_data_values_are_merged_by_data_element(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())

    send(api, {"events": [clinic.event(values={clinic.weight: "3300", clinic.remark: ""})]})

    assert values_of() == {clinic.weight.uid: "3300"}
    assert values_of() == {
        entry["dataElement"]: entry["value"] for entry in api.get(f"/api/tracker/events/{EVENT}").json["dataValues"]
    }


def test_changes_of_values_and_fields_are_kept(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())

    send(api, {"events": [clinic.event(values={clinic.weight: "3300", clinic.remark: ""}, occurredAt="2024-05-03")]})

    kept = EventChangeLog.objects.values_list("type", "data_element__uid", "field", "previous_value", "current_value")
    weight, remark, day = clinic.weight.uid, clinic.remark.uid, "2024-05-0{} 00:00:00.000"
    assert set(kept) == {
        ("CREATE", weight, None, None, "3200"), ("UPDATE", weight, None, "3200", "3300"),
        ("CREATE", remark, None, None, "well"), ("DELETE", remark, None, "well", None),
        ("CREATE", None, "occurredAt", None, day.format(2)),
        ("UPDATE", None, "occurredAt", day.format(2), day.format(3)),
    }  # fmt: skip


def test_value_that_is_sent_twice_changes_once(api: ApiClient, clinic: Clinic) -> None:
    """The last word counts."""
    send(api, clinic.visit())
    event = clinic.event()
    event["dataValues"] = [{"dataElement": clinic.weight.uid, "value": text} for text in ("3300", "3400")]

    send(api, {"events": [event]})

    kept = EventChangeLog.objects.values_list("type", "previous_value", "current_value")
    assert sorted(kept) == [("CREATE", None, "3200"), ("UPDATE", "3200", "3400")]


def test_members_that_are_not_sent_are_emptied(api: ApiClient, clinic: Clinic) -> None:
    clinic.stage.feature_type = "POINT"
    clinic.stage.save()
    send(api, clinic.visit(scheduledAt="2024-05-01", followUp=True, geometry={"type": "Point", "coordinates": [1, 2]}))

    send(api, {"events": [clinic.event()]})

    event = Event.objects.get(uid=EVENT)
    assert (event.scheduled_at, event.follow_up, event.geometry) == (None, False, None)


def test_status_that_is_not_sent_opens_what_was_completed(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit(status="COMPLETED"))
    assert Event.objects.get(uid=EVENT).completed_by == "admin"

    send(api, {"events": [clinic.event()]})

    event = Event.objects.get(uid=EVENT)
    assert (event.status, event.completed_at, event.completed_by) == ("ACTIVE", None, None)


@pytest.mark.parametrize(("status", "completed_by"), [("COMPLETED", "admin"), ("CANCELLED", None), ("ACTIVE", None)])
def test_completion_of_an_enrollment_follows_its_status(
    api: ApiClient, clinic: Clinic, status: str, completed_by: str | None
) -> None:
    send(api, clinic.visit())

    send(api, {"enrollments": [clinic.enrollment(status=status)]})

    enrollment = Enrollment.objects.get(uid=ENROLLMENT)
    assert (enrollment.completed_by, enrollment.completed_at is None) == (completed_by, status == "ACTIVE")


def test_completed_event_keeps_when_and_by_whom(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit(status="COMPLETED", completedAt="2024-05-04", completedBy="nurse"))

    send(api, {"events": [clinic.event(status="COMPLETED", completedAt="2024-06-01", completedBy="other")]})

    event = Event.objects.get(uid=EVENT)
    assert (event.completed_at, event.completed_by) == (world.day("2024-05-04"), "nurse")


def test_client_may_say_who_stored_an_object(api: ApiClient, clinic: Clinic) -> None:
    body = clinic.visit(storedBy="phone 7")
    body["trackedEntities"][0]["storedBy"] = "phone 7"

    send(api, body)

    assert (TrackedEntity.objects.get(uid=ENTITY).stored_by, Event.objects.get(uid=EVENT).stored_by) == (
        "phone 7", "phone 7",
    )  # fmt: skip
    assert Enrollment.objects.get(uid=ENROLLMENT).stored_by == "admin"


def test_notes_are_added_and_blank_ones_dropped(api: ApiClient, clinic: Clinic) -> None:
    notes = [{"note": "NoteSend001", "value": "first"}, {"value": "  "}]
    send(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(notes=notes)])]})

    send(api, {"enrollments": [clinic.enrollment(notes=[{"value": "second"}])]})

    found = Note.objects.filter(enrollment__uid=ENROLLMENT).order_by("id")
    assert [note.value for note in found] == ["first", "second"]
    assert found[0].uid == "NoteSend001"
    assert found[0].created_by == Author.objects.get(username="admin")


def test_first_enrollment_makes_the_owner_and_the_next_one_leaves_it(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    send(api, {"enrollments": [clinic.enrollment(status="COMPLETED")]})

    send(api, {"enrollments": [clinic.enrollment("EnSending02", orgUnit=world.BAOMA)]})

    assert ProgramOwner.objects.get(tracked_entity__uid=ENTITY).organisation_unit.uid == world.NGELEHUN


@pytest.mark.parametrize("kind", ["enrollment", "event"])
def test_change_below_moves_the_time_of_the_tracked_entity(api: ApiClient, clinic: Clinic, kind: str) -> None:
    send(api, clinic.visit())
    before = TrackedEntity.objects.get(uid=ENTITY).updated_at

    send(api, {"enrollments": [clinic.enrollment()]} if kind == "enrollment" else {"events": [clinic.event()]})

    assert TrackedEntity.objects.get(uid=ENTITY).updated_at > before


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"events": [{"event": EVENT}]}, {"entity", "enrollment"}),
        ({"enrollments": [{"enrollment": ENROLLMENT}]}, {"entity"}),
        ({"trackedEntities": [{"trackedEntity": ENTITY}]}, set()),
    ],
    ids=["event", "enrollment", "tracked entity"],
)
def test_deletion_takes_along_what_lies_below(
    api: ApiClient, clinic: Clinic, body: dict[str, Any], left: set[str]
) -> None:
    type = world.make_relationship_type(clinic.type, clinic.type, from_kind="PROGRAM_STAGE_INSTANCE")
    send(api, clinic.visit())
    other = world.stored_entity(clinic.type, world.NGELEHUN)
    relationship = world.stored_relationship(type, Event.objects.get(uid=EVENT), other)

    answer = send(api, body, "&importStrategy=DELETE")

    assert answer.json["stats"]["deleted"] == 1
    rows = {
        "entity": TrackedEntity.objects.get(uid=ENTITY), "enrollment": Enrollment.objects.get(uid=ENROLLMENT),
        "event": Event.objects.get(uid=EVENT),
    }  # fmt: skip
    assert {name for name, row in rows.items() if not row.deleted} == left
    assert Relationship.objects.get(pk=relationship.pk).deleted
    assert bool(stored_values()) == ("entity" in left)


def test_relationship_that_is_deleted_twice_goes_once(api: ApiClient, clinic: Clinic) -> None:
    person, other = (world.stored_entity(clinic.type, world.NGELEHUN) for _ in range(2))
    stored = world.stored_relationship(world.make_relationship_type(clinic.type, clinic.type), person, other)

    answer = send(api, {"relationships": [{"relationship": stored.uid}] * 2}, "&importStrategy=DELETE")

    assert answer.json["stats"]["deleted"] == 1


def test_visited_is_active(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit(status="VISITED"))

    assert Event.objects.get(uid=EVENT).status == "ACTIVE"


def test_confidential_values_are_encrypted_and_come_back(api: ApiClient, clinic: Clinic) -> None:
    secret = world.make_attribute(of_type=clinic.type, confidential=True)
    send(
        api, {"trackedEntities": [clinic.person(attributes=[value(secret, "HIV")], enrollments=[clinic.enrollment()])]}
    )

    assert stored_values()[secret.uid] != "HIV"
    shown = api.get(f"/api/tracker/trackedEntities/{ENTITY}").json["attributes"]
    assert [one["value"] for one in shown] == ["HIV"]


def test_number_of_queries_does_not_grow_with_the_bundle(api: ApiClient, clinic: Clinic) -> None:
    def bundle(size: int, start: int) -> dict[str, Any]:
        people = []
        for number in range(start, start + size):
            event = clinic.event(f"EvMany{number:05}", values={clinic.weight: str(number)})
            enrollment = clinic.enrollment(f"EnMany{number:05}", events=[event], notes=[{"value": "n"}])
            people.append(clinic.person(f"TeMany{number:05}", attributes=[value(clinic.name, f"N{number}")],
                                        enrollments=[enrollment]))  # fmt: skip
        return {"trackedEntities": people}

    send(api, bundle(1, 0))
    with query_counter() as few:
        send(api, bundle(2, 100))
    with query_counter() as many:
        send(api, bundle(40, 200))
    with query_counter() as few_again:
        send(api, bundle(2, 100))
    with query_counter() as many_again:
        send(api, bundle(40, 200))

    assert many.count == few.count
    assert many_again.count == few_again.count
