"""What stands around a page of objects, by API version.

Up to 40 `instances` with `page`, `pageSize`, `total`, `pageCount` beside it; in 41 the named list with these and a
`pager`; from 42 on, and where the client names no version, the named list and the `pager` with links.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dhis2api.web.base_url import api_base


@dataclass(frozen=True, slots=True)
class Page:
    """Which page this is; `total` if it was asked for."""

    number: int
    size: int
    has_next: bool
    total: int | None = None

    def to_dict(self) -> dict[str, int]:
        """The members that all versions know."""
        members = {"page": self.number, "pageSize": self.size}
        if self.total is not None:
            members |= {"total": self.total, "pageCount": -(-self.total // self.size)}
        return members


def list_key(version: int, plural: str) -> str:
    """The name of the list."""
    return "instances" if version <= 40 else plural


def envelope(request: Any, plural: str, objects: list[Any], page: Page | None) -> dict[str, Any]:
    """The whole answer; without a page nothing but the list."""
    version = request.version
    key = list_key(version, plural)
    if page is None:
        return {key: objects}
    if version <= 40:
        return {**page.to_dict(), key: objects}
    if version == 41:
        return {**page.to_dict(), "pager": page.to_dict(), key: objects}
    return {"pager": page.to_dict() | page_links(request, page), key: objects}


def page_links(request: Any, page: Page) -> dict[str, str]:
    """The addresses of the pages before and after."""
    links = {}
    if page.number > 1:
        links["prevPage"] = _link(request, page.number - 1)
    if page.has_next:
        links["nextPage"] = _link(request, page.number + 1)
    return links


def _link(request: Any, number: int) -> str:
    """The address of the request with another page."""
    http_request = request._request
    suffix = f".{http_request.suffix}" if http_request.suffix else ""
    address = api_base(http_request) + http_request.path_info.removeprefix("/api") + suffix
    query = [(name, value) for name, values in http_request.GET.lists() for value in values]
    if any(name == "page" for name, _ in query):
        query = [(name, str(number) if name == "page" else value) for name, value in query]
    else:
        query.append(("page", str(number)))
    return f"{address}?{urlencode(query, safe='[]:,!*~;/')}"
