"""What an address under `/api` says besides naming a resource: context path, version, format suffix.

All three are taken off before routing, so URLconf entries have neither suffix nor trailing slash. Never redirects.
Addresses outside `/api` keep everything but the context path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from dhis2api.errors import NOT_FOUND, ApiError
from dhis2api.web.errors import PATH_UNREADABLE
from dhis2api.web.messages import error_response

CURRENT_VERSION = 42
VERSIONS = range(26, 44)  # the documentation uses 26, 33 and 36; DHIS2 2.42 itself starts at 28

# Longest first: `.json.gz` must win over an accidental `.gz`, `.adx.xml` over `.xml`.
SUFFIXES = (
    "adx.xml.zip", "adx.xml.gz", "json.zip", "adx.xml", "adx+xml", "json.gz", "xml.zip", "csv.zip", "geojson",
    "xml.gz", "csv.gz", "jsonp", "json", "xlsx", "xml", "csv", "png", "pdf", "xls",
)  # fmt: skip

VERSION_SEGMENT = re.compile(r"/api/([0-9]+)(?=/|$)")
FILE_OF_AN_APP = re.compile(r"/api/apps/(?!(?:menu|config)/*$)[^/]+/")  # both are resources, and no app's key


@dataclass(frozen=True, slots=True)
class Address:
    """A path without version, suffix and trailing slash, and the two that it had."""

    path: str
    version: int | None
    suffix: str | None


def parse_address(path: str) -> Address:
    """Take version, suffix and trailing slash off a decoded path without context path.

    Errors: ApiError 404 for a version outside 26-43. A suffix is known or part of the name; only the last segment
    is looked at, and it is never the whole name. Files of installed apps keep their names.
    """
    if not is_api(path):
        return Address(path, None, None)
    path, version = _split_version(path)
    if FILE_OF_AN_APP.match(path):
        return Address(path, version, None)
    path, suffix = _split_suffix(path.rstrip("/"))
    return Address(path.rstrip("/"), version, suffix)


def is_api(path: str) -> bool:
    """Whether a path belongs to the Web API, not to admin, login or static files."""
    return path == "/api" or path.startswith("/api/")


class AddressMiddleware:
    """Sets `request.version`, `.explicit_version`, `.suffix` and a path that routes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.version, request.explicit_version, request.suffix = CURRENT_VERSION, None, None
        _strip_context_path(request)
        try:
            if "\x00" in request.path_info:
                raise ApiError(PATH_UNREADABLE)
            address = parse_address(request.path_info)
        except ApiError as error:
            return error_response(request, error)
        request.path_info = address.path
        request.suffix = address.suffix
        request.explicit_version = address.version
        request.version = address.version or CURRENT_VERSION
        return self.get_response(request)


def _strip_context_path(request: HttpRequest) -> None:
    """A proxy may have taken the context path off already; links carry it either way."""
    context = settings.CONTEXT_PATH
    if not context:
        return
    if request.path_info == context or request.path_info.startswith(context + "/"):
        request.path_info = request.path_info[len(context) :] or "/"
    request.META["SCRIPT_NAME"] = context
    request.path = context + request.path_info
    set_script_prefix(context + "/")


def _split_version(path: str) -> tuple[str, int | None]:
    found = VERSION_SEGMENT.match(path)
    if found is None:
        return path, None
    if found[1].startswith("0") or len(found[1]) > 2 or int(found[1]) not in VERSIONS:
        raise ApiError(NOT_FOUND, f"API version {found[1]} is not served, expected 26 to 43")
    return "/api" + path[found.end() :], int(found[1])


def _split_suffix(path: str) -> tuple[str, str | None]:
    head, _, name = path.rpartition("/")
    lowered = name.lower()
    for suffix in SUFFIXES:
        if lowered.endswith("." + suffix) and len(name) > len(suffix) + 1:
            return f"{head}/{name[: -len(suffix) - 1]}", suffix
    return path, None
