"""Security headers, and which other origins may call from a browser. Source: DHIS2 2.42, web conventions, headers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from dhis2api.web.addresses import is_api
from dhis2api.web.base_url import request_scheme, server_origin

# Who knows of allowed origins beside the settings file; a higher app adds itself.
allowlist_sources: list[Callable[[], Sequence[str]]] = []

PREFLIGHT_SECONDS = "3600"
STRICT_TRANSPORT = "max-age=31536000 ; includeSubDomains"

logger = logging.getLogger(__name__)


class SecurityHeadersMiddleware:
    """What every answer but the open ping tells browsers; a header that a view set stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info == "/api/ping":
            return response
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-XSS-Protection", "0")
        # Only what apps and other servers embed; liveness must not ask the database.
        origins = allowlist() if _is_for_apps(request.path_info) else settings.CORS_ALLOWLIST
        ancestors = " ".join(["'self'", *origins])
        response.setdefault("Content-Security-Policy", f"frame-ancestors {ancestors};")
        if request_scheme(request) == "https":
            response.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
            for cookie in response.cookies.values():  # sent along in clear, a session is anybody's on the way
                cookie["secure"] = True
        return response


class CorsMiddleware:
    """Lets browsers on allowed origins call the API; a request from any other origin is not carried out at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        origin = request.headers.get("Origin")
        if origin is None or not _is_for_apps(request.path_info):
            return self.get_response(request)
        if request.path_info == "/api/ping":
            response = self.get_response(request)
            response["Access-Control-Allow-Origin"] = "*"
            return response
        if not _is_allowed(origin, request, allowlist()):
            return HttpResponse()  # as DHIS2: 200 and nothing, which the browser refuses to hand over
        response = _preflight(request) if _is_preflight(request) else self._carried_out(request)
        response["Access-Control-Allow-Credentials"] = "true"
        response["Access-Control-Allow-Origin"] = origin
        patch_vary_headers(response, ["Origin"])
        return response

    def _carried_out(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Access-Control-Expose-Headers"] = "ETag, Location"
        return response


def allowlist() -> list[str]:
    """Every allowed origin; `*` is a wildcard. Where the database is away, those of the settings file."""
    origins = list(settings.CORS_ALLOWLIST)
    for source in allowlist_sources:
        try:
            origins += source()
        except DatabaseError as error:
            logger.warning("Origins set at run time are not known: %s", type(error).__name__)
    return origins


def _is_for_apps(path: str) -> bool:
    """The API, the pages of apps, and what they call beside it: the menu of their header, the form that logs in."""
    return is_api(path) or path.startswith(("/dhis-web-", "/apps/"))


def _is_allowed(origin: str, request: HttpRequest, allowlist: Sequence[str]) -> bool:
    return origin == server_origin(request) or any(_matches(origin, pattern.rstrip("/")) for pattern in allowlist)


def _matches(origin: str, pattern: str) -> bool:
    # `*` is the only wildcard of DHIS2; the others of fnmatch are taken literally.
    return fnmatchcase(origin, pattern.replace("[", "[[]").replace("?", "[?]"))


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _preflight(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = request.headers["Access-Control-Request-Method"]
    if headers := request.headers.get("Access-Control-Request-Headers"):
        response["Access-Control-Allow-Headers"] = headers
    response["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response
