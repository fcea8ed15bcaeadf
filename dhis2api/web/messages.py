"""The WebMessage: DHIS2's envelope of every error, and of every success that has no representation of its own.

Views answer with `ok`, `created` and `conflict`; whatever is raised becomes one in `exception_handler` (inside DRF)
or `error_response` (anywhere else). Source: DHIS2 2.42 and 2.36, web conventions, envelope.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.log import log_response
from lxml import etree
from rest_framework.views import set_rollback

from dhis2api.errors import ApiError
from dhis2api.web import saved_requests
from dhis2api.web.base_url import api_base
from dhis2api.web.faults import api_error_for
from dhis2api.web.negotiation import HTML, JSON, XML, error_media_type, is_xhr, prefers_html
from dhis2api.web.renderers import encode_json, renderer_for
from dhis2api.web.responses import ApiResponse
from dhis2api.web.xml import append, append_value, root_element, to_bytes

PREVENT_CACHING = "no-cache, private"
ATTRIBUTES = ("httpStatus", "httpStatusCode", "status", "errorCode")  # in XML; the rest are child elements

# Addresses whose errors have another shape: the top of their paths → the JSON of a refusal. Their apps add them.
own_shapes: dict[str, Callable[[ApiError], Any]] = {}

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class WebMessage:
    """One envelope. `location` is a path below the API's base, or a whole URL; it becomes a header."""

    http_status: int = 200
    status: str = "OK"  # OK, WARNING or ERROR
    message: str | None = None
    dev_message: str | None = None
    description: str | None = None  # of an expression, in words
    error_code: str | None = None
    response: Any = None  # a mapping or an object with `to_dict()`, and `to_xml(parent)` if its XML is its own
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The members in DHIS2's order; what is not known is left out, never null."""
        members = {
            "httpStatus": reason_phrase(self.http_status),
            "httpStatusCode": self.http_status,
            "status": self.status,
            "message": self.message,
            "devMessage": self.dev_message,
            "description": self.description,
            "response": self.response.to_dict() if hasattr(self.response, "to_dict") else self.response,
            "errorCode": self.error_code,
        }
        return {name: value for name, value in members.items() if value is not None}

    def to_document(self) -> etree._Element:
        """The XML form: `<webMessage httpStatus=… ><message/><response/></webMessage>`."""
        members = self.to_dict()
        root = root_element("webMessage", **{name: members.get(name) for name in ATTRIBUTES})
        for name in ("message", "devMessage", "description"):
            if name in members:
                append(root, name, members[name])
        if hasattr(self.response, "to_xml"):
            self.response.to_xml(root)
        elif isinstance(response := members.get("response"), Mapping):
            _append_response(root, response)
        return root


def ok(message: str | None = None, response: Any = None, *, location: str | None = None) -> ApiResponse:
    """200 with a message, a report, or neither."""
    return answer(WebMessage(message=message, response=response, location=location))


def created(location: str | None, response: Any = None, *, message: str | None = None) -> ApiResponse:
    """201; `location` is a path below the API's base (`/dataElements/fbfJHSPpUQD`)."""
    return answer(WebMessage(http_status=201, message=message, response=response, location=location))


def conflict(message: str | None, response: Any = None, *, status: str = "ERROR") -> ApiResponse:
    """409 with a report; DHIS2 sends status WARNING with some. A refusal without report is raised as ApiError."""
    return answer(WebMessage(http_status=409, status=status, message=message, response=response))


def answer(message: WebMessage) -> ApiResponse:
    """A WebMessage as a view's answer; the HTTP status is the message's own."""
    return ApiResponse(message, status=message.http_status, headers=message.headers)


def reason_phrase(status: int) -> str:
    """DHIS2's text of a status: Spring's, which is `HTTPStatus`' except where that is newer."""
    return "Payload Too Large" if status == 413 else HTTPStatus(status).phrase


