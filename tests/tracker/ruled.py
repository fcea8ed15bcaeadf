"""Program rules for tests: rules, actions, variables as rows, and what a report says of them."""

from __future__ import annotations

from itertools import count
from typing import Any

from metadata.models import (
    DataElement,
    Program,
    ProgramRule,
    ProgramRuleAction,
    ProgramRuleVariable,
    ProgramStage,
    TrackedEntityAttribute,
)
from tests.harness.client import Answer, ApiClient
from tests.tracker.sending import EVENT, Clinic, make_clinic, send

_numbers = count(1)
MIDDLE = "EvSending02"  # the second visit of a course
CURRENT, NEWEST, NEWEST_OF_STAGE, PREVIOUS = (
    f"DATAELEMENT_{name}" for name in ("CURRENT_EVENT", "NEWEST_EVENT_PROGRAM", "NEWEST_EVENT_PROGRAM_STAGE",
                                       "PREVIOUS_EVENT")
)  # fmt: skip


def make_rule(
    program: Program, condition: str | None, *actions: dict[str, Any], stage: ProgramStage | None = None,
    priority: int | None = None,
) -> ProgramRule:  # fmt: skip
    """A rule with its actions."""
    rule = ProgramRule.objects.create(
        name=f"Rule {next(_numbers)}", program=program, program_stage=stage, condition=condition, priority=priority
    )
    for members in actions:
        ProgramRuleAction.objects.create(program_rule=rule, **members)
    return rule


def act(
    type: str, field: DataElement | TrackedEntityAttribute | None = None, *, content: str | None = None,
    data: str | None = None, template: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """An action on a data element, on an attribute, or on nothing."""
    return {
        "program_rule_action_type": type, "content": content, "data": data, "template_uid": template,
        "data_element": field if isinstance(field, DataElement) else None,
        "tracked_entity_attribute": field if isinstance(field, TrackedEntityAttribute) else None,
    }  # fmt: skip


def make_variable(
    program: Program, name: str, field: DataElement | TrackedEntityAttribute | None = None, source: str | None = None,
    *, stage: ProgramStage | None = None, uses_codes: bool = False, value_type: str = "TEXT",
) -> ProgramRuleVariable:  # fmt: skip
    """A variable; of the current event, the attribute or calculated, unless said otherwise."""
    is_element = isinstance(field, DataElement)
    if source is None:
        source = CURRENT if is_element else "CALCULATED_VALUE" if field is None else "TEI_ATTRIBUTE"
    return ProgramRuleVariable.objects.create(
        program=program, name=name, program_rule_variable_source_type=source, program_stage=stage,
        data_element=field if is_element else None, tracked_entity_attribute=None if is_element else field,
        use_code_for_option_set=uses_codes, value_type=value_type,
    )  # fmt: skip


def ruled_clinic() -> Clinic:
    """A program whose rules count at once; weight is a number, and each field has a variable of its name."""
    clinic = make_clinic()
    clinic.stage.validation_strategy = "ON_UPDATE_AND_INSERT"
    clinic.stage.save()
    clinic.weight.value_type = "NUMBER"
    clinic.weight.save()
    for name in ("weight", "remark", "card", "name"):
        make_variable(clinic.program, name, getattr(clinic, name))
    return clinic


def run(api: ApiClient, body: dict[str, Any], query: str = "", **options: Any) -> Answer:
    """Import at once, and have warnings told."""
    return send(api, body, f"&reportMode=WARNINGS{query}", **options)


def told(answer: Answer) -> dict[str, list[tuple[str, str, str]]]:
    """Code, uid and message of errors and warnings, in one order."""
    report = answer.json["validationReport"]
    return {
        "errors": sorted((one["errorCode"], one["uid"], one["message"]) for one in report["errorReports"]),
        "warnings": sorted((one["warningCode"], one["uid"], one["message"]) for one in report["warningReports"]),
    }


def codes_of(answer: Answer) -> list[tuple[str, str]]:
    """Code and uid of every error and warning, in one order."""
    found = told(answer)
    return sorted((code, uid) for code, uid, _ in (*found["errors"], *found["warnings"]))


def texts_of(answer: Answer) -> list[str]:
    """What issues say, without the rule that they come from."""
    found = told(answer)
    messages = [message for _, _, message in (*found["errors"], *found["warnings"])]
    return sorted(message.split(" - ", 1)[1].strip("`.") for message in messages if " - " in message)


def tell(clinic: Clinic, data: str, **options: Any) -> None:
    """A rule of the stage that tells what an expression gives."""
    make_rule(clinic.program, "true", act("SHOWWARNING", content="=", data=data), stage=clinic.stage, **options)


def said(api: ApiClient, body: dict[str, Any], uid: str = EVENT, **options: Any) -> list[str]:
    """What the rules tell of one object."""
    warnings = told(run(api, body, **options))["warnings"]
    return [
        text.split(" - ", 1)[1].strip("`.").removeprefix("=").strip() for _, found, text in warnings if found == uid
    ]


def course(clinic: Clinic) -> dict[str, Any]:
    """Three visits, sent in no order: weights 3000 on the first, 3100 on the second day, 3200 in the future; the second
    one is sent last."""
    events = [
        clinic.event("EvSending03", {clinic.weight: "3200"}, occurredAt="2124-05-03"),
        clinic.event("EvSending01", {clinic.weight: "3000"}, occurredAt="2024-05-01"),
        clinic.event(MIDDLE, {clinic.weight: "3100"}, occurredAt="2024-05-02T23:00:00"),
    ]
    return {"trackedEntities": [clinic.person(enrollments=[clinic.enrollment(events=events)])]}
