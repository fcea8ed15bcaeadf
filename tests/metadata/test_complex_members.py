"""Complex members that refer to other objects: sides of relationship types and validation rules (metadata model)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

TYPE, OTHER_TYPE, RELATIONSHIP, RULE = "ComplexTet1", "ComplexTet2", "ComplexRel1", "ComplexRul1"
RULE_BODY = {
    "id": RULE, "name": "Complex rule", "periodType": "Monthly", "operator": "less_than", "importance": "HIGH",
    "leftSide": {"expression": "#{f7n9E0hX8qk}", "description": "Measles", "slidingWindow": True},
    "rightSide": {"expression": "10", "description": "Ten", "missingValueStrategy": "NEVER_SKIP"},
    "organisationUnitLevels": [2, 4],
}  # fmt: skip


def relationship(**sides: Any) -> dict[str, Any]:
    return {"id": RELATIONSHIP, "name": "Mother of", "fromToName": "is mother of", "bidirectional": False} | sides


def side(tracked_entity_type: str) -> dict[str, Any]:
    return {
        "relationshipEntity": "TRACKED_ENTITY_INSTANCE",
        "trackedEntityType": {"id": tracked_entity_type},
        "trackerDataView": {"attributes": [], "dataElements": []},
    }


@pytest.fixture
def types(api: ApiClient) -> None:
    for number, uid in enumerate((TYPE, OTHER_TYPE)):
        body = {"id": uid, "name": f"Complex type {number}", "shortName": f"Complex {number}"}
        assert api.post("/api/trackedEntityTypes", body).status == 201


def test_both_sides_of_a_relationship_type_are_kept_and_replaced(api: ApiClient, types: None) -> None:
    sent = relationship(fromConstraint=side(TYPE), toConstraint=side(OTHER_TYPE))
    assert api.post("/api/relationshipTypes", sent).status == 201

    answer = api.put(f"/api/relationshipTypes/{RELATIONSHIP}", sent | {"toConstraint": side(TYPE)})

    assert answer.status == 200, answer.text
    fields = (
        "fromConstraint[relationshipEntity,trackedEntityType,trackerDataView],toConstraint[trackedEntityType[name]]"
    )
    assert api.get(f"/api/relationshipTypes/{RELATIONSHIP}?fields={fields}").json == {
        "fromConstraint": side(TYPE), "toConstraint": {"trackedEntityType": {"name": "Complex type 0"}},
    }  # fmt: skip


def test_a_side_that_names_nothing_is_e5002(api: ApiClient, types: None) -> None:
    sent = relationship(fromConstraint=side(TYPE), toConstraint=side("ComplexTet9"))

    answer = api.post("/api/relationshipTypes", sent)

    assert [e["errorCode"] for e in answer.json["response"]["errorReports"]] == ["E4024", "E5002"]


def test_a_side_must_be_an_object(api: ApiClient) -> None:
    answer = api.post("/api/relationshipTypes", relationship(fromConstraint=[side(TYPE)]))

    assert answer.status == 400
    assert "fromConstraint" in answer.json["message"]


def test_sides_of_a_validation_rule_come_back_as_they_were_sent(api: ApiClient) -> None:
    assert api.post("/api/validationRules", RULE_BODY).status == 201

    found = api.get(f"/api/validationRules/{RULE}?fields=:owner").json

    assert {name: found[name] for name in ("importance", "operator", "organisationUnitLevels")} == {
        "importance": "HIGH", "operator": "less_than", "organisationUnitLevels": [2, 4],
    }  # fmt: skip
    assert (found["leftSide"]["slidingWindow"], found["leftSide"]["missingValueStrategy"]) == (
        True, "SKIP_IF_ALL_VALUES_MISSING",
    )  # fmt: skip
    assert found["rightSide"]["expression"] == "10"
    assert api.put(f"/api/validationRules/{RULE}", found).status == 200
    assert api.get(f"/api/validationRules/{RULE}?fields=leftSide,rightSide").json == {
        name: found[name] for name in ("leftSide", "rightSide")
    }


def test_a_side_can_be_patched(api: ApiClient) -> None:
    api.post("/api/validationRules", RULE_BODY)

    patch = [{"op": "replace", "path": "/rightSide/expression", "value": "20"}]
    answer = api.patch(f"/api/validationRules/{RULE}", patch, content_type="application/json-patch+json")

    assert answer.status == 200, answer.text
    assert api.get(f"/api/validationRules/{RULE}?fields=rightSide[expression]").json == {
        "rightSide": {"expression": "20"}
    }
