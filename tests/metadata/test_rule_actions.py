"""What each type of program rule action needs (DHIS2 2.42, metadata import, E4034-E4050)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(api: ApiClient) -> str:
    """A rule of a program that has one data element and one attribute."""
    element, attribute = create(api, "dataElement"), create(api, "trackedEntityAttribute")
    linked = [{"trackedEntityAttribute": {"id": attribute["id"]}}]
    program = create(api, "program", programTrackedEntityAttributes=linked)["id"]
    create(
        api, "programStage", program={"id": program},
        programStageDataElements=[{"dataElement": {"id": element["id"]}}],
    )  # fmt: skip
    return create(api, "programRule", program={"id": program})["id"]


def post(api: ApiClient, rule: str, kind: str, **members: Any) -> list[str]:
    body = {"programRule": {"id": rule}, "programRuleActionType": kind} | members
    answer = api.post("/api/programRuleActions", body)
    assert answer.status == (409 if codes(answer) else 201)
    return codes(answer)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("SENDMESSAGE", "E4035"), ("SCHEDULEMESSAGE", "E4035"), ("HIDESECTION", "E4036"),
        ("HIDEPROGRAMSTAGE", "E4038"), ("HIDEFIELD", "E4044"), ("SETMANDATORYFIELD", "E4044"), ("ASSIGN", "E4050"),
    ],
)  # fmt: skip
def test_what_is_missing(api: ApiClient, rule: str, kind: str, missing: str) -> None:
    assert post(api, rule, kind) == [missing]


@pytest.mark.parametrize(("kind", "missing"), [("HIDEOPTION", "E4040"), ("SHOWOPTIONGROUP", "E4042")])
def test_actions_on_options_need_a_field_too(api: ApiClient, rule: str, kind: str, missing: str) -> None:
    assert post(api, rule, kind) == [missing, "E4044"]


@pytest.mark.parametrize(
    ("kind", "member", "unknown"),
    [
        ("HIDESECTION", "programStageSection", "E4037"), ("HIDEPROGRAMSTAGE", "programStage", "E4039"),
        ("HIDEOPTION", "option", "E4041"), ("HIDEOPTIONGROUP", "optionGroup", "E4043"),
        ("HIDEFIELD", "dataElement", "E4045"), ("HIDEFIELD", "trackedEntityAttribute", "E4046"),
    ],
)  # fmt: skip
def test_what_does_not_exist(api: ApiClient, rule: str, kind: str, member: str, unknown: str) -> None:
    found = post(api, rule, kind, **{member: {"id": "unknownUid1"}})

    assert {unknown, "E5002"} <= set(found)


def test_a_template_that_does_not_exist(api: ApiClient, rule: str) -> None:
    assert post(api, rule, "SENDMESSAGE", templateUid="unknownUid1") == ["E4034"]
    template = create(api, "programNotificationTemplate")["id"]
    assert post(api, rule, "SENDMESSAGE", templateUid=template) == []


def test_fields_of_other_programs(api: ApiClient, rule: str) -> None:
    element, attribute = create(api, "dataElement")["id"], create(api, "trackedEntityAttribute")["id"]

    assert post(api, rule, "HIDEFIELD", dataElement={"id": element}) == ["E4047"]
    assert post(api, rule, "ASSIGN", trackedEntityAttribute={"id": attribute}) == ["E4048"]


def test_a_field_of_the_program_may_come_in_the_same_payload(api: ApiClient) -> None:
    element = create(api, "dataElement")["id"]
    program = {"id": "progOfTest1", "name": "P", "shortName": "P", "programType": "WITH_REGISTRATION",
               "programStages": [{"id": "stagOfTest1"}]}  # fmt: skip
    stage = {"id": "stagOfTest1", "name": "S", "programStageDataElements": [{"dataElement": {"id": element}}]}
    rule = {"id": "ruleOfTest1", "name": "R", "program": {"id": "progOfTest1"},
            "programRuleActions": [{"id": "actnOfTest1"}]}  # fmt: skip
    action = {"id": "actnOfTest1", "programRuleActionType": "HIDEFIELD", "dataElement": {"id": element}}

    answer = put_in(api, programs=[program], programStages=[stage], programRules=[rule], programRuleActions=[action])

    assert answer.status == 200, answer


@pytest.mark.parametrize("kind", ["DISPLAYTEXT", "SHOWWARNING", "ERRORONCOMPLETE", "CREATEEVENT"])
def test_actions_that_need_nothing(api: ApiClient, rule: str, kind: str) -> None:
    assert post(api, rule, kind, content="Text") == []


def test_a_variable_may_be_assigned(api: ApiClient, rule: str) -> None:
    assert post(api, rule, "ASSIGN", content="#{variable}", data="1") == []


def test_the_number_of_queries_does_not_grow_with_the_actions(api: ApiClient, rule: str) -> None:
    found = []
    for size in (2, 100):
        actions = [{"programRule": {"id": rule}, "programRuleActionType": "HIDEFIELD",
                    "dataElement": {"id": "unknownUid1"}} for _ in range(size)]  # fmt: skip
        with query_counter() as few:
            assert put_in(api, programRuleActions=actions).status == 409
        found.append(few.count)
    assert found[0] == found[1]
