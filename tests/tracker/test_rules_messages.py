"""Messages that program rules send: handed on once the import is committed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from metadata.models import ProgramNotificationTemplate
from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.ruled import act, make_rule, ruled_clinic, run
from tests.tracker.sending import ENROLLMENT, EVENT, Clinic, send
from tracker.importer import side_effects
from tracker.importer.side_effects import SideEffect, Trigger, register_consumer
from tracker.models import RuleMessage

pytestmark = pytest.mark.django_db
Capture = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def clinic(admin: object) -> Clinic:
    return ruled_clinic()


@pytest.fixture
def consumed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> Iterator[Callable[[Callable[[], object]], list[SideEffect]]]:
    """The effects that a piece of work has set off when it is committed, those of rules."""
    monkeypatch.setattr(side_effects, "_consumers", [])
    seen: list[SideEffect] = []
    register_consumer(seen.extend)

    def work_off(work: Callable[[], object]) -> list[SideEffect]:
        seen.clear()
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return [effect for effect in seen if effect.trigger is Trigger.PROGRAM_RULE]

    yield work_off


def template(**members: Any) -> str:
    return ProgramNotificationTemplate.objects.create(name="Template", message_template="Hello", **members).uid


def test_a_message_names_its_template_its_rule_and_what_it_is_about(
    api: ApiClient, clinic: Clinic, consumed: Any
) -> None:
    uid, later = template(), template()
    of_event = make_rule(clinic.program, "true", act("SENDMESSAGE", template=uid), stage=clinic.stage)
    scheduled = act("SCHEDULEMESSAGE", template=later, data="d2:addDays('2024-05-31', 1)")
    of_enrollment = make_rule(clinic.program, "V{event_id} == null", scheduled)

    found = consumed(lambda: run(api, clinic.visit()))

    assert found == [
        SideEffect(Trigger.PROGRAM_RULE, clinic.program.pk, enrollment=ENROLLMENT, template=later,
                   rule=of_enrollment.uid, date=datetime.date(2024, 6, 1)),
        SideEffect(Trigger.PROGRAM_RULE, clinic.program.pk, event=EVENT, program_stage=clinic.stage.pk, template=uid,
                   rule=of_event.uid),
    ]  # fmt: skip


@pytest.mark.parametrize(("repeats", "sent"), [(False, 1), (True, 5)])
def test_a_template_is_sent_once_an_enrollment_unless_it_may_repeat(
    api: ApiClient, clinic: Clinic, consumed: Any, repeats: bool, sent: int
) -> None:
    """By an enrollment, two events and two more imports of one of them."""
    uid = template(send_repeatable=repeats)
    make_rule(clinic.program, "true", act("SENDMESSAGE", template=uid))
    body = clinic.visit()
    body["events"] = [clinic.event("EvSending02")]

    first = consumed(lambda: run(api, body))
    again = [
        effect for _ in range(2) for effect in consumed(lambda: run(api, {"events": [clinic.event()]}))
    ]  # fmt: skip

    assert len(first) + len(again) == sent
    assert RuleMessage.objects.count() == (0 if repeats else 1)


@pytest.mark.parametrize("data", [None, "'soon'", "12", "''"])
def test_what_is_no_date_schedules_nothing(api: ApiClient, clinic: Clinic, consumed: Any, data: str | None) -> None:
    make_rule(clinic.program, "true", act("SCHEDULEMESSAGE", template=template(), data=data))

    assert consumed(lambda: run(api, clinic.visit())) == []


def test_messages_do_not_wait_for_values_to_count(api: ApiClient, clinic: Clinic, consumed: Any) -> None:
    clinic.stage.validation_strategy = "ON_COMPLETE"
    clinic.stage.save()
    make_rule(clinic.program, "true", act("SENDMESSAGE", template=template()), act("SHOWERROR", content="no"),
              stage=clinic.stage)  # fmt: skip

    assert [effect.event for effect in consumed(lambda: run(api, clinic.visit()))] == [EVENT]


def test_events_of_event_programs_always_send(api: ApiClient, admin: object, consumed: Any) -> None:
    program = world.make_program()
    world.make_stage(program)
    make_rule(program, "true", act("SENDMESSAGE", template=template()))
    event = {"event": EVENT, "program": program.uid, "orgUnit": world.NGELEHUN, "occurredAt": "2024-05-02"}

    found = [effect.event for _ in range(2) for effect in consumed(lambda: send(api, {"events": [event]}))]

    assert found == [EVENT, EVENT]


@pytest.mark.parametrize("query", ["&skipSideEffects=true", "&importMode=VALIDATE", "&skipRuleEngine=true"])
def test_an_import_can_do_without_messages(api: ApiClient, clinic: Clinic, consumed: Any, query: str) -> None:
    make_rule(clinic.program, "true", act("SENDMESSAGE", template=template()))

    assert consumed(lambda: run(api, clinic.visit(), query)) == []
    assert not RuleMessage.objects.exists()


def test_what_is_refused_and_unknown_templates_send_nothing(api: ApiClient, clinic: Clinic, consumed: Any) -> None:
    make_rule(clinic.program, "true", act("SENDMESSAGE", template="Unknown0001"))
    make_rule(clinic.program, "#{weight} > 0", act("SENDMESSAGE", template=template()),
              act("SHOWERROR", clinic.weight, content="no"), stage=clinic.stage)  # fmt: skip

    assert consumed(lambda: run(api, clinic.visit(), "&atomicMode=OBJECT")) == []


def test_what_was_sent_is_forgotten_with_the_enrollment(api: ApiClient, clinic: Clinic, consumed: Any) -> None:
    make_rule(clinic.program, "true", act("SENDMESSAGE", template=template()))
    consumed(lambda: run(api, clinic.visit()))
    send(api, {"enrollments": [{"enrollment": ENROLLMENT}]}, "&importStrategy=DELETE")
    remembered = RuleMessage.objects.count()

    api.post("/api/maintenance/softDeletedEnrollmentRemoval")

    assert (remembered, RuleMessage.objects.count()) == (1, 0)
