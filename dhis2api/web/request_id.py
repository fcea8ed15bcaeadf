"""One id for each request, on its answer and on every log line written meanwhile.

A client's `X-Request-ID` is used when it is harmless; it never reaches SQL.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[-_a-zA-Z0-9]{1,36}")

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")


class RequestIdMiddleware:
    """Outermost: sets `request.id` and the response header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request.id = given if ACCEPTED.fullmatch(given) else str(uuid4())
        # Not reset afterwards: a streamed body is still produced, and may log, when this call has returned.
        current_request_id.set(request.id)
        response = self.get_response(request)
        response[HEADER] = request.id
        return response


class RequestIdFilter(logging.Filter):
    """Gives each log record a `request_id`, `-` outside requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True
