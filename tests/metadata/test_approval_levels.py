"""Data approval levels and workflows."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


def numbers(api: ApiClient) -> list[tuple[int, int]]:
    answer = api.get("/api/dataApprovalLevels?fields=level,orgUnitLevel&order=level&paging=false")
    return [(level["level"], level["orgUnitLevel"]) for level in answer.json["dataApprovalLevels"]]


def test_a_level_takes_its_place_and_leaves_no_gap(api: ApiClient) -> None:
    created = {n: create(api, "dataApprovalLevel", orgUnitLevel=n)["id"] for n in (3, 1, 2)}
    assert numbers(api) == [(1, 1), (2, 2), (3, 3)]

    assert api.delete(f"/api/dataApprovalLevels/{created[1]}").status == 200

    assert numbers(api) == [(1, 2), (2, 3)]


def test_metadata_keeps_the_numbers_sent(api: ApiClient) -> None:
    level = {"id": "approvalLv5", "name": "Fifth", "orgUnitLevel": 5, "level": 4}

    assert put_in(api, dataApprovalLevels=[level]).status == 200

    assert numbers(api) == [(4, 5)]


def test_an_org_unit_level_has_one_level_and_one_for_each_group_set(api: ApiClient) -> None:
    create(api, "dataApprovalLevel", orgUnitLevel=2)
    group_set = {"id": create(api, "categoryOptionGroupSet")["id"]}
    again = {"id": "approvalLvA", "name": "Again", "orgUnitLevel": 2}

    assert codes(api.post("/api/dataApprovalLevels", again)) == ["E5003"]
    assert api.post("/api/dataApprovalLevels", again | {"categoryOptionGroupSet": group_set}).status == 201


def test_a_group_set_stays_while_a_level_uses_it(api: ApiClient) -> None:
    group_set = create(api, "categoryOptionGroupSet")
    create(api, "dataApprovalLevel", orgUnitLevel=2, categoryOptionGroupSet={"id": group_set["id"]})

    assert codes(api.delete(f"/api/categoryOptionGroupSets/{group_set['id']}")) == ["E4030"]


def test_a_data_set_names_a_workflow_of_the_same_payload(api: ApiClient) -> None:
    """Data sets are imported before workflows."""
    level = {"id": "approvalLvB", "name": "Level", "orgUnitLevel": 2, "level": 1}
    workflow = {
        "id": "approvalWfA", "name": "Workflow", "periodType": "Monthly", "dataApprovalLevels": [{"id": level["id"]}],
    }  # fmt: skip
    data_set = {
        "id": "approvalDsA", "name": "Set", "shortName": "Set", "periodType": "Monthly",
        "workflow": {"id": workflow["id"]},
    }  # fmt: skip

    answer = put_in(api, dataSets=[data_set], dataApprovalLevels=[level], dataApprovalWorkflows=[workflow])

    assert answer.status == 200, answer
    shown = api.get(
        "/api/dataApprovalWorkflows/approvalWfA?fields=dataSets,dataApprovalLevels,categoryCombo[name]"
    ).json
    assert shown == {
        "dataSets": [{"id": "approvalDsA"}], "dataApprovalLevels": [{"id": "approvalLvB"}],
        "categoryCombo": {"name": "default"},
    }  # fmt: skip
    assert api.delete("/api/dataApprovalLevels/approvalLvB").status == 200
    assert api.get("/api/dataApprovalWorkflows/approvalWfA?fields=dataApprovalLevels").json == {
        "dataApprovalLevels": []
    }


def test_a_data_set_with_a_form_is_custom(api: ApiClient) -> None:
    form = create(api, "dataEntryForm")
    data_set = create(api, "dataSet", dataEntryForm={"id": form["id"]})
    path = f"/api/dataSets/{data_set['id']}?fields=formType,dataEntryForm"

    assert api.get(path).json == {"formType": "CUSTOM", "dataEntryForm": {"id": form["id"]}}
    assert api.delete(f"/api/dataEntryForms/{form['id']}").status == 200
    assert api.get(path).json == {"formType": "DEFAULT"}
