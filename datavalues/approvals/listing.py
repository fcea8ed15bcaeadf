"""Lists about approvals: states of data sets, attribute option combos, levels and workflows of a user, audits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from datavalues.approvals import answers, errors
from datavalues.approvals.params import (
    ApprovalAuditParams,
    ApprovalCombosParams,
    ApprovalListParams,
    ApprovalStatusParams,
)
from datavalues.approvals.selection import (
    Place,
    check_number,
    find_combos,
    find_places,
    find_workflows,
    load_combos,
    periods_of,
    read_period,
)
from datavalues.approvals.states import ACCEPT_LOWER, APPROVE, APPROVE_LOWER, Status, statuses
from datavalues.approvals.viewers import Viewer, load_viewer
from datavalues.importer.data_sets import load_workflows
from datavalues.models import DataApprovalAudit
from dhis2api.errors import ApiError
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from dhis2api.web.timestamps import format_timestamp
from metadata import models
from metadata.hierarchy import Scope, data_view_scope
from sharing.access import readable


def list_approvals(params: ApprovalListParams, user: Any) -> list[dict[str, Any]]:
    """One item for every workflow, period of its type, org unit and attribute option combo."""
    workflows = find_workflows(params.wf, params.ds, user.principal, none=errors.NO_WORKFLOWS)
    places, combos, viewer = find_places(params.ou), find_combos(params.aoc), load_viewer(user)
    pairs = [(place, combo) for place in places for combo in combos]
    asked = [
        (workflow, period) for workflow in workflows
        for period in periods_of(workflow, params.pe, params.start_date, params.end_date)
    ]  # fmt: skip
    check_number(len(asked), len(pairs))
    return [
        answers.listed(status, workflow, period)
        for workflow, period in asked for status in statuses(workflow, period, pairs, viewer)
    ]  # fmt: skip


def list_states(params: ApprovalStatusParams, user: Any) -> list[dict[str, Any]]:
    """The states of data sets without attributes, as `dataApprovalStateResponses`."""
    viewer = load_viewer(user)
    default = find_combos(())
    places = find_places(params.ou)
    if params.children:
        below = Scope(tuple(place.path for place in places)).to_q()
        rows = models.OrganisationUnit.objects.filter(below).order_by("path")
        places = [Place(*row) for row in rows.values_list("pk", "uid", "name", "path")]
    pairs = [(place, combo) for place in places for combo in default]
    selections = parse_fields(",".join(params.fields) or ":all")
    found: list[dict[str, Any]] = []
    asked = [(data_set, period) for data_set in _data_sets(params, user) for period in _periods(params, data_set)]
    check_number(len(asked), len(pairs))
    for data_set, period in asked:
        for status in statuses(data_set["workflow"], period, pairs, viewer):
            found.append(pick(_state_response(data_set, period, status), selections))
    return found


def _data_sets(params: ApprovalStatusParams, user: Any) -> list[dict[str, Any]]:
    rows = models.DataSet.objects.filter(readable(get_schema("dataSet").rules, user.principal), uid__in=params.ds)
    found = {row.uid: row for row in rows.only("uid", "name", "workflow_id")}
    workflows = load_workflows({row.workflow_id for row in found.values() if row.workflow_id})
    for uid in params.ds:
        if uid not in found:
            raise ApiError(errors.UNKNOWN_DATA_SET, uid)
        if found[uid].workflow_id is None:
            raise ApiError(errors.STATUS_WITHOUT_WORKFLOW, uid)
    return [
        {"id": uid, "name": found[uid].name, "workflow": workflows[found[uid].workflow_id]} for uid in params.ds
    ]  # fmt: skip


def _periods(params: ApprovalStatusParams, data_set: dict[str, Any]) -> list[Period]:
    if params.start_date and params.end_date:
        return periods_of(data_set["workflow"], (), params.start_date, params.end_date)
    period = find_period(params.pe)
    if period is None:
        raise ApiError(errors.STATUS_TIME)
    return [period]


def _state_response(data_set: dict[str, Any], period: Period, status: Status) -> dict[str, Any]:
    row = status.row
    shown = {
        "dataSet": {"id": data_set["id"], "name": data_set["name"]},
        "period": {"id": period.iso, "name": period.display_name},
        "organisationUnit": {"id": status.place.uid, "name": status.place.name},
        "state": status.state.value,
        "createdDate": format_timestamp(row.created) if row else None,
        "createdByUsername": row.creator[0] if row and row.creator else None,
        "permissions": answers.permissions(status) | {"state": status.state.value},
    }
    return {name: value for name, value in shown.items() if value is not None}


def list_combos(params: ApprovalCombosParams, user: Any) -> list[dict[str, Any]]:
    """Where each attribute option combo of a workflow stands in an org unit, or at the tops of the user's hierarchy."""
    wanted = [text for text in (params.wf,) if text], [text for text in (params.ds,) if text]
    workflow = find_workflows(*wanted, user.principal)[0]
    period = read_period(params.pe)
    combos = load_combos(Q(category_combo_id=workflow.category_combo))
    if params.aoc:
        chosen = set(find_combos(params.aoc))
        combos = [combo for combo in combos if combo in chosen]
    places = list(_places(params, user))
    pairs = [(place, combo) for place in places for combo in combos]
    check_number(1, len(pairs))
    return [answers.of_combo(status) for status in statuses(workflow, period, pairs, load_viewer(user))]


