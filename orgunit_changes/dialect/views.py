"""The base of every endpoint of this app: JSON alone, errors as Django REST framework shapes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAuthenticated
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from dhis2api.errors import ApiError
from dhis2api.web.bodies import read_json
from dhis2api.web.faults import api_error_for
from dhis2api.web.messages import finish_refusal
from dhis2api.web.negotiation import JSON
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from orgunit_changes.errors import Refused
from orgunit_changes.tokens import MobileTokenAuthentication

CHALLENGE = 'Bearer realm="api"'


class DialectView(ApiView):
    """One resource of the change request API. Phones log in by the token that `/api/token` gave them."""

    renders = (JSON,)
    authentication_classes = (MobileTokenAuthentication, *api_settings.DEFAULT_AUTHENTICATION_CLASSES)

    def get_exception_handler(self) -> Any:
        return exception_handler


class NothingHereView(DialectView):
    """An address below `/api/orgunits` or `/api/mobile` that is none."""

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Refused({"detail": "Not found."}, 404)


def read_object(request: ApiRequest) -> dict[str, Any]:
    """The JSON object of a body. Errors: 400 for what is no JSON, or another kind of it."""
    try:
        body = read_json(request)
    except ApiError as error:
        if error.status != 400:
            raise
        raise Refused({"detail": f"JSON parse error - {error.message}"}) from error
    if not isinstance(body, dict):
        words = f"Invalid data. Expected a dictionary, but got {type(body).__name__}."
        raise Refused({"non_field_errors": [words]})
    return body


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponseBase:
    """Every exception in the shape `{"detail": …}`, or as the members with messages that it brings."""
    set_rollback()
    request: HttpRequest = context["request"]._request
    if isinstance(error, Refused):
        return ApiResponse(error.body, error.status)
    if isinstance(error, (NotAuthenticated, AuthenticationFailed)):
        return ApiResponse({"detail": _words(error)}, 401, headers={"WWW-Authenticate": CHALLENGE})
    refusal = api_error_for(error, request)
    detail = error.detail if isinstance(error, MethodNotAllowed) else refusal.message
    response = ApiResponse({"detail": detail}, refusal.status, headers=refusal.headers)
    finish_refusal(request, response, refusal, error)
    return response


def _words(error: NotAuthenticated | AuthenticationFailed) -> Any:
    """Libraries put a code beside the words."""
    return error.detail["detail"] if isinstance(error.detail, dict) else error.detail
