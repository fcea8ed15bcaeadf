"""Reviews of many requests, and what reviews did."""

from __future__ import annotations

from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from orgunit_changes.dialect.paging import page_asked, page_of
from orgunit_changes.dialect.views import DialectView, read_object
from orgunit_changes.finding import find_change
from orgunit_changes.listing.filters import PARAMETERS, require_known
from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.review.bulk import bulk_delete, bulk_review
from orgunit_changes.review.history import history_of, show_applied
from orgunit_changes.review.reviewing import require_reviewer
from orgunit_changes.visibility import sight_of


class BulkReviewView(DialectView):
    """The open requests of a list."""

    def patch(self, request: ApiRequest) -> ApiResponse:
        """Approve all that was requested, or reject."""
        require_reviewer(request.user)
        return ApiResponse(bulk_review(read_object(request), request.query_params, request.user))


class BulkDeleteView(DialectView):
    """The requests of a list."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Delete them, or bring them back."""
        require_reviewer(request.user)
        bulk_delete(read_object(request), request.query_params, request.user)
        return ApiResponse({"result": "success"}, 201)


class HistoryView(DialectView):
    """What was applied to the org unit of one request."""

    def get(self, request: ApiRequest, id: str) -> ApiResponse:
        """A page of it, newest first."""
        require_known(request.query_params, PARAMETERS)
        change = find_change(OrgUnitChangeRequest.objects.select_related("org_unit"), id, sight_of(request.user))
        found = page_of(history_of(change), page_asked(request.query_params))
        return ApiResponse(found.envelope([show_applied(applied) for applied in found.rows]))
