"""`/api/dataApprovals`, `/api/dataAcceptances`, and what `/api/me` says about approval."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from datavalues.approvals import answers, errors, listing
from datavalues.approvals.actions import ACTIONS, act
from datavalues.approvals.params import (
    BULK,
    ApprovalAuditParams,
    ApprovalCombosParams,
    ApprovalListParams,
    ApprovalParams,
    ApprovalStatusParams,
    BulkBody,
)
from datavalues.approvals.selection import find_combos, find_places, find_workflows, read_period
from datavalues.approvals.states import ACCEPT_LOWER, APPROVE, APPROVE_LOWER, statuses
from datavalues.approvals.viewers import load_viewer
from datavalues.models import DataApprovalAction
from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, open_body, read_json_stream
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority


class ApprovalView(ApiView):
    """The approval of one workflow, period, org unit and attribute option combo."""

    @declares(ApprovalParams)
    def get(self, request: ApiRequest, params: ApprovalParams) -> ApiResponse:
        """Its state, and what the user may do."""
        workflow = find_workflows(params.wf, [] if params.wf else params.ds, request.user.principal)[0]
        period, viewer = read_period(params.pe), load_viewer(request.user)
        pair = find_places([params.ou])[0], find_combos([params.aoc])[0]
        (status,) = statuses(workflow, period, [pair], viewer)
        return ApiResponse(answers.detailed(status, viewer), xml="dataApprovalPermissions")

    @declares(ApprovalParams)
    def post(self, request: ApiRequest, params: ApprovalParams) -> HttpResponse:
        """Approve."""
        require_authority(request.user.principal, APPROVE, APPROVE_LOWER)
        return do_one(request, params, DataApprovalAction.APPROVE)

    @declares(ApprovalParams)
    def delete(self, request: ApiRequest, params: ApprovalParams) -> HttpResponse:
        """Withdraw the approval."""
        require_authority(request.user.principal, APPROVE, APPROVE_LOWER)
        return do_one(request, params, DataApprovalAction.UNAPPROVE)


class AcceptanceView(ApiView):
    """The acceptance of an approval by the level above."""

    @declares(ApprovalParams)
    def post(self, request: ApiRequest, params: ApprovalParams) -> HttpResponse:
        """Accept."""
        require_authority(request.user.principal, ACCEPT_LOWER)
        return do_one(request, params, DataApprovalAction.ACCEPT)

    @declares(ApprovalParams)
    def delete(self, request: ApiRequest, params: ApprovalParams) -> HttpResponse:
        """Take the acceptance back."""
        require_authority(request.user.principal, ACCEPT_LOWER)
        return do_one(request, params, DataApprovalAction.UNACCEPT)


class BulkView(ApiView):
    """One action on many approvals, all or none; the permissions decide."""

    action: ClassVar[DataApprovalAction] = None  # set by the route

    def post(self, request: ApiRequest) -> HttpResponse:
        """Do it."""
        with open_body(request) as body:
            asked: BulkBody = decode_json(read_json_stream(body), BULK)
        workflows = find_workflows(asked.wf, asked.ds, request.user.principal, none=errors.NO_WORKFLOWS)
        if not asked.pe:
            raise ApiError(errors.NO_PERIODS)
        periods = [read_period(text) for text in dict.fromkeys(asked.pe)]
        places = {place.uid: place for place in find_places(entry.ou for entry in asked.approvals)}
        default, *_ = find_combos(())
        combos = {combo.uid: combo for combo in find_combos(entry.aoc or "" for entry in asked.approvals)}
        pairs = [(places[entry.ou], combos[entry.aoc] if entry.aoc else default) for entry in asked.approvals]
        act(ACTIONS[self.action], workflows, periods, pairs, load_viewer(request.user))
        return no_content()


class ApprovalsView(BulkView):
    """The states of many approvals, and approving many."""

    action = DataApprovalAction.APPROVE

    @declares(ApprovalListParams)
    def get(self, request: ApiRequest, params: ApprovalListParams) -> ApiResponse:
        """One item for every combination whose period is of the workflow's type."""
        return ApiResponse(listing.list_approvals(params, request.user), xml="dataApprovals")


class ApprovalStatusView(ApiView):
    """The states of data sets."""

    @declares(ApprovalStatusParams)
    def get(self, request: ApiRequest, params: ApprovalStatusParams) -> ApiResponse:
        """One item for every data set, period and org unit."""
        found = listing.list_states(params, request.user)
        return ApiResponse({"dataApprovalStateResponses": found}, xml="dataApprovalStateResponses")


class ApprovalCombosView(ApiView):
    """Where the attribute option combos of a workflow stand."""

    @declares(ApprovalCombosParams)
    def get(self, request: ApiRequest, params: ApprovalCombosParams) -> ApiResponse:
        """One item for every attribute option combo."""
        return ApiResponse(listing.list_combos(params, request.user), xml="categoryOptionCombos")


class UserLevelsView(ApiView):
    """The approval levels of the user."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """From his own downwards."""
        return ApiResponse(listing.levels_of_user(request.user), xml="dataApprovalLevels")


class UserWorkflowsView(ApiView):
    """The approval workflows of the user."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """With what he may do at each level."""
        found = listing.workflows_of_user(request.user)
        return ApiResponse({"dataApprovalWorkflows": found}, xml="dataApprovalWorkflows")


class ApprovalAuditView(ApiView):
    """Who approved, withdrew, accepted and took back what."""

    @declares(ApprovalAuditParams)
    def get(self, request: ApiRequest, params: ApprovalAuditParams) -> ApiResponse:
        """A page, newest first."""
        found, total = listing.list_audits(params, request.user)
        data = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(data | {"dataApprovalAudits": found}, xml="dataApprovalAudits")


def do_one(request: ApiRequest, params: ApprovalParams, action: DataApprovalAction) -> HttpResponse:
    """An action on one approval; withdrawing takes several workflows."""
    workflows = find_workflows(params.wf, params.ds, request.user.principal)
    if action is not DataApprovalAction.UNAPPROVE:
        workflows = workflows[:1]
    pair = find_places([params.ou])[0], find_combos([params.aoc])[0]
    act(ACTIONS[action], workflows, [read_period(params.pe)], [pair], load_viewer(request.user))
    return no_content()
