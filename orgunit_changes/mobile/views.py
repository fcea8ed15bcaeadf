"""`/api/mobile/…` and `/api/token`."""

from __future__ import annotations

from collections.abc import Mapping

from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from orgunit_changes.dialect.paging import page_asked, page_of
from orgunit_changes.dialect.times import parse_last_sync
from orgunit_changes.dialect.views import DialectView, read_object, takes
from orgunit_changes.errors import INTEGER_REQUIRED, NOT_BLANK, REQUIRED, refuse
from orgunit_changes.mobile.listing import for_mobile, own_requests, show_mobile, show_submission
from orgunit_changes.mobile.login import log_in, refresh_pair
from orgunit_changes.mobile.references import reference_instances


class MobileChangesView(DialectView):
    """The caller's own requests."""

    @takes("app_id", "last_sync", "page", "limit")
    def get(self, request: ApiRequest) -> ApiResponse:
        """A page of those in a project."""
        app_id, asked = _app_id(request.query_params), page_asked(request.query_params)
        rows = own_requests(request.user, app_id, parse_last_sync(request.query_params.get("last_sync")))
        found = page_of(for_mobile(rows), asked)
        return ApiResponse(found.envelope([show_mobile(change) for change in found.rows]))


class ReferenceInstancesView(DialectView):
    """The submissions that stand for a unit."""

    @takes("app_id", "last_sync", "page", "limit", "version_count")
    def get(self, request: ApiRequest, unit: str) -> ApiResponse:
        """A page of them."""
        query = request.query_params
        app_id, asked, since = _app_id(query), page_asked(query), parse_last_sync(query.get("last_sync"))
        _check_version_count(query.get("version_count", ""))
        found = page_of(reference_instances(request.user, unit, app_id, since), asked)
        return ApiResponse(found.envelope([show_submission(instance) for instance in found.rows], "instances"))


class TokenView(DialectView):
    """Where phones log in; whoever asks needs no credentials but those in the body."""

    authentication_classes = ()
    permission_classes = ()

    @takes("app_id")
    def post(self, request: ApiRequest) -> ApiResponse:
        """A pair of tokens for a name and its password."""
        return ApiResponse(log_in(read_object(request), request.query_params.get("app_id", ""), request._request))

    def get_authenticate_header(self, request: ApiRequest) -> str:
        return "Bearer"


class TokenRefreshView(TokenView):
    """Where a long token becomes a short one."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """A new pair."""
        return ApiResponse(refresh_pair(read_object(request)))


def _app_id(query: Mapping[str, str]) -> str:
    """Errors: 400 where it is absent or blank."""
    if "app_id" not in query:
        raise refuse("app_id", REQUIRED)
    if not query["app_id"].strip():
        raise refuse("app_id", NOT_BLANK)
    return query["app_id"].strip()


def _check_version_count(text: str) -> None:
    """Nobody says what it is for; it is a number. Errors: 400."""
    if text and not (text.isascii() and text.removeprefix("-").isdigit()):
        raise refuse("version_count", INTEGER_REQUIRED)
