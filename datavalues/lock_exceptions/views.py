"""`/api/lockExceptions`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from datavalues.lock_exceptions.params import LockExceptionListParams, LockExceptionParams
from datavalues.lock_exceptions.services import (
    add_lock_exceptions,
    list_combinations,
    list_lock_exceptions,
    remove_lock_exceptions,
)
from dhis2api.web.messages import created
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView


class LockExceptionsView(ApiView):
    """Where data may be entered although its time has run out."""

    @declares(LockExceptionListParams)
    def get(self, request: ApiRequest, params: LockExceptionListParams) -> ApiResponse:
        """A page of exceptions, newest first."""
        found, total = list_lock_exceptions(params, request.user)
        data: dict[str, Any] = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(data | {"lockExceptions": found}, xml="lockExceptions")

    @declares(LockExceptionParams)
    def post(self, request: ApiRequest, params: LockExceptionParams) -> ApiResponse:
        """Except org units."""
        add_lock_exceptions(params, request.user)
        return created(None, message="LockException created successfully.")

    @declares(LockExceptionParams)
    def delete(self, request: ApiRequest, params: LockExceptionParams) -> HttpResponse:
        """Remove exceptions."""
        remove_lock_exceptions(params, request.user)
        return no_content()


class LockExceptionCombinationsView(ApiView):
    """Data sets and periods that have exceptions."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Each once."""
        return ApiResponse({"lockExceptions": list_combinations(request.user)}, xml="lockExceptions")
