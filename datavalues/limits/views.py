"""`/api/minMaxDataElements` and `/api/dataEntry/minMaxValues`."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from datavalues.authorities import MINMAX_ADD
from datavalues.limits.params import LimitKeyParams, LimitListParams, LimitSetParams
from datavalues.limits.records import Limit, decode_csv, decode_limit, decode_limits
from datavalues.limits.services import check_data_set, delete_limit, delete_limits, list_limits, store_limits
from datavalues.views import body_format
from dhis2api.web.bodies import has_body, open_body
from dhis2api.web.messages import created
from dhis2api.web.negotiation import CSV, JSON
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority


class LimitsView(ApiView):
    """Between which numbers values are expected to lie."""

    @declares(LimitListParams)
    def get(self, request: ApiRequest, params: LimitListParams) -> ApiResponse:
        """A page of limits."""
        found, total = list_limits(params, request.user)
        data = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(data | {"minMaxDataElements": found}, xml="minMaxDataElements")

    def post(self, request: ApiRequest) -> ApiResponse:
        """Store limits, over those that are there."""
        store_limits([read_limit(request)], request.user)
        return created(None, message="Min-max value saved.")

    def delete(self, request: ApiRequest) -> HttpResponse:
        """Delete limits."""
        delete_limit(read_limit(request), request.user)
        return no_content()


class LimitSetView(ApiView):
    """Many limits of one data set at once, all or none."""

    consumes = (JSON, CSV)
    deletes: ClassVar[bool] = False  # set by the route

    @declares(LimitSetParams)
    def post(self, request: ApiRequest, params: LimitSetParams) -> ApiResponse:
        """Store or delete them."""
        require_authority(request.user.principal, MINMAX_ADD)
        with open_body(request) as body:
            payload = decode_csv(body, params.data_set) if body_format(request) == "csv" else decode_limits(body)
        payload.data_set = payload.data_set or params.data_set
        check_data_set(payload, request.user)
        if self.deletes:
            done, verb = delete_limits(payload.limits, request.user), "deleted"
        else:
            store_limits(payload.limits, request.user)
            done, verb = len(payload.limits), "imported"
        message = f"Successfully {verb} {done} min-max values"
        return ApiResponse(
            {"message": message, "successful": done, "ignored": len(payload.limits) - done}, xml="minMaxValues"
        )


class EntryLimitView(ApiView):
    """Limits as the data entry app sends them."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Store limits, over those that are there."""
        store_limits([read_limit(request)], request.user)
        return HttpResponse()

    @declares(LimitKeyParams)
    def delete(self, request: ApiRequest, params: LimitKeyParams) -> HttpResponse:
        """Delete limits, named by the body or by parameters."""
        require_authority(request.user.principal, MINMAX_ADD)
        by_body = has_body(request._request)
        limit = read_limit(request) if by_body else Limit(params.de, params.ou, params.co)
        delete_limit(limit, request.user)
        return no_content()


def read_limit(request: ApiRequest) -> Limit:
    """The limit of the body. Errors: 403 without the authority, 400 for what cannot be read."""
    require_authority(request.user.principal, MINMAX_ADD)
    with open_body(request) as body:
        return decode_limit(body)
