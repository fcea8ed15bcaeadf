"""Programs, stages, rules and variables: what the import demands of them (DHIS2 2.42, metadata model)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import Answer, ApiClient

pytestmark = pytest.mark.django_db

PROGRAM, STAGE, RULE, ACTION, VARIABLE = "ProgOfTest1", "StageOfTst1", "RuleOfTest1", "ActnOfTest1", "VarOfTest01"


def program(**members: Any) -> dict[str, Any]:
    return {
        "id": PROGRAM, "name": "Child follow-up", "shortName": "Child", "programType": "WITH_REGISTRATION",
    } | members  # fmt: skip


def stage(**members: Any) -> dict[str, Any]:
    return {"id": STAGE, "name": "Birth"} | members


def codes(answer: Answer) -> list[str]:
    return [error["errorCode"] for error in answer.json["response"]["errorReports"]]


def variable(**members: Any) -> dict[str, Any]:
    return {
        "id": VARIABLE, "name": "weight", "program": {"id": PROGRAM},
        "programRuleVariableSourceType": "CALCULATED_VALUE",
    } | members  # fmt: skip


@pytest.fixture
def stored_program(api: ApiClient) -> None:
    assert api.post("/api/programs", program()).status == 201


def test_a_stage_alone_without_program_is_e4053(api: ApiClient) -> None:
    assert codes(api.post("/api/programStages", stage())) == ["E4053"]


def test_a_stage_that_a_program_of_the_payload_lists_goes_in(api: ApiClient) -> None:
    payload = {"programs": [program(programStages=[{"id": STAGE}])], "programStages": [stage()]}

    assert api.post("/api/metadata", payload).status == 200
    assert api.get(f"/api/programStages/{STAGE}?fields=program").json == {"program": {"id": PROGRAM}}
    assert api.get(f"/api/programs/{PROGRAM}?fields=programStages").json == {"programStages": [{"id": STAGE}]}


def test_registration_follows_from_the_program_type(api: ApiClient, stored_program: None) -> None:
    found = api.get(f"/api/programs/{PROGRAM}?fields=registration,withoutRegistration,accessLevel").json

    assert found == {"registration": True, "withoutRegistration": False, "accessLevel": "OPEN"}


@pytest.mark.parametrize(
    ("kind", "expected"), [("WITH_REGISTRATION", ["E6022"]), ("WITHOUT_REGISTRATION", ["E4023", "E6022"])]
)
def test_a_program_is_not_related_to_itself(api: ApiClient, kind: str, expected: list[str]) -> None:
    assert codes(api.post("/api/programs", program(programType=kind, relatedProgram={"id": PROGRAM}))) == expected


def test_rule_names_are_single_in_their_program_whatever_their_case(api: ApiClient, stored_program: None) -> None:
    api.post("/api/programRules", {"id": RULE, "name": "Warn", "program": {"id": PROGRAM}, "condition": "true"})

    again = api.post("/api/programRules", {"name": "WARN", "program": {"id": PROGRAM}, "condition": "true"})

    assert codes(again) == ["E4057"]


def test_actions_are_read_by_their_old_names_and_answered_by_both(api: ApiClient, stored_program: None) -> None:
    api.post("/api/programRules", {"id": RULE, "name": "Warn", "program": {"id": PROGRAM}, "condition": "true"})
    action = {"id": ACTION, "programRule": {"id": RULE}, "programRuleActionType": "SHOWWARNING", "content": "Look"}

    assert api.post("/api/programRuleActions", action | {"evaluationTime": "ON_COMPLETE"}).status == 201

    fields = "programRuleActionEvaluationTime,evaluationTime,evaluationEnvironments"
    assert api.get(f"/api/programRuleActions/{ACTION}?fields={fields}").json == {
        "programRuleActionEvaluationTime": "ON_COMPLETE", "evaluationTime": "ON_COMPLETE",
        "evaluationEnvironments": ["WEB", "ANDROID"],
    }  # fmt: skip
    assert api.get(f"/api/programRules/{RULE}?fields=programRuleActions").json == {
        "programRuleActions": [{"id": ACTION}]
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"name": "weight and height"}, ["E4052"]),
        ({"programRuleVariableSourceType": "DATAELEMENT_CURRENT_EVENT"}, ["E4059"]),
        ({"programRuleVariableSourceType": "TEI_ATTRIBUTE"}, ["E4089"]),
        ({"programRuleVariableSourceType": "DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE"}, ["E4059", "E4091"]),
    ],
)
def test_a_variable_has_what_its_source_type_needs(
    api: ApiClient, stored_program: None, members: dict[str, Any], expected: list[str]
) -> None:
    assert codes(api.post("/api/programRuleVariables", variable(**members))) == expected


def test_variable_names_are_single_in_their_program(api: ApiClient, stored_program: None) -> None:
    assert api.post("/api/programRuleVariables", variable()).status == 201

    assert codes(api.post("/api/programRuleVariables", variable(id="VarOfTest02"))) == ["E4051"]


def test_references_that_a_source_type_has_no_use_for_are_dropped(api: ApiClient, stored_program: None) -> None:
    api.post("/api/programRuleVariables", variable(dataElement={"id": "f7n9E0hX8qk"}))

    assert api.get(f"/api/programRuleVariables/{VARIABLE}?fields=dataElement").json == {}


def test_only_texts_are_generated(api: ApiClient) -> None:
    attribute = {"name": "Case number", "shortName": "Case", "valueType": "NUMBER", "aggregationType": "NONE"}

    body = attribute | {"generated": True, "pattern": "SEQUENTIAL(###)"}
    assert codes(api.post("/api/trackedEntityAttributes", body)) == ["E4010"]


def test_relationship_types_that_name_a_program_go_with_it(api: ApiClient, stored_program: None) -> None:
    side = {"relationshipEntity": "PROGRAM_INSTANCE", "program": {"id": PROGRAM}}
    body = {"id": "RelOfTest01", "name": "Linked", "fromToName": "linked", "fromConstraint": side, "toConstraint": side}
    assert api.post("/api/relationshipTypes", body).status == 201

    assert api.delete(f"/api/programs/{PROGRAM}").status == 200
    assert api.get("/api/relationshipTypes/RelOfTest01").status == 404


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (None, ["E4000"]),
        ({"relationshipEntity": "TRACKED_ENTITY_INSTANCE"}, ["E4024"]),
        ({"relationshipEntity": "PROGRAM_INSTANCE"}, ["E4024"]),
    ],
)
def test_both_sides_of_a_relationship_type_are_complete(
    api: ApiClient, stored_program: None, side: dict[str, Any] | None, expected: list[str]
) -> None:
    right = {"relationshipEntity": "PROGRAM_INSTANCE", "program": {"id": PROGRAM}}
    body = {"name": "Linked", "fromToName": "linked", "fromConstraint": side, "toConstraint": right}

    assert codes(api.post("/api/relationshipTypes", body)) == expected
