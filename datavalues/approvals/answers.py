"""Statuses on the wire (DHIS2 2.42, data approval, endpoints)."""

from __future__ import annotations

from typing import Any

from datavalues.approvals.states import State, Status
from datavalues.approvals.viewers import Viewer
from datavalues.importer.context import Workflow
from dhis2api.periods import Period
from dhis2api.web.timestamps import format_timestamp


def permissions(status: Status) -> dict[str, Any]:
    """What the user may do."""
    may = status.permissions
    return {
        "mayApprove": may.may_approve, "mayUnapprove": may.may_unapprove, "mayAccept": may.may_accept,
        "mayUnaccept": may.may_unaccept, "mayReadData": may.may_read_data,
    }  # fmt: skip


def detailed(status: Status, viewer: Viewer) -> dict[str, Any]:
    """The answer about one approval: permissions, state, and by whom and when; absent while nothing is approved."""
    shown: dict[str, Any] = permissions(status) | {"state": status.state.value}
    row = status.row
    if row is None:
        return shown
    if row.creator:
        shown["approvedBy"] = row.creator[1]
    shown["approvedAt"] = format_timestamp(row.created)
    shown["acceptedAt"] = format_timestamp(row.last_updated)
    is_accepted = status.state in (State.ACCEPTED_HERE, State.APPROVED_ABOVE)
    if viewer.acceptance_required and is_accepted and status.is_acceptor and row.updater:
        shown["acceptedBy"] = row.updater[1]
    return shown


def listed(status: Status, workflow: Workflow, period: Period) -> dict[str, Any]:
    """One item of a list; `level` only where something is approved."""
    shown: dict[str, Any] = {
        "wf": workflow.uid, "pe": period.iso, "ou": status.place.uid, "aoc": status.combo.uid,
        "state": status.state.value,
    }  # fmt: skip
    if status.row is not None:
        shown["level"] = status.level.uid
    return shown | {"permissions": permissions(status)}


def of_combo(status: Status) -> dict[str, Any]:
    """An attribute option combo with where it stands."""
    level = {"id": status.level.uid, "level": str(status.level.level)} if status.row is not None else {}
    return {
        "id": status.combo.uid, "level": level, "ou": status.place.uid, "ouName": status.place.name,
        "accepted": status.row is not None and status.row.accepted, "permissions": permissions(status),
    }  # fmt: skip
