"""What Django calls when nothing else answered: a WebMessage under `/api`, Django's own page elsewhere.

Django wraps every middleware with these, so that a crash in one of them looks like a crash in a view.
"""

from __future__ import annotations

import sys

from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults

from dhis2api.web.addresses import is_api
from dhis2api.web.messages import error_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a malformed host, too many parameters, a form too large."""
    return error_response(request, exception) if is_api(request.path_info) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside DRF."""
    if is_api(request.path_info):
        return error_response(request, exception)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such route."""
    if is_api(request.path_info):
        return error_response(request, exception)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever a middleware raised and nobody caught: an `ApiError` keeps its status, the rest is 500."""
    if not is_api(request.path_info):
        return defaults.server_error(request)
    return error_response(request, sys.exception() or Http404())
