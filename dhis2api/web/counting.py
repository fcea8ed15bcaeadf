"""Counts every request with its method, its status and how long its answer took to begin."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dhis2api.figures import count_request, figures


class CountingMiddleware:
    """Outermost of all: what other middleware answers is counted, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        figures()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        count_request(request.method or "", response.status_code, time.perf_counter() - begun)
        return response
