"""Each code that an import tells of events, but for values and access."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.coded import Case, Cases, Sent, clerk, stored_enrollment, stored_event, verify
from tests.tracker.sending import ENROLLMENT, EVENT, Clinic, make_clinic

pytestmark = pytest.mark.django_db
CASES = Cases()
UNKNOWN = "Unknown0001"
POINT = {"type": "Point", "coordinates": [-11.4, 8.1]}
DELETE, UPDATE, CREATE = (f"&importStrategy={name}" for name in ("DELETE", "UPDATE", "CREATE"))


def sent(
    clinic: Clinic, args: list[Any] | None = None, *, query: str = "", user: str = "admin", **members: Any
) -> Sent:
    """One event of the stored enrollment."""
    return Sent({"events": [clinic.event(**members)]}, EVENT, args, query=query, user=user)


def enrolled(**members: Any) -> Clinic:
    """A program with an enrollment."""
    clinic = make_clinic(**members)
    stored_enrollment(clinic)
    return clinic


@CASES("E1008")
def stage_of_no_program() -> Sent:
    stage = world.make_stage(None)
    return sent(enrolled(), [stage.uid], programStage=stage.uid)


@CASES("E1010")
def unknown_program() -> Sent:
    return sent(enrolled(), [UNKNOWN], program=UNKNOWN)


@CASES("E1011")
def event_at_unknown_org_unit() -> Sent:
    return sent(enrolled(), [UNKNOWN], orgUnit=UNKNOWN)


@CASES("E1012")
def geometry_where_the_stage_has_none() -> Sent:
    clinic = enrolled()
    clinic.stage.feature_type = "NONE"
    clinic.stage.save()
    return sent(clinic, ["NONE"], geometry=POINT)


@CASES("E1013")
def unknown_stage() -> Sent:
    clinic = enrolled()
    return sent(clinic, [UNKNOWN], program=clinic.program.uid, programStage=UNKNOWN)


@CASES("E1029")
def program_elsewhere() -> Sent:
    clinic = enrolled(org_units=[world.BAOMA])
    return sent(clinic, [world.NGELEHUN, clinic.program.uid])


@CASES("E1030")
def stored_event_created() -> Sent:
    clinic = make_clinic()
    stored_event(clinic)
    return sent(clinic, [EVENT], query=CREATE)


@CASES("E1031")
def active_event_without_date() -> Sent:
    return sent(enrolled(), [EVENT], occurredAt=None)


@CASES("E1031")
def event_of_an_event_program_without_date() -> Sent:
    program = world.make_program()
    world.make_stage(program)
    event = {"event": EVENT, "program": program.uid, "orgUnit": world.NGELEHUN, "status": "SKIPPED"}
    return Sent({"events": [event]}, EVENT, [EVENT])


@CASES("E1032")
def unknown_event_updated() -> Sent:
    return sent(enrolled(), [EVENT], query=UPDATE)


@CASES("E1033")
def event_without_enrollment() -> Sent:
    return sent(make_clinic(), [EVENT], enrollment=None)


@CASES("E1033")
def update_without_enrollment() -> Sent:
    clinic = make_clinic()
    stored_event(clinic)
    return sent(clinic, [EVENT], enrollment="")


def once(**members: Any) -> Clinic:
    """A program whose stage cannot repeat."""
    clinic = make_clinic(**members)
    clinic.stage.repeatable = False
    clinic.stage.save()
    return clinic


@CASES("E1039")
def second_event_of_a_stage() -> Sent:
    clinic = once()
    world.stored_event(stored_enrollment(clinic), clinic.stage, world.NGELEHUN)
    return sent(clinic, [clinic.stage.uid])


@CASES("E1043")
def event_completed_long_ago() -> Sent:
    clinic = make_clinic(complete_events_expiry_days=2)
    stored_event(clinic, status="COMPLETED", completed_at=timezone.now() - timedelta(days=3))
    return sent(clinic, [EVENT], status="COMPLETED", user=clerk().username)


@CASES("E1046")
def event_without_a_date_to_expire() -> Sent:
    clinic = enrolled(expiry_days=5, expiry_period_type="Monthly")
    return sent(clinic, [EVENT], status="SKIPPED", occurredAt=None, user=clerk().username)


@CASES("E1047")
def event_in_an_expired_period() -> Sent:
    clinic = enrolled(expiry_days=5, expiry_period_type="Monthly")
    return sent(clinic, [EVENT], user=clerk().username)


@CASES("E1050")
def scheduled_event_without_date() -> Sent:
    return sent(enrolled(), [EVENT], status="SCHEDULE", occurredAt=None)


@CASES("E1051")
def active_event_completed() -> Sent:
    return sent(enrolled(), [EVENT, "ACTIVE"], completedAt="2024-05-02")


def disaggregated(**members: Any) -> tuple[Clinic, Any, list[Any], list[Any]]:
    """A program with a category combo of two options: clinic, combo, options, option combos."""
    options = [world.make_category_option(**members), world.make_category_option()]
    combo, combos = world.make_category_combo(*options)
    return enrolled(category_combo=combo), combo, options, combos


@CASES("E1054")
def option_combo_of_another_category_combo() -> Sent:
    clinic, combo, *_ = disaggregated()
    _, (other,) = world.make_category_combo(world.make_category_option())
    return sent(clinic, [other.uid, combo.uid], attributeOptionCombo=other.uid)


@CASES("E1055")
def option_combo_missing() -> Sent:
    return sent(disaggregated()[0], [])


@CASES("E1055")
def default_option_combo_of_a_disaggregated_program() -> Sent:
    return sent(disaggregated()[0], [], attributeOptionCombo=world.default_combo().uid)


@CASES("E1056")
def option_not_open_yet() -> Sent:
    clinic, _, options, combos = disaggregated(start_date=date(2024, 6, 1))
    return sent(clinic, ["2024-05-02", "2024-06-01", options[0].name], attributeOptionCombo=combos[0].uid)


@CASES("E1057")
def option_closed() -> Sent:
    clinic, _, options, _ = disaggregated(end_date=date(2024, 4, 30))
    args = ["2024-05-02", "2024-04-30", options[0].name, clinic.program.name]
    return sent(clinic, args, attributeCategoryOptions=options[0].uid)


@CASES("E1074")
def geometry_without_feature_type() -> Sent:
    return sent(enrolled(), [], geometry=POINT)


@CASES("E1079")
def event_program_of_another_enrollment() -> Sent:
    clinic = enrolled()
    program = world.make_program(clinic.type)
    stage = world.make_stage(program)
    return sent(clinic, [EVENT, program.uid, ENROLLMENT], programStage=stage.uid)


@CASES("E1082")
def deleted_event_sent_again() -> Sent:
    clinic = make_clinic()
    stored_event(clinic, deleted=True)
    return sent(clinic, [EVENT])


@CASES("E1089")
def stage_of_another_program() -> Sent:
    clinic = enrolled()
    stage = world.make_stage(world.make_program(clinic.type))
    args = [EVENT, stage.uid, clinic.program.uid]
    return sent(clinic, args, program=clinic.program.uid, programStage=stage.uid)


@CASES("E1115")
def unknown_option_combo() -> Sent:
    return sent(enrolled(), [UNKNOWN], attributeOptionCombo=UNKNOWN)


@CASES("E1116")
def unknown_category_option() -> Sent:
    return sent(enrolled(), [UNKNOWN], attributeCategoryOptions=UNKNOWN)


@CASES("E1117")
def options_without_combo() -> Sent:
    clinic, combo, options, _ = disaggregated()
    uids = [option.uid for option in options]
    return sent(clinic, [combo.uid, f"[{', '.join(uids)}]"], attributeCategoryOptions=", ".join(uids))


@CASES("E1117")
def option_combo_of_other_options() -> Sent:
    clinic, _, options, combos = disaggregated()
    args = [combos[0].uid, f"[{options[1].uid}]"]
    return sent(clinic, args, attributeOptionCombo=combos[0].uid, attributeCategoryOptions=options[1].uid)


@CASES("E1118")
def unknown_user_assigned() -> Sent:
    return sent(enrolled(), ["nobody"], assignedUser={"username": "nobody"})


@CASES("E1119")
def note_sent_twice() -> Sent:
    notes = [{"note": "NoSending01", "value": text} for text in ("first", "second")]
    return Sent({"events": [enrolled().event(notes=notes)]}, EVENT, is_warning=True)


@CASES("E1120")
def user_assigned_where_nobody_can_be() -> Sent:
    event = enrolled().event(assignedUser={"username": "admin"})
    return Sent({"events": [event]}, EVENT, is_warning=True)


@CASES("E1123")
def event_without_stage() -> Sent:
    clinic = enrolled()
    return sent(clinic, ["programStage"], program=clinic.program.uid, programStage=None)


@CASES("E1128")
def event_in_another_enrollment() -> Sent:
    clinic = make_clinic()
    event = stored_event(clinic)
    other = world.stored_enrollment(event.tracked_entity, clinic.program, world.NGELEHUN)
    return sent(clinic, ["enrollment"], enrollment=other.uid)


@CASES("E1313")
def event_of_an_unknown_enrollment() -> Sent:
    body = {"events": [make_clinic().event()]}
    return Sent(body, EVENT, [EVENT], also=(("E1079", EVENT),))


@CASES("E1316")
def event_that_happened_planned() -> Sent:
    clinic = make_clinic()
    stored_event(clinic, status="ACTIVE")
    return sent(clinic, ["ACTIVE", "SCHEDULE"], status="SCHEDULE", scheduledAt="2024-05-02")


@CASES("E1326")
def blocked_form() -> Sent:
    clinic = make_clinic()
    clinic.stage.block_entry_form = True
    clinic.stage.save()
    stored_event(clinic, status="COMPLETED")
    return sent(clinic, [EVENT], status="COMPLETED")


@pytest.mark.parametrize(("code", "make"), CASES.cases, ids=CASES.ids)
def test_import_tells(api: ApiClient, admin: object, code: str, make: Case) -> None:
    verify(api, code, make())


def test_each_of_several_events_of_a_stage_is_told(api: ApiClient, admin: object) -> None:
    """E1039; events of an event program may repeat."""
    clinic = once()
    stored_enrollment(clinic)
    events = [clinic.event("EvSending01"), clinic.event("EvSending02")]

    answer = api.post("/api/tracker?async=false", {"events": events})

    told = {(error["errorCode"], error["uid"]) for error in answer.json["validationReport"]["errorReports"]}
    assert told == {("E1039", "EvSending01"), ("E1039", "EvSending02")}
