"""When program rules run on import, what becomes of those that cannot, and in how many queries."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tests.tracker.ruled import (
    MIDDLE,
    NEWEST,
    PREVIOUS,
    act,
    codes_of,
    course,
    make_rule,
    make_variable,
    ruled_clinic,
    run,
    tell,
    told,
)
from tests.tracker.sending import EVENT, Clinic, make_clinic, send
from tracker.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(admin: object) -> Clinic:
    return ruled_clinic()


def test_each_event_is_judged_by_its_own_values(api: ApiClient, clinic: Clinic) -> None:
    """Also where rules ask for the same names, fail for some values, or see what another one assigned."""
    make_variable(clinic.program, "seen", value_type="NUMBER")
    rules = {
        "heavy": "#{weight} > 3050", "future": "#{weight} > 3050 && V{event_date} > V{current_date}",
        "remarked": "d2:hasValue('remark')", "said": "#{weight} == 3000 || #{remark} + 1 > 0",
        "assigned": "#{seen} == #{weight}",
    }  # fmt: skip
    for name, condition in rules.items():
        make_rule(clinic.program, condition, act("SHOWWARNING", clinic.weight, content=name), priority=2)
    make_rule(clinic.program, "#{weight} < 3150", act("ASSIGN", content="#{seen}", data="#{weight}"), priority=1)
    body = course(clinic)
    last = body["trackedEntities"][0]["enrollments"][0]["events"][0]
    last["dataValues"].append({"dataElement": clinic.remark.uid, "value": "5"})

    warnings = told(run(api, body))["warnings"]

    found = {uid: set() for _, uid, _ in warnings}
    for _, uid, text in warnings:
        found[uid].add(text.split(" - `")[1].split(" (")[0])
    assert found == {
        "EvSending01": {"said", "assigned"}, MIDDLE: {"heavy", "`` is not a number`.", "assigned"},
        "EvSending03": {"heavy", "future", "remarked", "said"},
    }  # fmt: skip


@pytest.mark.parametrize(("strategy", "status", "runs"), [
    ("ON_COMPLETE", "ACTIVE", False), ("ON_COMPLETE", "COMPLETED", True), ("ON_UPDATE_AND_INSERT", "ACTIVE", True),
    ("ON_UPDATE_AND_INSERT", "SCHEDULE", False), ("ON_UPDATE_AND_INSERT", "SKIPPED", False),
])  # fmt: skip
def test_rules_of_an_event_count_when_its_values_do(
    api: ApiClient, clinic: Clinic, strategy: str, status: str, runs: bool
) -> None:
    clinic.stage.validation_strategy = strategy
    clinic.stage.save()
    target = world.make_data_element(clinic.stage)
    make_rule(clinic.program, "true", act("ASSIGN", target, data="1"), act("SETMANDATORYFIELD", clinic.remark),
              stage=clinic.stage)  # fmt: skip
    make_rule(clinic.program, "#{nothing}", act("SHOWERROR"), stage=clinic.stage)
    event = clinic.event(status=status, scheduledAt="2024-05-02")

    answer = run(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(events=[event])])]})

    assert [code for code, _ in codes_of(answer)] == (["E1300", "E1301", "E1308"] if runs else [])


@pytest.mark.parametrize("condition", [
    "#{weight} >", "#{unknown} == 1", "A{unknown}", "V{unknown}", "C{Unknown0001} > 1", "d2:unknown(1)",
    "d2:daysBetween('soon', 'later') > 1", "#{remark} + 1 > 0", "d2:count('unknown') > 0",
])  # fmt: skip
def test_a_rule_that_cannot_be_evaluated_is_a_warning_and_the_next_one_runs(
    api: ApiClient, clinic: Clinic, condition: str
) -> None:
    broken = make_rule(clinic.program, condition, act("SHOWERROR", clinic.weight), priority=1)
    make_rule(clinic.program, "true", act("SHOWWARNING", clinic.weight, content="next"), priority=2)

    answer = run(api, clinic.visit())

    assert (answer.status, answer.json["status"]) == (200, "OK")
    assert codes_of(answer) == [("E1300", EVENT), ("E1300", EVENT)]
    assert any(f"(`{broken.uid}`)" in text for _, _, text in told(answer)["warnings"])


def test_an_action_that_cannot_be_evaluated_is_a_warning(api: ApiClient, clinic: Clinic) -> None:
    make_rule(clinic.program, "true", act("SHOWERROR", clinic.weight, content="no", data="Words, not an expression"))

    answer = run(api, clinic.visit())

    assert (answer.status, codes_of(answer)) == (200, [("E1300", EVENT)])


def test_a_stored_text_that_is_no_value_of_the_type_is_a_warning(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    Event.objects.filter(uid=EVENT).update(data_values={clinic.weight.uid: {"value": "heavy"}})
    make_rule(clinic.program, "#{weight} > 0", act("SHOWERROR", clinic.weight))

    assert codes_of(run(api, {"events": [clinic.event()]})) == [("E1300", EVENT)]


def test_rules_can_be_skipped(api: ApiClient, clinic: Clinic) -> None:
    make_rule(clinic.program, "true", act("SHOWERROR", content="no"))

    answer = run(api, clinic.visit(), "&skipRuleEngine=true")

    assert (answer.status, codes_of(answer)) == (200, [])


def test_deletion_runs_no_rules(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    make_rule(clinic.program, "true", act("SHOWERROR", content="no"))

    answer = run(api, {"events": [{"event": EVENT}]}, "&importStrategy=DELETE")

    assert (answer.status, codes_of(answer)) == (200, [])


def test_invalid_objects_are_not_evaluated_and_the_others_are(api: ApiClient, clinic: Clinic) -> None:
    make_rule(clinic.program, "true", act("SHOWERROR", clinic.weight, content="no"))
    events = [clinic.event(), clinic.event(MIDDLE, orgUnit="Nowhere0001")]

    answer = run(api, {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(events=events)])]})

    assert codes_of(answer) == [("E1011", MIDDLE), ("E1300", EVENT)]


def test_the_rest_goes_in_with_atomic_mode_object(api: ApiClient, clinic: Clinic) -> None:
    make_rule(clinic.program, "#{weight} > 3100", act("SHOWERROR", clinic.weight, content="no"))

    answer = run(api, course(clinic), "&atomicMode=OBJECT")

    assert (answer.status, codes_of(answer)) == (200, [("E1300", "EvSending03")])
    assert set(Event.objects.values_list("uid", flat=True)) >= {EVENT, MIDDLE}


def test_timers_tell_of_rules(api: ApiClient, clinic: Clinic) -> None:
    make_rule(clinic.program, "true", act("SHOWWARNING", content="yes"))

    answer = send(api, clinic.visit(), "&reportMode=FULL")

    timers = answer.json["timingsStats"]["timers"]
    assert timers["programrule"] != "0,000000 sec."
    assert timers["programruleValidation"] != "0,000000 sec."


def _crowd(clinic: Clinic, size: int, start: int = 0) -> dict[str, Any]:
    """People with an enrollment and two events each."""
    people = []
    for number in range(start, start + size):
        events = [
            clinic.event(f"Ev{place}Sent{number:04}", {clinic.weight: str(number)}, occurredAt=f"2024-05-0{place}")
            for place in (1, 2)
        ]
        enrollment = clinic.enrollment(f"EnrSent{number:04}", events=events)
        people.append(clinic.person(f"TeiSent{number:04}", enrollments=[enrollment]))
    return {"trackedEntities": people}


@pytest.mark.parametrize("stored", [False, True], ids=["new", "stored"])
def test_queries_do_not_grow_with_the_objects(api: ApiClient, clinic: Clinic, stored: bool) -> None:
    """Whatever the rules ask for."""
    make_variable(clinic.program, "before", clinic.weight, PREVIOUS)
    target = world.make_data_element(clinic.stage)
    extra = world.make_attribute(of_program=clinic.program, unique=True)
    for data in ("#{before}", "V{event_count}", "V{orgunit_code}", "V{program_stage_name}", "V{incident_date}",
                 "d2:inOrgUnitGroup('x')", "d2:hasUserRole('x')"):  # fmt: skip
        tell(clinic, data)
    make_rule(
        clinic.program, "true", act("ASSIGN", target, data="#{weight}"),
        act("ASSIGN", extra, data="V{enrollment_id}"), act("SENDMESSAGE", template="Template001"),
    )  # fmt: skip
    if stored:
        send(api, _crowd(clinic, 13))
    send(api, _crowd(clinic, 1, 1000))

    with query_counter() as few:
        run(api, _crowd(clinic, 2))
    with query_counter() as many:
        answer = run(api, _crowd(clinic, 10, 2))

    assert answer.status == 200
    assert few.count == many.count


def test_programs_without_rules_pay_one_query(api: ApiClient, admin: object) -> None:
    clinic = make_clinic()
    make_rule(clinic.program, "true", act("HIDEFIELD", clinic.weight))
    send(api, _crowd(clinic, 1, 1000))

    with query_counter() as with_rules:
        run(api, _crowd(clinic, 2))
    with query_counter() as without:
        run(api, _crowd(clinic, 2, 10), "&skipRuleEngine=true")

    assert with_rules.count == without.count + 1


def test_events_that_count_over_all_others_take_steps_in_proportion(api: ApiClient) -> None:
    """An event program's events are seen together: what is counted over them is counted once, not once an event."""
    program, stage, weight = _weighed(api)
    for data in ("d2:maxValue('newest')", "d2:countIfValue('newest', '5')", "#{previous}", "d2:count('previous')"):
        make_rule(program, "true", act("ASSIGN", content="#{told}", data=data), stage=stage)
    _steps_of(api, program, stage, weight, 5)

    few, many = (_steps_of(api, program, stage, weight, size) for size in (40, 320))

    assert many < 5 * few  # for eight times as many events


