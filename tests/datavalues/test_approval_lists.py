"""Lists about approvals: states, attribute option combos, a user's levels and workflows, audits."""

from __future__ import annotations

import pytest

from dhis2api.demo import identifiers as ids
from metadata import models
from tests.datavalues.approving import (
    CLINIC,
    DISTRICT,
    PATH,
    PERIOD,
    TOP,
    approver,
    do,
    query,
    require_acceptance,
)
from tests.datavalues.locks import approve
from tests.datavalues.payloads import PARTNER_SET
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def test_list_has_one_item_for_each_combination(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    approve(levels, PERIOD, CLINIC, 4)
    level = models.DataApprovalLevel.objects.get(org_unit_level=4).uid

    for name in ("approvals", "multiple"):
        found = api.get(f"{PATH}/{name}?wf={levels.uid}&pe={PERIOD},201402,2014Q1&ou={CLINIC},{DISTRICT}").json
        assert [(item["pe"], item["ou"], item["state"], item.get("level")) for item in found] == [
            (PERIOD, CLINIC, "APPROVED_HERE", level), (PERIOD, DISTRICT, "UNAPPROVED_READY", None),
            ("201402", CLINIC, "UNAPPROVED_READY", None), ("201402", DISTRICT, "UNAPPROVED_WAITING", None),
        ]  # fmt: skip
        assert (found[0]["wf"], found[0]["aoc"]) == (levels.uid, ids.DEFAULT_OPTION_COMBO)
        assert found[0]["permissions"]["mayUnapprove"] is True
    dates = api.get(f"{PATH}/approvals?wf={levels.uid}&startDate=2014-01-05&endDate=2014-03-01&ou={CLINIC}").json
    assert [item["pe"] for item in dates] == [PERIOD, "201402", "201403"]


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("approvals?ds={set}&ou={ou}", 409, "Must have either pe or both startDate and endDate."),
        ("approvals?ds={set}&ou={ou}&pe=201401&startDate=2014-01-01", 409,
         "Cannot have both pe and startDate or endDate."),
        ("approvals?ds={set}&ou={ou}&startDate=0001-01-01&endDate=9999-01-01", 409, "at most 500 "),
        ("status?ds={set}&ou={ou}&pe=2014-13", 400,
         "Either provide startDate and endDate or a valid ISO period for pe"),
        ("status?ds={other}&ou={ou}&pe=201401", 409, "DataSet does not have an approval workflow: {other}"),
    ],
)  # fmt: skip
def test_lists_refuse_what_they_cannot_read(
    api: ApiClient, levels: models.DataApprovalWorkflow, path: str, status: int, message: str
) -> None:
    names = {"set": ids.MORTALITY, "other": PARTNER_SET, "ou": CLINIC}

    answer = api.get(f"{PATH}/" + path.format(**names))

    assert answer.status == status
    assert message.format(**names) in answer.json["message"]


def test_status_of_data_sets_with_fields(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    do(api, "POST")
    asked = f"{PATH}/status{query(DISTRICT)}&children=true"

    found = api.get(asked).json["dataApprovalStateResponses"]

    assert {item["state"] for item in found if item["organisationUnit"]["id"] == CLINIC} == {"APPROVED_HERE"}
    assert len(found) == models.OrganisationUnit.objects.filter(path__contains=DISTRICT).count()
    (clinic,) = api.get(f"{PATH}/status{query()}&fields=dataSet[id],period[id],createdByUsername").json[
        "dataApprovalStateResponses"
    ]
    assert clinic == {
        "dataSet": {"id": ids.MORTALITY}, "period": {"id": PERIOD}, "createdByUsername": "admin",
    }  # fmt: skip


def test_attribute_option_combos_of_a_workflow(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    do(api, "POST")

    (found,) = api.get(f"{PATH}/categoryOptionCombos{query()}").json
    permissions = found.pop("permissions")
    assert found == {
        "id": ids.DEFAULT_OPTION_COMBO, "ou": CLINIC, "ouName": "Ngelehun CHC", "accepted": True,
        "level": {"id": models.DataApprovalLevel.objects.get(org_unit_level=4).uid, "level": "3"},
    }  # fmt: skip
    assert permissions["mayUnapprove"] is True
    (top,) = api.get(f"{PATH}/categoryOptionCombos?ds={ids.MORTALITY}&pe={PERIOD}&ou={TOP}").json
    assert (top["ou"], top["level"]) == (TOP, {})


def test_me_knows_his_levels_and_workflows(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    approver("ann", DISTRICT, ["F_APPROVE_DATA", "F_APPROVE_DATA_LOWER_LEVELS", "F_ACCEPT_DATA_LOWER_LEVELS"])

    assert [level["orgUnitLevel"] for level in api.get("/api/me/dataApprovalLevels", user="ann").json] == [2, 4]
    (found,) = api.get("/api/me/dataApprovalWorkflows", user="ann").json["dataApprovalWorkflows"]
    assert found["id"] == levels.uid
    assert [(level["level"], level["approve"], level["accept"]) for level in found["dataApprovalLevels"]] == [
        (1, False, False), (2, True, False), (3, True, False),
    ]  # fmt: skip
    require_acceptance()
    (found,) = api.get("/api/me/dataApprovalWorkflows", user="ann").json["dataApprovalWorkflows"]
    assert [level["accept"] for level in found["dataApprovalLevels"]] == [False, False, True]


def test_audits_tell_who_did_what_within_the_hierarchy(
    api: ApiClient, levels: models.DataApprovalWorkflow, badjia_clerk: User
) -> None:
    do(api, "POST")
    do(api, "POST", DISTRICT)

    found = api.get("/api/audits/dataApproval", user="badjia_clerk").json
    assert [(item["organisationUnit"]["id"], item["action"]) for item in found["dataApprovalAudits"]] == [
        (CLINIC, "APPROVE")
    ]
    assert api.get(f"/api/audits/dataApproval?ou={TOP}&wf={levels.uid}&pageSize=1").json["pager"]["total"] == 2
