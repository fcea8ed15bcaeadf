"""The base of every endpoint of this app: JSON alone, errors as Django REST framework shapes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import HttpRequest, QueryDict
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
from orgunit_changes.errors import NOT_FOUND, Refused, refuse_all
from orgunit_changes.tokens import MobileTokenAuthentication

Method = TypeVar("Method", bound=Callable[..., Any])

NUL_INVALID = "Null characters are not allowed."
CHALLENGE = 'Bearer realm="api"'


class DialectView(ApiView):
    """One resource of the change request API. Phones log in by the token that `/api/token` gave them."""

    renders = (JSON,)
    authentication_classes = (MobileTokenAuthentication, *api_settings.DEFAULT_AUTHENTICATION_CLASSES)

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        """After who asks: no parameter holds a character that the database cannot store, even to look for it."""
        super().initial(request, *args, **kwargs)
        refuse_nul(request.query_params)

    def get_exception_handler(self) -> Any:
        return exception_handler


def takes(*names: str) -> Callable[[Method], Method]:
    """Say which query parameters a method reads, for the OpenAPI document."""

    def mark(method: Method) -> Method:
        method.query_names = names
        return method

    return mark


def read_object(request: ApiRequest) -> dict[str, Any]:
    """The JSON object of a body. Errors: 400 for what is no JSON, or another kind of it."""
    try:
        body = read_json(request)
    except ApiError as error:
        if error.status != 400:
            raise
        place = error.message.removeprefix("JSON parse error: ")
        raise Refused({"detail": f"JSON parse error - {place}"}) from error
    if not isinstance(body, dict):
        words = f"Invalid data. Expected a dictionary, but got {type(body).__name__}."
        raise Refused({"non_field_errors": [words]})
    return body


def refuse_nul(query: QueryDict) -> None:
    """Errors: 400 with each parameter that holds a NUL character."""
    found = [name for name, texts in query.lists() if any("\x00" in text for text in (name, *texts))]
    if found:
        raise refuse_all({name.replace("\x00", "\\u0000"): [NUL_INVALID] for name in found})


def show_refusal(refusal: ApiError) -> dict[str, Any]:
    """What is answered where no view was reached: an address below this API's that is none."""
    return {"detail": NOT_FOUND if refusal.status == 404 else refusal.message}


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