def _places(params: ApprovalCombosParams, user: Any) -> Iterator[Place]:
    named = find_places([params.ou] if params.ou else [])
    within = Scope(tuple(place.path for place in find_places([params.ou_filter]))) if params.ou_filter else None
    if not named or named[0].level == 1:
        rows = models.OrganisationUnit.objects.filter(path__in=data_view_scope(user.pk).paths).order_by("path")
        named = [Place(*row) for row in rows.values_list("pk", "uid", "name", "path")]
    for place in named:
        if within is None or within.covers(place.path):
            yield place


def levels_of_user(user: Any) -> list[dict[str, Any]]:
    """The levels that a user reads, from his own downwards, as far as data may be approved there by him or others."""
    viewer = load_viewer(user)
    tops = [path.count("/") for path in viewer.capture.paths]
    rows = models.DataApprovalLevel.objects.filter(pk__in=viewer.levels, org_unit_level__gte=min(tops, default=0))
    return [
        {"id": row.uid, "name": row.name, "displayName": row.name, "level": row.level,
         "orgUnitLevel": row.org_unit_level}
        | ({"categoryOptionGroupSet": {"id": row.category_option_group_set.uid}}
           if row.category_option_group_set else {})
        for row in rows.select_related("category_option_group_set").order_by("level") if tops
    ]  # fmt: skip


def workflows_of_user(user: Any) -> list[dict[str, Any]]:
    """The workflows that a user reads, with what he may do at each level."""
    viewer = load_viewer(user)
    schema = get_schema("dataApprovalWorkflow")
    rows = models.DataApprovalWorkflow.objects.filter(readable(schema.rules, user.principal)).order_by("name")
    named = {row.pk: row for row in rows.only("uid", "name")}
    workflows = load_workflows(named)
    names = dict(models.DataApprovalLevel.objects.values_list("pk", "name"))
    tops = [Place(0, "", "", path) for path in viewer.capture.paths]
    found = []
    for key, row in named.items():
        own = min(
            (index for top in tops if (index := viewer.level_index(workflows[key], top)) is not None), default=None
        )
        levels = [
            {"id": level.uid, "name": names[level.pk], "level": level.level} | _may(viewer, own, index)
            for index, level in enumerate(workflows[key].levels)
        ]
        found.append({"id": row.uid, "name": row.name, "dataApprovalLevels": levels})
    return found


def _may(viewer: Viewer, own: int | None, index: int) -> dict[str, bool]:
    if own is None:
        return {"approve": False, "accept": False}
    lower = viewer.has(APPROVE_LOWER)
    can_accept = viewer.has(ACCEPT_LOWER) and (own == index - 1 or lower and own < index)
    return {
        "approve": viewer.has(APPROVE) and own == index or lower and own < index,
        "accept": viewer.acceptance_required and can_accept,
    }


def list_audits(params: ApprovalAuditParams, user: Any) -> tuple[list[dict[str, Any]], int]:
    """A page of the actions in the user's data view hierarchy, newest first, and their number."""
    rows = DataApprovalAudit.objects.filter(data_view_scope(user.pk).to_q("organisation_unit__")).order_by("-pk")
    for path, uids in (
        ("level", params.dal), ("workflow", params.wf), ("attribute_option_combo", params.aoc),
    ):  # fmt: skip
        if uids:
            rows = rows.filter(**{f"{path}__uid__in": uids})
    if params.ou:
        places = find_places(params.ou)
        rows = rows.filter(Scope(tuple(place.path for place in places)).to_q("organisation_unit__"))
    if params.start_date:
        rows = rows.filter(created__date__gte=params.start_date)
    if params.end_date:
        rows = rows.filter(created__date__lte=params.end_date)
    total = rows.count()
    if params.is_paged:
        rows = rows[params.offset : params.offset + params.page_size]
    columns = ("level__uid", "workflow__uid", "period__iso", "organisation_unit__uid", "attribute_option_combo__uid",
               "action", "created", "creator__uid")  # fmt: skip
    return [
        {
            "level": {"id": level}, "workflow": {"id": workflow}, "period": {"id": period},
            "organisationUnit": {"id": unit}, "attributeOptionCombo": {"id": combo}, "action": action,
            "created": format_timestamp(created),
        } | ({"creator": {"id": creator}} if creator else {})
        for level, workflow, period, unit, combo, action, created, creator in rows.values_list(*columns)
    ], total  # fmt: skip
