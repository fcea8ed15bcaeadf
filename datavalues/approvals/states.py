"""The state of data between entry and its last approval, and what a user may do about it.

Both are asked for many org units and attribute option combos of one workflow and period at once, in a constant number
of queries. Source: DHIS2 2.42, data approval, states and permissions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from datavalues.approvals.evidence import Evidence, Row, load_evidence
from datavalues.approvals.selection import Combo, Place
from datavalues.approvals.viewers import Viewer
from datavalues.importer.context import Workflow, WorkflowLevel
from dhis2api.periods import Period

APPROVE, APPROVE_LOWER = "F_APPROVE_DATA", "F_APPROVE_DATA_LOWER_LEVELS"
ACCEPT_LOWER = "F_ACCEPT_DATA_LOWER_LEVELS"
VIEW_UNAPPROVED = "F_VIEW_UNAPPROVED_DATA"


class State(StrEnum):
    """Where data stands; the last three are approved."""

    UNAPPROVABLE = "UNAPPROVABLE"
    UNAPPROVED_ABOVE = "UNAPPROVED_ABOVE"
    UNAPPROVED_WAITING = "UNAPPROVED_WAITING"
    UNAPPROVED_READY = "UNAPPROVED_READY"
    APPROVED_ABOVE = "APPROVED_ABOVE"
    APPROVED_HERE = "APPROVED_HERE"
    ACCEPTED_HERE = "ACCEPTED_HERE"

    @property
    def is_approved(self) -> bool:
        return self in (State.APPROVED_ABOVE, State.APPROVED_HERE, State.ACCEPTED_HERE)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the user may do."""

    may_approve: bool = False
    may_unapprove: bool = False
    may_accept: bool = False
    may_unaccept: bool = False
    may_read_data: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one org unit and attribute option combo. `row` is the approval that counts, `level` its level or,
    where nothing is approved, the level that is due here; `is_acceptor` if the user stands above it."""

    place: Place
    combo: Combo
    state: State
    permissions: Permissions
    row: Row | None = None
    level: WorkflowLevel | None = None
    is_acceptor: bool = False


def statuses(workflow: Workflow, period: Period, pairs: Iterable[tuple[Place, Combo]], viewer: Viewer) -> list[Status]:
    """The status of each pair, in their order."""
    wanted = list(pairs)
    places, combos = {place for place, _ in wanted}, {combo for _, combo in wanted}
    evidence = load_evidence(workflow, period, places, combos, viewer)
    user_levels = {place: viewer.level_index(workflow, place) for place in places}
    return [_status(workflow, place, combo, evidence, viewer, user_levels[place]) for place, combo in wanted]


def level_here(workflow: Workflow, place: Place) -> WorkflowLevel | None:
    """The level at which an org unit's data is approved: the last one of its org unit level."""
    return next((level for level in reversed(workflow.levels) if level.org_unit_level == place.level), None)


def _status(
    workflow: Workflow, place: Place, combo: Combo, evidence: Evidence, viewer: Viewer, user_level: int | None
) -> Status:
    here = level_here(workflow, place)
    if not workflow.levels or not evidence.is_approvable(place, combo):
        return Status(place, combo, State.UNAPPROVABLE, Permissions())
    above = next((level for level in reversed(workflow.levels) if level.org_unit_level < place.level), None)
    state, row, level = _state(workflow, place, combo, evidence, here, above)
    if state is State.ACCEPTED_HERE and not viewer.acceptance_required:
        state = State.APPROVED_HERE
    due = None if level is None else workflow.levels.index(level)
    permissions = _permissions(state, row, due, user_level, workflow.levels, viewer)
    is_acceptor = user_level is not None and due is not None and user_level < due
    return Status(place, combo, state, permissions, row, level, is_acceptor)


def _state(
    workflow: Workflow, place: Place, combo: Combo, evidence: Evidence,
    here: WorkflowLevel | None, above: WorkflowLevel | None,
) -> tuple[State, Row | None, WorkflowLevel | None]:  # fmt: skip
    """State, the row that makes it so, and the level approved at or due."""
    if above is not None and (row := evidence.approved(above, place, combo)):
        return State.APPROVED_ABOVE, row, above
    if here is None:
        return (State.UNAPPROVED_ABOVE if above is not None else State.UNAPPROVABLE), None, None
    if row := evidence.approved(here, place, combo):
        return (State.ACCEPTED_HERE if row.accepted else State.APPROVED_HERE), row, here
    below = next((level for level in workflow.levels if level.org_unit_level > place.level), None)
    is_ready = below is None or evidence.is_complete_below(below, place, combo)
    return (State.UNAPPROVED_READY if is_ready else State.UNAPPROVED_WAITING), None, here


def _permissions(
    state: State, row: Row | None, due: int | None, user: int | None, levels: Sequence[Any], viewer: Viewer
) -> Permissions:
    """Indexes of levels count from the highest, 0. Without a level of his own a user reads, and no more."""
    if due is None or user is None:
        return Permissions()
    required = viewer.acceptance_required
    is_accepted = row is not None and row.accepted
    next_level = due - 1 if state.is_approved and due > 0 else due
    is_due = state is State.UNAPPROVED_READY or (
        state.is_approved and due > 0 and (is_accepted or not required)
    )  # fmt: skip
    may_act = viewer.has(APPROVE) and user == next_level or viewer.has(APPROVE_LOWER) and user < next_level
    can_accept = viewer.has(ACCEPT_LOWER) and (user == due - 1 or viewer.has(APPROVE_LOWER) and user < due)
    can_withdraw = (
        (viewer.has(APPROVE) and user == due and not (is_accepted and required))
        or (viewer.has(APPROVE_LOWER) and user < due)
        or can_accept
    )
    may_approve = is_due and may_act and not levels[due].has_group_set
    may_unapprove = state in (State.APPROVED_HERE, State.ACCEPTED_HERE) and can_withdraw
    may_accept = required and state is State.APPROVED_HERE and can_accept
    may_unaccept = required and state is State.ACCEPTED_HERE and can_accept
    may_read = (
        may_approve or may_unapprove or may_accept or may_unaccept
        or user >= due or not viewer.hides_unapproved or viewer.has(VIEW_UNAPPROVED)
    )  # fmt: skip
    return Permissions(may_approve, may_unapprove, may_accept, may_unaccept, may_read)
