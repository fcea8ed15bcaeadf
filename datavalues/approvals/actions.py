"""Approve, withdraw, accept and take back: all that a request names, or nothing.

Requests on the same workflow and period take turns, with each other and with whoever enters data there; what is deeper
in the hierarchy goes first when approving, last when withdrawing, so that one request may do a whole subtree.
Source: DHIS2 2.42, data approval, permissions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction
from django.utils import timezone

from datavalues.approvals import errors
from datavalues.approvals.selection import Combo, Place, check_number
from datavalues.approvals.states import Permissions, State, Status, level_here, statuses
from datavalues.approvals.viewers import Viewer
from datavalues.importer.context import Workflow
from datavalues.locking import approval_turns
from datavalues.models import DataApproval, DataApprovalAction, DataApprovalAudit
from datavalues.stored_periods import period_keys
from dhis2api.errors import ApiError
from dhis2api.periods import Period

# Never waits: an import that runs holds its turns one after the other, and would wait in a circle with who waits here.
TAKE_TURN = "SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(key, 0))) FROM unnest(%s) AS key"
PATIENCE_SECONDS, PAUSE_SECONDS = 5.0, 0.05

Write = Callable[[Workflow, int, Sequence[Status], Viewer], None]


@dataclass(frozen=True, slots=True)
class Action:
    """`done` are the states in which there is nothing left to do."""

    name: DataApprovalAction
    may: Callable[[Permissions], bool]
    done: frozenset[State]
    write: Write
    is_downward: bool = False  # withdrawing begins above


def act(
    action: Action, workflows: Iterable[Workflow], periods: Sequence[Period], pairs: Sequence[tuple[Place, Combo]],
    viewer: Viewer,
) -> None:  # fmt: skip
    """Do it for every workflow, period and pair, in one transaction.

    Errors: 409 for a period of another type, a combo of another category combo, an org unit without a level, a level of
        a group set, what the state or the user's rights do not allow, more than can be done at once, and data that is
        being imported all the time. Nothing is changed then.
    """
    wanted = sorted(workflows, key=lambda found: found.pk)
    for workflow in wanted:
        _check(workflow, periods, pairs)
    check_number(len(wanted) * len(periods), len(pairs))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_done(action, wanted, periods, pairs, viewer):
        if time.monotonic() > deadline:
            raise ApiError(errors.BUSY)
        time.sleep(PAUSE_SECONDS)


def _is_done(
    action: Action, workflows: Sequence[Workflow], periods: Sequence[Period], pairs: Sequence[tuple[Place, Combo]],
    viewer: Viewer,
) -> bool:  # fmt: skip
    """False, and nothing done, while others enter data or approve there."""
    with transaction.atomic():
        keys = period_keys(periods)
        with connection.cursor() as cursor:
            turns = approval_turns([workflow.pk for workflow in workflows], keys)
            cursor.execute(TAKE_TURN, [turns])
            if cursor.fetchone()[0] is False:
                transaction.set_rollback(True)
                return False
        for workflow in workflows:
            for period in periods:
                for group in _by_level(pairs, is_downward=action.is_downward):
                    _do(action, workflow, period, keys[period.iso], group, viewer)
    return True


def _do(
    action: Action, workflow: Workflow, period: Period, key: int, pairs: Sequence[tuple[Place, Combo]], viewer: Viewer
) -> None:
    due = [status for status in statuses(workflow, period, pairs, viewer) if status.state not in action.done]
    for status in due:
        if not action.may(status.permissions):
            names = status.place.uid, period.iso, status.combo.uid, status.state
            raise ApiError(errors.NOT_PERMITTED, *names, action.name.lower())
    if due:
        action.write(workflow, key, due, viewer)
        _record(action.name, workflow, key, due, viewer)


def _check(workflow: Workflow, periods: Sequence[Period], pairs: Sequence[tuple[Place, Combo]]) -> None:
    for period in periods:
        if period.type.name != workflow.period_type:
            raise ApiError(errors.WRONG_TYPE, period.iso, workflow.uid, workflow.period_type)
    for place, combo in pairs:
        level = level_here(workflow, place)
        if level is None:
            raise ApiError(errors.NO_LEVEL, place.uid)
        if level.has_group_set:
            raise ApiError(errors.GROUP_SET_LEVEL, level.uid)
        if combo.category_combo != workflow.category_combo:
            raise ApiError(errors.WRONG_COMBO, combo.uid, workflow.uid)


def _by_level(pairs: Sequence[tuple[Place, Combo]], *, is_downward: bool) -> list[list[tuple[Place, Combo]]]:
    ordered = sorted(dict.fromkeys(pairs), key=lambda pair: pair[0].level, reverse=not is_downward)
    return [list(group) for _, group in groupby(ordered, key=lambda pair: pair[0].level)]


def _approve(workflow: Workflow, period: int, due: Sequence[Status], viewer: Viewer) -> None:
    now = timezone.now()
    DataApproval.objects.bulk_create(
        DataApproval(
            level_id=status.level.pk, workflow_id=workflow.pk, period_id=period, organisation_unit_id=status.place.pk,
            attribute_option_combo_id=status.combo.pk, accepted=not viewer.acceptance_required, created=now,
            creator_id=viewer.pk, last_updated=now, last_updated_by_id=viewer.pk,
        )
        for status in due
    )  # fmt: skip


def _withdraw(workflow: Workflow, period: int, due: Sequence[Status], viewer: Viewer) -> None:
    DataApproval.objects.filter(pk__in=[status.row.pk for status in due]).delete()


def _set_accepted(value: bool) -> Write:
    def write(workflow: Workflow, period: int, due: Sequence[Status], viewer: Viewer) -> None:
        DataApproval.objects.filter(pk__in=[status.row.pk for status in due]).update(
            accepted=value, last_updated=timezone.now(), last_updated_by_id=viewer.pk
        )

    return write


def _record(name: DataApprovalAction, workflow: Workflow, period: int, due: Sequence[Status], viewer: Viewer) -> None:
    now = timezone.now()
    DataApprovalAudit.objects.bulk_create(
        DataApprovalAudit(
            level_id=status.level.pk, workflow_id=workflow.pk, period_id=period, organisation_unit_id=status.place.pk,
            attribute_option_combo_id=status.combo.pk, action=name, created=now, creator_id=viewer.pk,
        )
        for status in due
    )  # fmt: skip


UNAPPROVED = frozenset(state for state in State if not state.is_approved)

ACTIONS = {
    action.name: action
    for action in (
        Action(DataApprovalAction.APPROVE, lambda may: may.may_approve, frozenset(State) - UNAPPROVED, _approve),
        Action(
            DataApprovalAction.UNAPPROVE, lambda may: may.may_unapprove, UNAPPROVED, _withdraw, is_downward=True
        ),
        Action(
            DataApprovalAction.ACCEPT, lambda may: may.may_accept, frozenset({State.ACCEPTED_HERE}), _set_accepted(True)
        ),
        Action(
            DataApprovalAction.UNACCEPT, lambda may: may.may_unaccept, frozenset({State.APPROVED_HERE}),
            _set_accepted(False),
        ),
    )
}  # fmt: skip
