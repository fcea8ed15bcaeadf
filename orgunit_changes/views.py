"""Change requests on the web: the collection, and one of them."""

from __future__ import annotations

from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest
from orgunit_changes.apps import REVIEW_AUTHORITY
from orgunit_changes.dialect.paging import page_asked, page_of
from orgunit_changes.dialect.views import DialectView, read_object, takes
from orgunit_changes.finding import find_change
from orgunit_changes.listing.filters import ChangeFilters, filtered, require_known
from orgunit_changes.listing.shown import for_detail, for_list, show_item, show_whole
from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.review.reading import read_review
from orgunit_changes.review.reviewing import require_reviewable, review_change
from orgunit_changes.uploads.shown import show_stored
from orgunit_changes.uploads.storing import create_change, put_change
from orgunit_changes.visibility import sight_of
from orgunit_changes.visible_requests import requests_in_sight

OF_DETAIL = frozenset({"app_id", "format"})


class ChangesView(DialectView):
    """All requests."""

    @takes("page", "limit", *ChangeFilters.base_filters)
    def get(self, request: ApiRequest) -> ApiResponse:
        """A page of those that the user sees."""
        rows = filtered(requests_in_sight(sight_of(request.user)), request.query_params)
        found = page_of(for_list(rows), page_asked(request.query_params))
        return ApiResponse(found.envelope([show_item(change) for change in found.rows]))

    @takes("app_id")
    def post(self, request: ApiRequest) -> ApiResponse:
        """Store a request, once; 201 for a replay, too."""
        change = create_change(read_object(request), _app_id(request), request.user)
        return ApiResponse(show_stored(change), 201)

    @takes("app_id")
    def put(self, request: ApiRequest) -> ApiResponse:
        """Store a request or replace what it asks for, by the uuid of the body."""
        may_review = request.user.principal.has_any((REVIEW_AUTHORITY,))
        change = put_change(read_object(request), _app_id(request), request.user, may_review=may_review)
        return ApiResponse(show_stored(change), 201)


class ChangeView(DialectView):
    """One request."""

    def get(self, request: ApiRequest, id: str) -> ApiResponse:
        """The whole of it."""
        require_known(request.query_params, OF_DETAIL)
        rows = for_detail(OrgUnitChangeRequest.objects.all())
        return ApiResponse(show_whole(find_change(rows, id, sight_of(request.user))))

    def patch(self, request: ApiRequest, id: str) -> HttpResponse:
        """Approve or reject it."""
        app_id = _app_id(request)
        require_reviewable(id, app_id, request.user)
        review_change(id, read_review(read_object(request)), app_id, request.user)
        return no_content()


def _app_id(request: ApiRequest) -> str | None:
    """The project that a call names; blank is none."""
    return request.query_params.get("app_id", "").strip() or None
