"""What program rules see on import: variables of every source, the environment, constants, candidates, dates."""

from __future__ import annotations

import pytest
from django.utils import timezone

from metadata.models import Constant, Option, OrganisationUnitGroup
from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.ruled import (
    CURRENT,
    MIDDLE,
    NEWEST,
    NEWEST_OF_STAGE,
    PREVIOUS,
    act,
    course,
    make_rule,
    make_variable,
    ruled_clinic,
    run,
    said,
    tell,
    texts_of,
    told,
)
from tests.tracker.sending import ENROLLMENT, EVENT, Clinic, send, value
from tracker.models import Enrollment
from users.models import UserGroup, UserRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(admin: object) -> Clinic:
    return ruled_clinic()


SOURCES = [
    (CURRENT, "#{v}", "3100"), (NEWEST, "#{v}", "3200"), (PREVIOUS, "#{v}", "3000"),
    (CURRENT, "d2:count('v')", "1"), (NEWEST, "d2:count('v')", "3"), (PREVIOUS, "d2:count(#{v})", "3"),
    (NEWEST, "d2:maxValue('v')", "3200"), (PREVIOUS, "d2:minValue('v')", "3000"),
    (NEWEST, "d2:countIfValue('v', '3100')", "1"), (NEWEST, "d2:countIfZeroPos('v')", "3"),
    (CURRENT, "d2:lastEventDate('v')", "2024-05-02"), (NEWEST, "d2:lastEventDate('v')", "2124-05-03"),
    (PREVIOUS, "d2:lastEventDate('v')", "2024-05-01"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "data", "expected"), SOURCES)
def test_a_variable_is_looked_for_in_the_events_of_its_source(
    api: ApiClient, clinic: Clinic, source: str, data: str, expected: str
) -> None:
    make_variable(clinic.program, "v", clinic.weight, source)
    tell(clinic, data)

    assert said(api, course(clinic), MIDDLE) == [expected]


@pytest.mark.parametrize(("source", "data", "expected"), SOURCES)
def test_stored_events_count_like_those_that_are_sent(
    api: ApiClient, clinic: Clinic, source: str, data: str, expected: str
) -> None:
    send(api, course(clinic))
    make_variable(clinic.program, "v", clinic.weight, source)
    tell(clinic, data)

    assert said(api, {"events": [clinic.event(MIDDLE, occurredAt="2024-05-02")]}, MIDDLE) == [expected]


def test_events_of_another_stage_count_where_the_variable_names_no_stage(api: ApiClient, clinic: Clinic) -> None:
    other = world.make_stage(clinic.program)
    world.ProgramStageDataElement.objects.create(
        program_stage=other, data_element=clinic.weight, compulsory=False, sort_order=1
    )
    make_variable(clinic.program, "any", clinic.weight, NEWEST)
    make_variable(clinic.program, "here", clinic.weight, NEWEST_OF_STAGE, stage=clinic.stage)
    tell(clinic, "d2:concatenate(#{any}, ' ', #{here}, ' ', d2:count('any'), ' ', d2:count('here'))")
    body = course(clinic)
    body["events"] = [
        clinic.event("EvSending04", {clinic.weight: "9"}, occurredAt="2125-01-01", programStage=other.uid)
    ]

    assert said(api, body, MIDDLE) == ["9 3200 4 3"]


def test_of_two_events_of_a_day_the_one_that_was_made_later_is_newer(api: ApiClient, clinic: Clinic) -> None:
    make_variable(clinic.program, "before", clinic.weight, PREVIOUS)
    tell(clinic, "#{before}")
    events = [
        clinic.event(f"EvSending0{number}", {clinic.weight: str(number)}, createdAtClient=f"2024-05-02T0{number}:00:00")
        for number in (3, 1, 2)
    ]

    send(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment()])]})
    answer = run(api, {"events": events})

    found = [(uid[-1], text.split("= ")[1].strip("`.")) for _, uid, text in told(answer)["warnings"]]
    assert sorted(found) == [("1", "0"), ("2", "1"), ("3", "2")]


@pytest.mark.parametrize("name", ["now", "before", "newest"])
def test_an_enrollment_has_no_event_of_its_own(api: ApiClient, clinic: Clinic, name: str) -> None:
    for known, source in (("now", CURRENT), ("before", PREVIOUS), ("newest", NEWEST)):
        make_variable(clinic.program, known, clinic.weight, source)
    make_rule(clinic.program, "true", act("SHOWWARNING", clinic.card, content="=", data=f"#{{{name}}}"))

    expected = "3200" if name == "newest" else "0"
    assert said(api, course(clinic), ENROLLMENT) == [f"{expected} ({clinic.card.uid})"]


