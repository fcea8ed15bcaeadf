"""Many requests in one call: reviewed, deleted, or brought back.

Approvals are transactions of their own: one that fails leaves the others applied, and nobody waits for all of them.
Source: the change request API, bulk review and deletion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from orgunit_changes.errors import NON_FIELD, Refused
from orgunit_changes.listing.filters import filtered, unordered
from orgunit_changes.models import OrgUnitChangeRequest, Status
from orgunit_changes.review.reading import Review, read_comment, read_status, require_comment
from orgunit_changes.review.reviewing import review_change
from orgunit_changes.review.selecting import Selection, read_flag, read_selection
from orgunit_changes.stamps import lock_stamps, next_stamps
from orgunit_changes.visibility import sight_of
from orgunit_changes.visible_requests import requests_in_sight

MOST_REVIEWS = 1000
TOO_MANY = "No more than {} change requests can be reviewed at once."

Requests = QuerySet[OrgUnitChangeRequest]


def bulk_review(body: Mapping[str, Any], query: Any, user: Any) -> dict[str, Any]:
    """Approve all that was requested, or reject, in every open request that is chosen from the list of a query string.

    Whoever was faster with one of them wins: it is passed over, as all that are not open. A unit comes before those
    below it. Shapes: `{"result", "approved" or "rejected": ids, "failed": {id: messages}}`.
    Errors: 400 for the body or the query string; nothing was written then.
    """
    selection, values = read_selection(body, {"status": read_status, "rejection_comment": read_comment})
    review = Review(values["status"], None, values["rejection_comment"])
    require_comment(review.status, review.comment)
    rows = _chosen(selection, query, user).filter(status=Status.NEW, deleted_at=None)
    topmost_first = rows.order_by("org_unit__hierarchy_level", "pk")
    ids = list(topmost_first.values_list("pk", flat=True)[: MOST_REVIEWS + 1])
    if len(ids) > MOST_REVIEWS:
        raise Refused({NON_FIELD: [TOO_MANY.format(MOST_REVIEWS)]})
    if review.status == Status.REJECTED:
        return {"result": "success", "rejected": _reject(ids, review.comment, user), "failed": {}}
    failed = _approve(ids, review, user)
    approved = [pk for pk in ids if pk not in failed]
    return {"result": "success", "approved": approved, "failed": {str(pk): why for pk, why in failed.items()}}


@transaction.atomic
def bulk_delete(body: Mapping[str, Any], query: Any, user: Any) -> None:
    """Delete the chosen requests of a list, whatever became of them, or bring them back; they stay in the database.

    Any number of them, since it is one statement. Errors: 400.
    """
    selection, values = read_selection(body, {"restore": read_flag("restore")})
    is_back = values["restore"]
    lock_stamps()
    rows = _chosen(selection, query, user).filter(deleted_at__isnull=not is_back)
    unordered(rows).update(deleted_at=None if is_back else timezone.now(), updated_at=next_stamps())


def _chosen(selection: Selection, query: Any, user: Any) -> Requests:
    return selection.of(filtered(requests_in_sight(sight_of(user)), query))


def _approve(ids: list[int], review: Review, user: Any) -> dict[int, Any]:
    """What stood against those that failed."""
    failed = {}
    for pk in ids:
        try:
            review_change(str(pk), review, None, user)
        except Refused as refused:
            failed[pk] = refused.body
    return failed


@transaction.atomic
def _reject(ids: list[int], comment: str, user: Any) -> list[int]:
    lock_stamps()
    open_ones = OrgUnitChangeRequest.objects.filter(pk__in=ids, status=Status.NEW, deleted_at=None).order_by("pk")
    held = list(open_ones.select_for_update().values_list("pk", flat=True))
    OrgUnitChangeRequest.objects.filter(pk__in=held).update(
        status=Status.REJECTED, rejection_comment=comment, approved_fields=[], updated_by=user, updated_at=next_stamps()
    )
    return held