def web_message_for(error: ApiError) -> WebMessage:
    """The envelope of a refusal."""
    return WebMessage(
        http_status=error.status,
        status="ERROR",
        message=error.message or None,
        dev_message=error.detail,
        error_code=error.code.name,
        response=error.response,
        headers=error.headers,
    )


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponseBase:
    """DRF's one exception handler: every exception becomes a WebMessage in the negotiated format.

    An anonymous person with a browser is sent to the login page instead. What is not the client's fault is logged
    once with its traceback (a 503 in one line: it names its cause); the client sees none of it.
    """
    set_rollback()
    request = context["request"]
    refusal = api_error_for(error, request._request)
    if refusal.status == 401 and wants_login_page(request._request):
        return login_redirect(request._request)
    response = answer(web_message_for(refusal))
    if getattr(request, "accepted_media_type", None) != HTML:
        use_error_renderer(request)
    finish_refusal(request._request, response, refusal, error)
    return response


def error_response(request: HttpRequest, error: Exception) -> HttpResponse:
    """The same outside DRF: unknown routes, middleware, crashes."""
    refusal = api_error_for(error, request)
    message = web_message_for(refusal)
    shape = next((own for top, own in own_shapes.items() if f"{request.path_info}/".startswith(f"{top}/")), None)
    if shape is not None:
        response = HttpResponse(encode_json(shape(refusal)), content_type=JSON)
    elif error_media_type(request) == XML:
        response = HttpResponse(to_bytes(message.to_document()), content_type=f"{XML}; charset=UTF-8")
    else:
        response = HttpResponse(encode_json(message), content_type=JSON)
    response.status_code = refusal.status
    for name, value in message.headers.items():
        response[name] = value
    response["Content-Length"] = str(len(response.content))
    finish_refusal(request, response, refusal, error)
    return response


def use_error_renderer(request: Any) -> None:
    """Have a WebMessage written as JSON or XML, whatever other formats the view has."""
    media_type = error_media_type(request._request)
    request.accepted_renderer = renderer_for(media_type)()
    request.accepted_media_type = media_type
    request._request.compression = None


def finish_location(request: HttpRequest, response: HttpResponseBase, location: str) -> None:
    """The `Location` header of a message: a path is taken below the API's base as the client called it."""
    response["Location"] = api_base(request) + location if location.startswith("/") else location


def finish_refusal(request: HttpRequest, response: HttpResponseBase, refusal: ApiError, error: Exception) -> None:
    """Headers and log of a refusal, whatever the shape of its body."""
    response["Cache-Control"] = PREVENT_CACHING
    if refusal.status == 405 and hasattr(error, "allowed"):
        response["Allow"] = ", ".join(error.allowed)
    if refusal.status == 503:
        line = ("%s at %s: %s", refusal.message, request.path, type(error.__cause__ or error).__name__)
        log_response(*line, response=response, request=request, logger=logger, level="warning")
    elif refusal.status >= 500 and refusal is not error:  # what was raised on purpose needs no traceback
        log_response("%s: %s", type(error).__name__, request.path, response=response, request=request, exception=error)


def wants_login_page(request: HttpRequest) -> bool:
    """Whether a refused request is a person's, with a browser and no credentials that failed."""
    is_page_load = request.method in ("GET", "HEAD") and prefers_html(request) and not is_xhr(request)
    return is_page_load and not request.headers.get("Authorization")


def login_redirect(request: HttpRequest) -> HttpResponseRedirect:
    """To the login page and back, and to the same page by a login through the API."""
    saved_requests.remember(request, request.get_full_path())
    return HttpResponseRedirect(f"{reverse('login')}?next={quote(request.get_full_path(), safe='/')}")


def _append_response(root: etree._Element, response: Mapping[str, Any]) -> None:
    element = append(root, "response", responseType=response.get("responseType"))
    for name, value in response.items():
        if name != "responseType":
            append_value(element, name, value)
