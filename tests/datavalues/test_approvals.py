"""Data approval: states, what a user may do about them, and doing it (DHIS2 2.42, data approval)."""

from __future__ import annotations

import pytest

from datavalues.models import DataApproval, DataApprovalAudit
from dhis2api.demo import identifiers as ids
from metadata import models
from tests.datavalues.approving import (
    BOTH,
    CHIEFDOM,
    CLINIC,
    DISTRICT,
    PATH,
    PERIOD,
    TOP,
    approver,
    do,
    only,
    query,
    require_acceptance,
    show,
    state,
)
from tests.datavalues.locks import approve, change_set, workflow
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION, NOBODY, PARTNER_SET, send, value
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes
from users.models import User

pytestmark = pytest.mark.django_db


def test_approving_goes_up_and_withdrawing_down(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    assert [state(api, unit) for unit in (CLINIC, CHIEFDOM, DISTRICT, TOP)] == [
        "UNAPPROVED_READY", "UNAPPROVED_ABOVE", "UNAPPROVED_WAITING", "UNAPPROVED_WAITING",
    ]  # fmt: skip

    assert do(api, "POST").status == 204
    assert [state(api, unit) for unit in (CLINIC, DISTRICT)] == ["APPROVED_HERE", "UNAPPROVED_READY"]
    assert do(api, "POST", DISTRICT).status == 204
    assert [state(api, unit) for unit in (CLINIC, CHIEFDOM, DISTRICT)] == [
        "APPROVED_ABOVE", "APPROVED_ABOVE", "APPROVED_HERE",
    ]  # fmt: skip
    assert do(api, "DELETE").status == 409
    assert do(api, "DELETE", DISTRICT).status == 204
    assert do(api, "DELETE").status == 204
    assert DataApproval.objects.count() == 0
    assert list(DataApprovalAudit.objects.order_by("pk").values_list("action", flat=True)) == [
        "APPROVE", "APPROVE", "UNAPPROVE", "UNAPPROVE",
    ]  # fmt: skip


def test_permissions_name_who_approved_and_when(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    approver("ann", CLINIC)
    assert show(api, user="ann") == {
        "mayApprove": True, "mayUnapprove": False, "mayAccept": False, "mayUnaccept": False, "mayReadData": True,
        "state": "UNAPPROVED_READY",
    }  # fmt: skip

    do(api, "POST", user="ann")

    shown = show(api, user="ann")
    assert shown.pop("approvedAt") == shown.pop("acceptedAt")
    assert shown == {
        "mayApprove": False, "mayUnapprove": True, "mayAccept": False, "mayUnaccept": False, "mayReadData": True,
        "state": "APPROVED_HERE", "approvedBy": "Ann Persona",
    }  # fmt: skip


def test_approved_values_are_locked_until_the_approval_is_withdrawn(
    api: ApiClient, levels: models.DataApprovalWorkflow, badjia_clerk: User
) -> None:
    do(api, "POST")
    assert send(api, value(), user="badjia_clerk").conflicts == [("E7642", None, [0])]

    do(api, "DELETE")
    assert send(api, value(), user="badjia_clerk").status == 200


def test_a_level_waits_for_all_below_that_report(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    other = models.OrganisationUnit.objects.filter(path__contains=CHIEFDOM, hierarchy_level=4).exclude(uid=CLINIC)[0]
    only(CLINIC, other.uid)
    do(api, "POST")

    assert state(api, DISTRICT) == "UNAPPROVED_WAITING"
    refused = do(api, "POST", DISTRICT)
    assert refused.status == 409
    assert "is UNAPPROVED_WAITING: you may not approve it" in refused.json["message"]
    do(api, "POST", other.uid)
    assert state(api, DISTRICT) == "UNAPPROVED_READY"


def test_unapprovable_is_what_nobody_reports_or_the_user_does_not_see(
    api: ApiClient, levels: models.DataApprovalWorkflow, badjia_clerk: User
) -> None:
    assert show(api, DISTRICT, user="badjia_clerk")["state"] == "UNAPPROVABLE"
    only()
    assert state(api) == "UNAPPROVABLE"
    models.DataApprovalWorkflow.data_approval_levels.through.objects.all().delete()
    only(CLINIC)
    assert state(api) == "UNAPPROVABLE"


def test_unapprovable_are_options_outside_period_place_and_sharing(api: ApiClient) -> None:
    followed = workflow(2, 4, data_set=PARTNER_SET)
    combo = models.CategoryOptionCombo.objects.get(uid=HARBOUR).category_combo
    models.DataApprovalWorkflow.objects.filter(pk=followed.pk).update(period_type="Quarterly", category_combo=combo)
    option = models.CategoryOption.objects.filter(uid=HARBOUR_OPTION)
    approver("ann", CLINIC)
    asked = f"{PATH}?ds={PARTNER_SET}&pe=2014Q1&ou={CLINIC}&aoc={HARBOUR}"
    assert api.get(asked, user="ann").json["state"] == "UNAPPROVED_READY"

    option.update(start_date="2014-04-01")
    assert api.get(asked, user="ann").json["state"] == "UNAPPROVABLE"
    option.update(start_date=None, sharing={"public": "--------", "users": {}, "userGroups": {}})
    assert api.get(asked, user="ann").json["state"] == "UNAPPROVABLE"
    assert api.get(asked).json["state"] == "UNAPPROVED_READY"
    option.get().organisation_units.add(models.OrganisationUnit.objects.exclude(path__contains=DISTRICT).last())
    assert api.get(asked).json["state"] == "UNAPPROVABLE"


@pytest.mark.parametrize(
    ("org_unit", "authorities", "clinic", "district"),
    [
        (CLINIC, ["F_APPROVE_DATA"], True, False),
        (CLINIC, ["F_APPROVE_DATA_LOWER_LEVELS"], False, False),
        (DISTRICT, ["F_APPROVE_DATA"], False, True),
        (DISTRICT, ["F_APPROVE_DATA_LOWER_LEVELS"], True, False),
        (TOP, ["F_APPROVE_DATA_LOWER_LEVELS"], True, True),
    ],
)
def test_authorities_count_from_the_users_own_level(
    api: ApiClient, levels: models.DataApprovalWorkflow, org_unit: str, authorities: list[str], clinic: bool,
    district: bool,
) -> None:  # fmt: skip
    approver("ann", org_unit, authorities)

    assert show(api, CLINIC, user="ann")["mayApprove"] is clinic
    approve(levels, PERIOD, CLINIC, 4)
    assert show(api, DISTRICT, user="ann")["mayApprove"] is district


def test_levels_that_a_user_may_not_read_are_not_his(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    approver("ann", CLINIC)
    models.DataApprovalLevel.objects.update(sharing={"public": "--------", "users": {}, "userGroups": {}})

    assert show(api, user="ann")["mayApprove"] is False
    assert do(api, "POST", user="ann").status == 409


def test_approving_and_accepting_need_an_authority(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    approver("ann", CLINIC, [])

    assert [do(api, method, user="ann").status for method in ("POST", "DELETE")] == [403, 403]
    assert do(api, "POST", user="ann", path="/api/dataAcceptances").status == 403
    assert do(api, "POST", user="ann", path=f"{PATH}/dataAcceptances").status == 403


def test_what_is_done_already_is_skipped(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    assert [do(api, method).status for method in ("DELETE", "POST", "POST", "DELETE", "DELETE")] == [204] * 5
    assert DataApprovalAudit.objects.count() == 2


def test_acceptance_lets_the_next_level_approve(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    require_acceptance()
    approver("ann", CLINIC)
    approver("eve", DISTRICT, [*BOTH, "F_ACCEPT_DATA_LOWER_LEVELS"])
    do(api, "POST", user="ann")
    assert (state(api), state(api, DISTRICT)) == ("APPROVED_HERE", "UNAPPROVED_WAITING")

    assert show(api, user="eve")["mayAccept"] is True
    assert do(api, "POST", user="eve", path="/api/dataAcceptances").status == 204

    shown = show(api, user="eve")
    assert (shown["state"], shown["acceptedBy"], shown["mayUnaccept"]) == ("ACCEPTED_HERE", "Eve Persona", True)
    assert "acceptedBy" not in show(api, user="ann")
    assert state(api, DISTRICT) == "UNAPPROVED_READY"
    assert do(api, "DELETE", user="ann").status == 409  # accepted data is the district's to give back
    assert do(api, "DELETE", user="eve", path=f"{PATH}/dataAcceptances").status == 204
    assert do(api, "DELETE", user="ann").status == 204


def test_without_the_setting_nothing_is_to_be_accepted(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    do(api, "POST")

    assert show(api)["mayAccept"] is False
    assert DataApproval.objects.get().accepted is True
    assert state(api) == "APPROVED_HERE"


def test_many_are_approved_at_once_from_below_or_none(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    def bulk(name: str, *units: str, **members: object) -> Answer:
        body = {"ds": [ids.MORTALITY], "pe": [PERIOD, "201402"], "approvals": [{"ou": unit} for unit in units]}
        return api.post(f"/api/{name}", body | members)

    assert bulk("dataApprovals/approvals", TOP, CLINIC).status == 409
    assert DataApproval.objects.count() == 0
    assert bulk("dataApprovals/approvals", TOP, DISTRICT, CLINIC).status == 204
    assert DataApproval.objects.count() == 6
    assert bulk("dataApprovals/unapprovals", CLINIC, DISTRICT, TOP).status == 204
    assert DataApproval.objects.count() == 0
    assert bulk("dataApprovals/approvals", CLINIC, pe=[]).json["message"] == "Approvals must have periods"
    assert bulk("dataApprovals/approvals", CLINIC, ds=[]).json["message"] == (
        "Either data sets or data approval workflows must be specified"
    )
    years = [f"{year}{month:02}" for year in range(1900, 1950) for month in range(1, 13)]
    assert "at most 500 " in bulk("dataApprovals/approvals", CLINIC, pe=years).json["message"]


def test_many_are_accepted_at_once(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    require_acceptance()
    do(api, "POST")
    body = {"ds": [ids.MORTALITY], "pe": [PERIOD], "approvals": [{"ou": CLINIC, "aoc": ids.DEFAULT_OPTION_COMBO}]}

    assert api.post("/api/dataAcceptances/acceptances", body).status == 204
    assert state(api) == "ACCEPTED_HERE"
    assert api.post("/api/dataApprovals/dataAcceptances/unacceptances", body).status == 204
    assert state(api) == "APPROVED_HERE"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ds": "abcdefghijk"}, "Data set does not exist: abcdefghijk"),
        ({"ds": PARTNER_SET}, f"Data set does not have an approval workflow: {PARTNER_SET}"),
        ({"wf": "abcdefghijk"}, "Data approval workflow does not exist: abcdefghijk"),
        ({"ds": ""}, "Either data set or data approval workflow must be specified"),
        ({"pe": "2014-13"}, "Illegal period identifier: 2014-13"),
        ({"ou": NOBODY}, f"Organisation unit does not exist: {NOBODY}"),
        ({"aoc": "abcdefghijk"}, "Attribute option combo does not exist: abcdefghijk"),
        ({"ou": CHIEFDOM}, f"Approval level not found for org unit: {CHIEFDOM}"),
        ({"aoc": HARBOUR}, "is not of the category combo of the workflow"),
        ({"pe": "2014Q1"}, "is not of the type of the workflow"),
    ],
)
def test_what_cannot_be_approved_is_409_with_words(
    api: ApiClient, levels: models.DataApprovalWorkflow, change: dict[str, str], message: str
) -> None:
    answer = api.post(PATH + query(**{{"ou": "org_unit", "pe": "period"}.get(k, k): v for k, v in change.items()}))

    assert answer.status == 409
    assert message in answer.json["message"]


def test_levels_of_group_sets_are_refused_and_not_taken_for_others(
    api: ApiClient, levels: models.DataApprovalWorkflow, badjia_clerk: User
) -> None:
    approve(levels, PERIOD, CLINIC, 4)
    group_set = models.CategoryOptionGroupSet(name="Donors", short_name="Donors")
    group_set.save()
    level = models.DataApprovalLevel(name="Donors", level=4, org_unit_level=4, category_option_group_set=group_set)
    level.save()
    through = levels.data_approval_levels.through
    through.objects.create(dataapprovalworkflow=levels, dataapprovallevel=level, sort_order=4)

    answer = do(api, "POST")

    assert answer.status == 409 and "category option group set" in answer.json["message"]
    assert send(api, value(), user="badjia_clerk").conflicts == [("E7642", None, [0])]


def test_approvals_hold_their_level_workflow_and_combo(api: ApiClient, levels: models.DataApprovalWorkflow) -> None:
    do(api, "POST")
    change_set(workflow=None)
    level = models.DataApprovalLevel.objects.get(org_unit_level=4).uid

    assert codes(api.delete(f"/api/dataApprovalLevels/{level}")) == ["E4030"]
    assert codes(api.delete(f"/api/dataApprovalWorkflows/{levels.uid}")) == ["E4030"]
    change_set(workflow=levels)
    do(api, "DELETE")
    change_set(workflow=None)
    assert api.delete(f"/api/dataApprovalLevels/{level}").status == 200
    assert api.delete(f"/api/dataApprovalWorkflows/{levels.uid}").status == 200


def test_number_of_queries_does_not_depend_on_the_number_of_units(
    api: ApiClient, levels: models.DataApprovalWorkflow
) -> None:
    units = list(models.OrganisationUnit.objects.filter(hierarchy_level=4).values_list("uid", flat=True)[:60])
    only(*units)

    def count(size: int, period: str) -> int:
        body = {"ds": [ids.MORTALITY], "pe": [period], "approvals": [{"ou": unit} for unit in units[:size]]}
        api.get(f"{PATH}/approvals?ds={ids.MORTALITY}&pe={period}&ou={units[0]}")
        with query_counter() as counter:
            assert api.post(f"{PATH}/approvals", body).status == 204
            answer = api.get(f"{PATH}/approvals?ds={ids.MORTALITY}&pe={period}&ou={','.join(units[:size])}")
        assert {item["state"] for item in answer.json} == {"APPROVED_HERE"}
        return counter.count

    approve(levels, "201403", units[0], 4)
    approve(levels, "201404", units[0], 4)
    assert count(3, "201403") == count(60, "201404")
