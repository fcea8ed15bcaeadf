"""The page that somebody asked for before logging in, kept in the session until he has.

Only pages of apps: an address of the API is nothing to return to. Source: DHIS2 2.42, users, login.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

KEY = "saved_request"
MAX_LENGTH = 2000  # characters
_IS_PAGE = re.compile(r"/(?:dhis-web-[^/]+|api/apps/[^/]+|apps)(?:/.*)?")


def remember(request: HttpRequest, path: str) -> None:
    """Keep `path` (path and query as the browser wrote them) if it is a page of an app."""
    if is_page(request.path_info) and len(path) <= MAX_LENGTH:
        request.session[KEY] = path


def take(request: HttpRequest) -> str | None:
    """The page that was asked for, once."""
    return request.session.pop(KEY, None)


def is_page(path: str) -> bool:
    """Whether a path without context path is a page of an app: HTML, or something like a folder."""
    name = path.rpartition("/")[2]
    return _IS_PAGE.fullmatch(path) is not None and ("." not in name or name.endswith(".html"))