def _weighed(api: ApiClient) -> tuple[Any, Any, Any]:
    program = world.make_program(None)
    stage = world.make_stage(program)
    weight = world.make_data_element(stage, value_type="NUMBER")
    make_variable(program, "newest", weight, NEWEST)
    make_variable(program, "previous", weight, PREVIOUS)
    make_variable(program, "told")
    return program, stage, weight


def _steps_of(api: ApiClient, program: Any, stage: Any, weight: Any, size: int) -> int:
    """How many functions are called to import so many events."""
    events = [
        {"program": program.uid, "programStage": stage.uid, "orgUnit": world.NGELEHUN, "status": "COMPLETED",
         "occurredAt": f"2024-05-{number % 28 + 1:02}",
         "dataValues": [{"dataElement": weight.uid, "value": str(number)}]}
        for number in range(size)
    ]  # fmt: skip
    steps = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        answer = run(api, {"events": events})
    finally:
        sys.setprofile(None)
    assert answer.status == 200, answer.json
    return steps


@pytest.mark.parametrize("condition", ["(" + " " * 100_000, "'" + "x" * 90_000 + "' > 1"])
def test_a_reason_quotes_only_the_beginning_of_a_long_text(api: ApiClient, clinic: Clinic, condition: str) -> None:
    """It is told of every event of the request."""
    make_rule(clinic.program, condition, act("SHOWWARNING", content="Odd"), stage=clinic.stage)

    [(code, _, message)] = told(run(api, course(clinic)))["warnings"][:1]

    assert code == "E1300"
    assert len(message) < 700