def test_nothing_for_a_value_is_what_its_type_has(api: ApiClient, clinic: Clinic) -> None:
    for value_type in ("NUMBER", "BOOLEAN", "TEXT", "DATE"):
        make_variable(clinic.program, value_type, world.make_data_element(clinic.stage, value_type=value_type))
        make_variable(clinic.program, f"calculated {value_type}", value_type=value_type)
    holds = "#{%sNUMBER} == 0 && #{%sBOOLEAN} == false && #{%sTEXT} == '' && #{%sDATE} == null"
    for prefix in ("", "calculated "):
        tell(clinic, holds.replace("%s", prefix))
        tell(clinic, f"d2:hasValue('{prefix}NUMBER') || d2:hasValue(#{{{prefix}TEXT}}) || d2:hasValue('unknown')")

    assert sorted(said(api, clinic.visit())) == ["false", "false", "true", "true"]


def test_dates_compare_with_texts_and_are_their_day(api: ApiClient, clinic: Clinic) -> None:
    made = world.make_data_element(clinic.stage, value_type="DATETIME")
    make_variable(clinic.program, "made", made)
    tell(clinic, "#{made} < '2024-05-10' && #{made} < V{current_date} && d2:daysBetween(#{made}, '2024-05-03') == 1")
    body = {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(
        events=[clinic.event(values={made: "2024-05-02T23:30:00"})])])]}  # fmt: skip

    assert said(api, body) == ["true"]


@pytest.mark.parametrize(("uses_codes", "expected"), [(False, "Very high"), (True, "HIGH")])
def test_options_are_seen_by_name_unless_the_variable_uses_codes(
    api: ApiClient, clinic: Clinic, uses_codes: bool, expected: str
) -> None:
    """What counting functions see are codes, where they count events."""
    level = world.make_data_element(clinic.stage, option_set=world.make_option_set("HIGH"))
    Option.objects.filter(option_set=level.option_set_id).update(name="Very high")
    make_variable(clinic.program, "level", level, uses_codes=uses_codes)
    make_variable(clinic.program, "levels", level, NEWEST, uses_codes=uses_codes)
    tell(clinic, "d2:concatenate(#{level}, ', ', #{levels}, ', ', d2:countIfValue('levels', 'HIGH'))")
    body = {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(
        events=[clinic.event(values={level: "HIGH"})])])]}  # fmt: skip

    assert said(api, body) == [f"{expected}, {expected}, 1"]


def test_attributes_come_from_the_enrollment_the_entity_and_what_is_stored(api: ApiClient, clinic: Clinic) -> None:
    """The enrollment's word counts, a null of the payload hides nothing; events that come alone see them, too."""
    send(api, clinic.visit())
    tell(clinic, "d2:concatenate(A{name}, #{card}, d2:lastEventDate('card') == V{current_date})")

    alone = said(api, {"events": [clinic.event()]})
    person = clinic.person(attributes=[value(clinic.name, "Bea")])
    sent = said(api, {
        "trackedEntities": [person], "enrollments": [clinic.enrollment(attributes=[value(clinic.card, None)])],
        "events": [clinic.event()],
    })  # fmt: skip

    assert (alone, sent) == (["Ana77true"], ["Bea77true"])


