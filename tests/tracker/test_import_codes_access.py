"""Each code that an import tells those who may not write what they send. Nobody here but `admin` is a superuser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.coded import (
    RELATIONSHIP,
    Case,
    Cases,
    Sent,
    clerk,
    stored_enrollment,
    stored_event,
    stored_person,
    verify,
)
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic, make_clinic
from tracker.models import TemporaryOwner
from users.models import User

pytestmark = pytest.mark.django_db
CASES = Cases()
DELETE = "&importStrategy=DELETE"


def shared(row: Any, sharing: dict[str, Any]) -> Any:
    """A row with other sharing."""
    row.sharing = sharing
    row.save()
    return row


def sent(body: dict[str, Any], uid: str, user: User, *args: str, query: str = "") -> Sent:
    """What a user sends; the first argument is his uid."""
    return Sent(body, uid, [user.uid, *args], user=user.username, query=query)


@CASES("E1000")
def entity_elsewhere() -> Sent:
    user = clerk(capture=world.BAOMA)
    return sent({"trackedEntities": [make_clinic().person()]}, ENTITY, user, world.NGELEHUN)


@CASES("E1000")
def entity_of_a_superuser_elsewhere() -> Sent:
    user = clerk("ALL", capture=world.BAOMA)
    return sent({"trackedEntities": [make_clinic().person()]}, ENTITY, user, world.NGELEHUN)


@CASES("E1000")
def enrollment_moved_elsewhere() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_enrollment(clinic)
    return sent({"enrollments": [clinic.enrollment(orgUnit=world.BAOMA)]}, ENROLLMENT, user, world.BAOMA)


@CASES("E1000")
def event_elsewhere() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_enrollment(clinic)
    return sent({"events": [clinic.event(orgUnit=world.BAOMA)]}, EVENT, user, world.BAOMA)


@CASES("E1000")
def event_of_an_event_program_taken_from_elsewhere() -> Sent:
    program, user = world.make_program(), clerk()
    stage = world.make_stage(program)
    world.stored_event(program, stage, world.BAOMA, uid=EVENT)
    event = {"event": EVENT, "programStage": stage.uid, "orgUnit": world.NGELEHUN, "occurredAt": "2024-05-02"}
    return sent({"events": [event]}, EVENT, user, world.BAOMA)


@CASES("E1001")
def entity_of_a_type_that_is_read_only() -> Sent:
    clinic, user = make_clinic(), clerk()
    shared(clinic.type, world.READ_ONLY)
    return sent({"trackedEntities": [clinic.person()]}, ENTITY, user, clinic.type.uid)


@CASES("E1003")
def entity_whose_programs_are_read_only() -> Sent:
    clinic, user = make_clinic(sharing=world.READ_ONLY), clerk()
    stored_person(clinic)
    return sent({"trackedEntities": [clinic.person()]}, ENTITY, user, ENTITY)


@CASES("E1083")
def event_completed_no_more() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_event(clinic, status="COMPLETED")
    return sent({"events": [clinic.event()]}, EVENT, user)


@CASES("E1091")
def enrollment_in_a_program_that_is_read_only() -> Sent:
    clinic, user = make_clinic(sharing=world.READ_ONLY), clerk()
    stored_person(clinic)
    return sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, user, clinic.program.uid)


@CASES("E1091")
def event_of_an_event_program_that_is_read_only() -> Sent:
    program, user = world.make_program(sharing=world.READ_ONLY), clerk()
    stage = world.make_stage(program)
    event = {"event": EVENT, "programStage": stage.uid, "orgUnit": world.NGELEHUN, "occurredAt": "2024-05-02"}
    return sent({"events": [event]}, EVENT, user, program.uid)


@CASES("E1095")
def event_of_a_stage_that_is_read_only() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_enrollment(clinic)
    shared(clinic.stage, world.READ_ONLY)
    return sent({"events": [clinic.event()]}, EVENT, user, clinic.stage.uid)


@CASES("E1096")
def event_of_a_program_without_data_access() -> Sent:
    clinic, user = make_clinic(sharing=world.NO_DATA), clerk()
    stored_enrollment(clinic)
    return sent({"events": [clinic.event()]}, EVENT, user, clinic.program.uid)


@CASES("E1099")
def event_of_a_category_option_that_is_read_only() -> Sent:
    option = world.make_category_option(sharing=world.READ_ONLY)
    combo, _ = world.make_category_combo(option)
    clinic, user = make_clinic(category_combo=combo), clerk()
    stored_enrollment(clinic)
    return sent({"events": [clinic.event(attributeCategoryOptions=option.uid)]}, EVENT, user, option.uid)


@CASES("E1099")
def event_put_under_a_category_option_that_is_read_only() -> Sent:
    options = [world.make_category_option(sharing=world.READ_ONLY), world.make_category_option()]
    combo, (_, open_combo) = world.make_category_combo(*options)
    clinic, user = make_clinic(category_combo=combo), clerk()
    stored_event(clinic, attribute_option_combo=open_combo)
    return sent({"events": [clinic.event(attributeCategoryOptions=options[0].uid)]}, EVENT, user, options[0].uid)


@CASES("E1100")
def entity_with_enrollments_deleted() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_enrollment(clinic)
    return sent({"trackedEntities": [{"trackedEntity": ENTITY}]}, ENTITY, user, ENTITY, query=DELETE)


@CASES("E1102")
def enrollment_of_a_protected_program_owned_elsewhere() -> Sent:
    clinic, user = make_clinic(access_level="PROTECTED"), _seer()
    stored_enrollment(clinic, owner=world.BAOMA)
    return sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, user, ENTITY, clinic.program.uid)


@CASES("E1102")
def event_of_a_closed_program_owned_elsewhere() -> Sent:
    clinic, user = make_clinic(access_level="CLOSED"), _seer()
    stored_enrollment(clinic, owner=world.BAOMA)
    return sent({"events": [clinic.event()]}, EVENT, user, ENTITY, clinic.program.uid)


@CASES("E1103")
def enrollment_with_events_deleted() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_event(clinic)
    return sent({"enrollments": [{"enrollment": ENROLLMENT}]}, ENROLLMENT, user, ENROLLMENT, query=DELETE)


@CASES("E1104")
def enrollment_of_a_type_without_data_access() -> Sent:
    clinic, user = make_clinic(), clerk()
    stored_person(clinic)
    shared(clinic.type, world.NO_DATA)
    return sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, user, clinic.program.uid, clinic.type.uid)


def _linked(clinic: Clinic, user: User, **members: Any) -> Sent:
    """A relationship to somebody at Baoma, whom the user sees."""
    stored_person(clinic)
    program = world.make_program(clinic.type, access_level="PROTECTED")
    other = world.stored_entity(clinic.type, world.BAOMA)
    type = world.make_relationship_type(clinic.type, clinic.type, **members)
    relationship = {
        "relationship": RELATIONSHIP, "relationshipType": type.uid, "from": {"trackedEntity": ENTITY},
        "to": {"trackedEntity": other.uid},
    }  # fmt: skip
    shared(program, world.OPEN_TO_ALL)
    return sent({"relationships": [relationship]}, RELATIONSHIP, user, RELATIONSHIP)


@CASES("E4020")
def relationship_of_a_type_that_is_read_only() -> Sent:
    return _linked(make_clinic(), _seer(), sharing=world.READ_ONLY)


@CASES("E4020")
def relationship_both_ways_with_somebody_out_of_reach() -> Sent:
    return _linked(make_clinic(access_level="PROTECTED"), clerk(), bidirectional=True)


def _seer() -> User:
    """Somebody who enters data at Badjia and searches Bo."""
    return world.someone_at("seer", [world.BADJIA], [world.BO])


@pytest.mark.parametrize(("code", "make"), CASES.cases, ids=CASES.ids)
def test_import_tells(api: ApiClient, admin: object, code: str, make: Case) -> None:
    verify(api, code, make())


def test_broken_glass_opens_a_protected_program(api: ApiClient, admin: object) -> None:
    """Before: exactly two E1102, of enrollment and event; the person itself is writable through another program."""
    clinic, user = make_clinic(access_level="PROTECTED"), _seer()
    world.make_program(clinic.type)
    event = stored_event(clinic)
    owner = event.enrollment.program_id
    world.ProgramOwner.objects.filter(program_id=owner).update(organisation_unit=world.place(world.BAOMA))
    body = {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(events=[clinic.event()])])]}
    query = "/api/tracker?async=false&atomicMode=OBJECT"

    before = api.post(query, body, user=user.username)
    TemporaryOwner.objects.create(
        tracked_entity=event.tracked_entity, program=clinic.program, user=user, reason="emergency",
        valid_till=timezone.now() + timedelta(hours=3), created_at=timezone.now(),
    )  # fmt: skip
    after = api.post(query, body, user=user.username)

    told = [(error["errorCode"], error["uid"]) for error in before.json["validationReport"]["errorReports"]]
    assert sorted(told) == [("E1102", ENROLLMENT), ("E1102", EVENT)]
    assert after.json["validationReport"]["errorReports"] == []


def test_what_is_only_planned_may_be_made_wherever_one_searches(api: ApiClient, admin: object) -> None:
    clinic, user = make_clinic(), _seer()
    stored_enrollment(clinic)
    event = clinic.event(orgUnit=world.BAOMA, status="SCHEDULE", occurredAt=None, scheduledAt="2030-01-01")

    assert api.post("/api/tracker?async=false", {"events": [event]}, user=user.username).status == 200


def test_skipped_validation_is_for_superusers_and_still_keeps_rows_whole(api: ApiClient, admin: object) -> None:
    """Of others everything is checked; of superusers what no row can do without."""
    clinic, user = make_clinic(only_enroll_once=True), clerk(capture=world.BAOMA)
    superuser = world.someone_at("superuser", [world.BAOMA], [], ["ALL"])
    body = {"trackedEntities": [clinic.person()]}
    query = "/api/tracker?async=false&validationMode=SKIP"

    codes = []
    for sender, sent_body in (
        (user, body),
        (superuser, body),
        (superuser, {"enrollments": [{"enrollment": ENROLLMENT}]}),
    ):
        answer = api.post(query, sent_body, user=sender.username)
        codes.append({error["errorCode"] for error in answer.json["validationReport"]["errorReports"]})

    assert codes == [{"E1000"}, set(), {"E1122"}]
