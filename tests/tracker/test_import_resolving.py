"""How an import finds what a payload names: by which scheme, with what left out, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import Attribute, Program
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tests.tracker.coded import stored_enrollment, stored_event, stored_person
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic, codes, make_clinic, send, value
from tracker.models import Enrollment, Event, Relationship, TrackedEntity

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(admin: object) -> Clinic:
    return make_clinic()


def named(clinic: Clinic, names: dict[Any, str]) -> dict[str, Any]:
    """A visit whose metadata is called otherwise."""

    def called(row: Any) -> str:
        return names[row]

    event = {
        "event": EVENT, "programStage": called(clinic.stage), "orgUnit": names["orgUnit"], "occurredAt": "2024-05-02",
        "program": called(clinic.program), "dataValues": [{"dataElement": called(clinic.weight), "value": "1"}],
    }  # fmt: skip
    enrollment = {
        "enrollment": ENROLLMENT, "program": called(clinic.program), "orgUnit": names["orgUnit"],
        "enrolledAt": "2024-05-01", "events": [event],
    }  # fmt: skip
    return {
        "trackedEntities": [
            {
                "trackedEntity": ENTITY, "trackedEntityType": called(clinic.type), "orgUnit": names["orgUnit"],
                "attributes": [{"attribute": called(clinic.name), "value": "Ana"}], "enrollments": [enrollment],
            }
        ]
    }  # fmt: skip


def rows_of(clinic: Clinic) -> list[Any]:
    return [clinic.type, clinic.program, clinic.stage, clinic.name, clinic.weight]


def test_metadata_is_named_by_code(api: ApiClient, clinic: Clinic) -> None:
    for place, row in enumerate(rows_of(clinic)):
        row.code = f"CODE_{place}"
        row.save()
    names = {row: row.code for row in rows_of(clinic)} | {"orgUnit": world.place(world.NGELEHUN).code}

    assert send(api, named(clinic, names), "&idScheme=CODE").json["stats"]["created"] == 3
    assert list(Event.objects.get(uid=EVENT).data_values) == [clinic.weight.uid]


def test_each_type_may_have_a_scheme_of_its_own(api: ApiClient, clinic: Clinic) -> None:
    unique = Attribute.objects.create(name="Register", unique=True, value_type="TEXT", program_attribute=True)
    clinic.program.attribute_values = {unique.uid: "P-1"}
    clinic.program.save()
    names = {row: row.uid for row in rows_of(clinic)}
    names |= {clinic.program: "P-1", clinic.weight: clinic.weight.name, "orgUnit": world.NGELEHUN}
    query = f"&programIdScheme=ATTRIBUTE:{unique.uid}&dataElementIdScheme=NAME"

    assert send(api, named(clinic, names), query).json["stats"]["created"] == 3


def test_name_of_two_programs_names_none_and_errors_print_what_was_sent(api: ApiClient, clinic: Clinic) -> None:
    world.make_program(clinic.type)
    Program.objects.filter(tracked_entity_type=clinic.type).update(name="Twice")
    names = {row: row.uid for row in rows_of(clinic)} | {clinic.program: "Twice", "orgUnit": world.NGELEHUN}

    answer = send(api, named(clinic, names), "&programIdScheme=NAME")

    errors = {error["errorCode"]: error["args"] for error in answer.json["validationReport"]["errorReports"]}
    assert errors["E1069"] == ["Twice"]


def test_events_of_an_event_program_need_no_stage_and_share_one_enrollment(api: ApiClient, admin: object) -> None:
    program = world.make_program()
    stage = world.make_stage(program)
    world.make_stage(program)
    events = [
        {"event": uid, "program": program.uid, "orgUnit": world.NGELEHUN, "occurredAt": "2024-05-02"}
        for uid in ("EvSending01", "EvSending02")
    ]

    send(api, {"events": events[:1]}, "&importMode=VALIDATE")
    assert not Enrollment.objects.filter(program=program).exists()
    for event in events:
        assert send(api, {"events": [event]}).status == 200

    (enrollment,) = Enrollment.objects.filter(program=program)
    stored = Event.objects.filter(program=program)
    assert set(stored.values_list("enrollment", "program_stage")) == {(enrollment.pk, stage.pk)}


@pytest.mark.parametrize("separator", [",", ";", " , "])
def test_options_name_the_attribute_option_combo(api: ApiClient, admin: object, separator: str) -> None:
    options = [world.make_category_option()]
    combo, (option_combo,) = world.make_category_combo(*options)
    clinic = make_clinic(category_combo=combo)
    stored_enrollment(clinic)
    text = separator.join([options[0].uid, ""])

    assert send(api, {"events": [clinic.event(attributeCategoryOptions=text)]}).status == 200
    assert Event.objects.get(uid=EVENT).attribute_option_combo_id == option_combo.pk


@pytest.mark.parametrize("sent", ["uid", {"uid": "uid"}, {"username": "admin"}, {"uid": "other", "username": "admin"}])
def test_assigned_user_is_known_by_username_or_uid(api: ApiClient, clinic: Clinic, admin: Any, sent: Any) -> None:
    clinic.stage.enable_user_assignment = True
    clinic.stage.save()
    stored_enrollment(clinic)
    user = admin.uid if sent == "uid" else sent | {"uid": admin.uid} if sent == {"uid": "uid"} else sent

    # an event without one comes first
    assert send(api, {"events": [clinic.event("EvSending02"), clinic.event(assignedUser=user)]}).status == 200
    assert Event.objects.get(uid=EVENT).assigned_user_id == admin.pk


def test_relationship_that_is_sent_twice_goes_in_once(api: ApiClient, clinic: Clinic) -> None:
    type = world.make_relationship_type(clinic.type, clinic.type, bidirectional=True)
    sides = [{"trackedEntity": {"trackedEntity": uid}} for uid in (ENTITY, "TeSending02")]
    body = {
        "trackedEntities": [clinic.person(), clinic.person("TeSending02")],
        "relationships": [
            {"relationshipType": type.uid, "from": one, "to": other} for one, other in (sides, sides, sides[::-1])
        ],
    }

    report = send(api, body).json

    assert (report["stats"]["created"], report["stats"]["ignored"]) == (3, 0)
    assert report["bundleReport"]["typeReportMap"]["RELATIONSHIP"]["stats"]["ignored"] == 2
    assert Relationship.objects.filter(relationship_type=type).count() == 1


def people(clinic: Clinic, number: int, prefix: str) -> dict[str, Any]:
    """People with an enrollment, an event and values, and a unique one."""
    sent = []
    for place in range(number):
        uids = [f"{kind}{prefix}{place:07d}" for kind in ("Te", "En", "Ev")]
        event = clinic.event(uids[2], values={clinic.weight: place, clinic.remark: "well"}, enrollment=uids[1])
        enrollment = clinic.enrollment(
            uids[1], trackedEntity=uids[0], attributes=[value(clinic.card, place)], events=[event],
            notes=[{"value": "a note"}],
        )  # fmt: skip
        sent.append(
            clinic.person(uids[0], attributes=[value(clinic.name, f"{prefix}{place}")], enrollments=[enrollment])
        )
    return {"trackedEntities": sent}


def test_queries_do_not_depend_on_how_much_is_sent(api: ApiClient, clinic: Clinic) -> None:
    clinic.name.unique = True
    clinic.name.save()
    send(api, people(clinic, 1, "AA"))

    counts = []
    for number, prefix in ((2, "BB"), (12, "CC"), (2, "BB"), (12, "CC")):
        with query_counter() as queries:
            assert send(api, people(clinic, number, prefix)).status == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    assert max(counts) < 90


def test_child_of_a_refused_but_stored_parent_goes_in_unless_the_parent_is_deleted(
    api: ApiClient, clinic: Clinic
) -> None:
    """atomicMode=OBJECT: the stored parent stays as it was; below a deleted one there is nothing to be."""
    entity = world.stored_entity(clinic.type, world.NGELEHUN, uid=ENTITY)
    wrong = {"trackedEntities": [clinic.person(orgUnit="Unknown0001", enrollments=[clinic.enrollment()])]}

    first = send(api, wrong, "&atomicMode=OBJECT")
    entity.deleted = True
    entity.save()
    wrong["trackedEntities"][0]["enrollments"] = [clinic.enrollment("EnSending02", status="CANCELLED")]
    second = send(api, wrong, "&atomicMode=OBJECT")

    assert codes(first) == {("E1049", "TRACKED_ENTITY", ENTITY)}
    assert codes(second) == {("E1114", "TRACKED_ENTITY", ENTITY), ("E5000", "ENROLLMENT", "EnSending02")}
    assert list(Enrollment.objects.filter(program=clinic.program).values_list("uid", flat=True)) == [ENROLLMENT]


def test_refused_enrollment_lends_its_events_nothing(api: ApiClient, clinic: Clinic) -> None:
    """atomicMode=OBJECT: an event goes to the enrollment as it is stored, so that is what it is held against."""
    stored_enrollment(clinic)
    other = world.make_program(clinic.type)
    stage = world.make_stage(other)
    enrollment = clinic.enrollment(program=other.uid, events=[clinic.event(programStage=stage.uid, program=other.uid)])

    answer = send(api, {"enrollments": [enrollment]}, "&atomicMode=OBJECT")

    assert codes(answer) == {("E1127", "ENROLLMENT", ENROLLMENT), ("E1079", "EVENT", EVENT)}
    assert not Event.objects.filter(uid=EVENT).exists()


def test_value_that_is_unique_within_an_org_unit_moves_along(api: ApiClient, clinic: Clinic) -> None:
    """E1064 where somebody has it there already."""
    card = world.make_attribute(of_type=clinic.type, unique=True, orgunit_scope=True)
    here, there = clinic.person(attributes=[value(card, "7")]), clinic.person("TeSending02", orgUnit=world.BAOMA)
    send(api, {"trackedEntities": [here, there | {"attributes": [value(card, "7")]}]})

    taken = send(api, {"trackedEntities": [there | {"orgUnit": world.NGELEHUN}]})
    free = send(api, {"trackedEntities": [there | {"orgUnit": world.BADJIA}]})
    again = send(api, {"trackedEntities": [clinic.person("TeSending03", orgUnit=world.BADJIA) | {
        "attributes": [value(card, "7")]}]})  # fmt: skip

    assert (codes(taken), free.status) == ({("E1064", "TRACKED_ENTITY", "TeSending02")}, 200)
    assert codes(again) == {("E1064", "TRACKED_ENTITY", "TeSending03")}


@pytest.mark.parametrize("sent", ["again", "by the enrollment"])
def test_value_that_is_sent_with_the_move_moves_along(api: ApiClient, clinic: Clinic, sent: str) -> None:
    card = world.make_attribute(of_type=clinic.type, of_program=clinic.program, unique=True, orgunit_scope=True)
    send(api, {"trackedEntities": [clinic.person(attributes=[value(card, "7")])]})
    moved = clinic.person(orgUnit=world.BADJIA, attributes=[value(card, "7")] if sent == "again" else [])
    if sent != "again":
        moved["enrollments"] = [clinic.enrollment(attributes=[value(card, "8")])]

    assert send(api, {"trackedEntities": [moved]}).status == 200

    text = "7" if sent == "again" else "8"
    there = clinic.person("TeSending02", orgUnit=world.BADJIA, attributes=[value(card, text)])
    here = clinic.person("TeSending03", attributes=[value(card, "7")])
    assert codes(send(api, {"trackedEntities": [there]})) == {("E1064", "TRACKED_ENTITY", "TeSending02")}
    assert send(api, {"trackedEntities": [here]}).status == 200


def test_value_of_somebody_who_may_not_move_is_unique_where_he_stays(api: ApiClient, clinic: Clinic) -> None:
    card = world.make_attribute(of_program=clinic.program, unique=True, orgunit_scope=True)
    other = clinic.enrollment("EnSending02", attributes=[value(card, "7")])
    send(api, {"trackedEntities": [clinic.person(), clinic.person("TeSending02", enrollments=[other])]})
    moved = clinic.person(orgUnit=world.BADJIA, trackedEntityType="")
    enrollment = clinic.enrollment(attributes=[value(card, "7")])

    answer = send(api, {"trackedEntities": [moved | {"enrollments": [enrollment]}]}, "&atomicMode=OBJECT")

    assert ("E1064", "ENROLLMENT", ENROLLMENT) in codes(answer)


@pytest.mark.parametrize("elsewhere", ["TeSending02", "TeSending03"], ids=["stored", "unknown"])
def test_event_is_of_whom_its_stored_enrollment_is(api: ApiClient, clinic: Clinic, elsewhere: str) -> None:
    """E1127 of the enrollment, which with atomicMode=OBJECT does not keep the event out."""
    send(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment()]), clinic.person("TeSending02")]})
    body = {"enrollments": [clinic.enrollment(trackedEntity=elsewhere)], "events": [clinic.event()]}

    assert send(api, body, "&atomicMode=OBJECT").json["stats"]["created"] == 1

    assert Event.objects.get(uid=EVENT).tracked_entity.uid == ENTITY


def test_future_enrollment_takes_its_event_along(api: ApiClient, clinic: Clinic) -> None:
    """E1020 and E5000, nothing else."""
    stored_person(clinic)
    enrollment = clinic.enrollment(enrolledAt="2999-01-01", events=[clinic.event()])

    assert codes(send(api, {"enrollments": [enrollment]})) == {
        ("E1020", "ENROLLMENT", ENROLLMENT),
        ("E5000", "EVENT", EVENT),
    }


def test_first_error_ends_the_validation_and_nothing_goes_in(api: ApiClient, clinic: Clinic) -> None:
    """FAIL_FAST with atomicMode=OBJECT, where objects after the error were not looked at."""
    people = [clinic.person(orgUnit="Unknown0001"), clinic.person("TeSending02", orgUnit="Unknown0001")]

    answer = send(api, {"trackedEntities": [*people, clinic.person("TeSending03")]},
                  "&atomicMode=OBJECT&validationMode=FAIL_FAST")  # fmt: skip

    assert codes(answer) == {("E1049", "TRACKED_ENTITY", ENTITY)}
    assert not TrackedEntity.objects.filter(tracked_entity_type=clinic.type).exists()


def test_stage_and_enrollment_of_an_event_stay(api: ApiClient, clinic: Clinic) -> None:
    """Two E1128."""
    event = stored_event(clinic)
    other = world.stored_enrollment(event.tracked_entity, clinic.program, world.NGELEHUN)
    stage = world.make_stage(clinic.program)

    answer = send(api, {"events": [clinic.event(programStage=stage.uid, enrollment=other.uid)]})

    errors = answer.json["validationReport"]["errorReports"]
    assert sorted((error["errorCode"], *error["args"]) for error in errors) == [
        ("E1128", "enrollment"), ("E1128", "programStage"),
    ]  # fmt: skip