def test_a_null_hides_a_stored_data_value(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    tell(clinic, "d2:concatenate(d2:hasValue('weight'), d2:hasValue('remark'))")

    assert said(api, {"events": [clinic.event(values={clinic.weight: None})]}) == ["falsetrue"]


def test_the_environment_of_an_event(api: ApiClient, clinic: Clinic) -> None:
    for name in ENVIRONMENT:
        tell(clinic, f"d2:concatenate('{name}: ', V{{{name}}})")
    body = clinic.visit(occurredAt="2024-05-04", scheduledAt="2024-05-03", completedAt="2024-05-05", status="COMPLETED")
    body["trackedEntities"][0]["enrollments"][0] |= {"enrolledAt": "2024-05-02", "occurredAt": "2024-05-01"}

    found = dict(text.split(": ", 1) for text in said(api, body))

    assert found == ENVIRONMENT | {
        "current_date": timezone.localdate().isoformat(), "program_stage_id": clinic.stage.uid,
        "program_stage_name": clinic.stage.name, "program_name": clinic.program.name,
        "orgunit_code": world.place(world.NGELEHUN).code,
    }  # fmt: skip


ENVIRONMENT = {
    "current_date": "", "event_date": "2024-05-04", "event_status": "COMPLETED", "event_count": "1", "event_id": EVENT,
    "due_date": "2024-05-03", "completed_date": "2024-05-05", "program_stage_id": "", "program_stage_name": "",
    "enrollment_date": "2024-05-02", "incident_date": "2024-05-01", "enrollment_id": ENROLLMENT,
    "enrollment_status": "ACTIVE", "enrollment_count": "1", "tei_count": "1", "program_name": "",
    "org_unit": world.NGELEHUN, "orgunit_code": "", "environment": "Server",
}  # fmt: skip


def test_an_event_alone_sees_its_stored_enrollment(api: ApiClient, clinic: Clinic) -> None:
    body = course(clinic)
    body["trackedEntities"][0]["enrollments"][0] |= {
        "enrolledAt": "2024-05-02", "occurredAt": "2024-05-01", "status": "COMPLETED",
    }  # fmt: skip
    send(api, body)
    tell(clinic, "d2:concatenate(V{enrollment_date}, ' ', V{incident_date}, ' ', V{enrollment_status}, V{event_count})")

    assert said(api, {"events": [clinic.event("EvSending09")]}, "EvSending09") == ["2024-05-02 2024-05-01 COMPLETED4"]


def test_constants_roles_and_groups(api: ApiClient, clinic: Clinic) -> None:
    constant = Constant.objects.create(name="Factor", short_name="Factor", value=3.5)
    unit_group = OrganisationUnitGroup.objects.create(name="Group", short_name="Group", code="OUG")
    unit_group.organisation_units.set([world.place(world.NGELEHUN)])
    someone = world.someone_at("clerk", [world.NGELEHUN])
    group = UserGroup.objects.create(name="Clerks")
    group.users.set([someone])
    role = UserRole.objects.filter(users=someone).first() or UserRole.objects.create(name="Clerk")
    someone.user_roles.add(role)
    for data in (f"C{{{constant.uid}}} * 2", f"d2:inOrgUnitGroup('{unit_group.uid}')", "d2:inOrgUnitGroup('OUG')",
                 "d2:inOrgUnitGroup('other')", f"d2:hasUserRole('{role.uid}')", f"d2:inUserGroup('{group.uid}')",
                 "d2:hasUserRole('Unknown0001')"):  # fmt: skip
        tell(clinic, data)

    assert sorted(said(api, clinic.visit(), user="clerk")) == ["7", "false", "false", "true", "true", "true", "true"]


def test_context_is_what_the_user_may_read(api: ApiClient, clinic: Clinic) -> None:
    """Other events of the enrollment count for somebody who reads their stage."""
    hidden = world.make_stage(clinic.program, sharing=world.CLOSED_TO_ALL)
    world.ProgramStageDataElement.objects.create(
        program_stage=hidden, data_element=clinic.weight, compulsory=False, sort_order=1
    )
    send(api, course(clinic))
    world.stored_event(Enrollment.objects.get(uid=ENROLLMENT), hidden, world.NGELEHUN, {clinic.weight: "9"},
                       occurred_at=world.day("2125-01-01"))  # fmt: skip
    make_variable(clinic.program, "newest", clinic.weight, NEWEST)
    tell(clinic, "d2:concatenate(#{newest}, ' ', V{event_count})")
    world.someone_at("clerk", [world.NGELEHUN])
    body = {"events": [clinic.event(MIDDLE, occurredAt="2024-05-02")]}

    assert said(api, body, MIDDLE, user="clerk") == ["3200 3"]
    assert said(api, body, MIDDLE) == ["9 4"]


def test_events_of_an_event_program_are_looked_at_together(api: ApiClient, admin: object) -> None:
    """They see the events of the request, and no stored ones."""
    program = world.make_program()
    stage = world.make_stage(program, validation_strategy="ON_UPDATE_AND_INSERT")
    weight = world.make_data_element(stage, value_type="NUMBER")
    for name, source in (("newest", NEWEST), ("before", PREVIOUS)):
        make_variable(program, name, weight, source)
    make_rule(program, "true", act("SHOWWARNING", content="=", data=(
        "d2:concatenate(V{event_count}, ' ', #{newest}, ' ', #{before}, ' ', d2:hasValue(V{enrollment_id}))"
    )))  # fmt: skip
    world.stored_event(program, stage, world.NGELEHUN, {weight: "99"})
    events = [
        {"event": f"EvSending0{day}", "program": program.uid, "orgUnit": world.NGELEHUN,
         "occurredAt": f"2024-05-0{day}", "dataValues": [{"dataElement": weight.uid, "value": str(day)}]}
        for day in (1, 2)
    ]  # fmt: skip

    assert texts_of(run(api, {"events": events})) == ["= 2 2 0 false", "= 2 2 1 false"]


def test_a_stored_enrollment_without_an_incident_has_the_day_of_its_enrollment(api: ApiClient, clinic: Clinic) -> None:
    tell(clinic, "V{incident_date}")
    event = clinic.event()
    send(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(enrolledAt="2024-03-04")])]})
    Enrollment.objects.update(occurred_at=None)

    assert said(api, {"events": [event]}) == ["2024-03-04"]
