"""One request is reviewed: once, by one of those who try, and the org unit changes with it or not at all.

Source: the change request API, approve or reject. Order of checks: who, what, where, in which state, the body.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds
from metadata.rules.org_units import lock_tree
from orgunit_changes.apps import REVIEW_AUTHORITY
from orgunit_changes.errors import FORBIDDEN, forbid
from orgunit_changes.finding import find_change
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest, Project, Status
from orgunit_changes.review.applying import Applied, Change, apply_change
from orgunit_changes.review.reading import Review
from orgunit_changes.rules import check_open
from orgunit_changes.stamps import lock_stamps, next_stamp
from orgunit_changes.visibility import Sight, is_in_project, sight_of

COURSE = ("status", "approved_fields", "rejection_comment", "updated_by", "updated_at")


def require_reviewer(user: Any) -> None:
    """Errors: 403 for who may not review."""
    if not user.principal.has_any((REVIEW_AUTHORITY,)):
        raise forbid(FORBIDDEN)


def require_reviewable(id: str, app_id: str | None, user: Any) -> None:
    """What no body can help against, so that none is read for it, nor waited for with locks in hand.

    Errors: 403 for who may not review, 404, 403 for a unit out of his sight or of the project, 400 for a request that
    is not open any more.
    """
    require_reviewer(user)
    _find(id, app_id, sight_of(user))


@transaction.atomic
def review_change(id: str, review: Review, app_id: str | None, user: Any) -> None:
    """Approve or reject a request.

    Errors: as `require_reviewable`; 400 for approved fields that were not requested, and where what is approved would
    break a rule by now; 403 for a new parent out of sight. Nothing was written then, and the request is still open.
    """
    require_reviewer(user)
    if review.status == Status.VALIDATED:
        lock_tree()
    lock_stamps()
    sight = sight_of(user)
    change = _find(id, app_id, sight, is_locked=True)
    approved = review.approved_of(change.requested_fields)
    now = to_milliseconds(timezone.now())
    applied = apply_change(Change(change, tuple(approved), sight, now)) if approved else None
    change.status, change.approved_fields, change.rejection_comment = review.status, approved, review.comment
    change.updated_by, change.updated_at = user, next_stamp()
    change.save(update_fields=COURSE)
    if applied is not None:
        _remember(change, applied)
        connection.check_constraints()  # before the note of when this was written
        record_writer(now)


def _find(id: str, app_id: str | None, sight: Sight, *, is_locked: bool = False) -> OrgUnitChangeRequest:
    rows = OrgUnitChangeRequest.objects.select_related("org_unit").defer("org_unit__geometry")
    change = find_change(rows.select_for_update(of=("self",)) if is_locked else rows, id, sight)
    if app_id:
        project = Project.objects.filter(app_id=app_id).first()
        if project is None or not is_in_project(project, change.org_unit):
            raise forbid(FORBIDDEN)
    check_open(change)
    return change


def _remember(change: OrgUnitChangeRequest, applied: Applied) -> None:
    AppliedChange.objects.create(
        request=change, request_uuid=change.uuid, org_unit_uid=change.org_unit.uid, fields=change.approved_fields,
        before=applied.before, after=applied.after, applied_by=change.updated_by, applied_at=change.updated_at,
    )  # fmt: skip
