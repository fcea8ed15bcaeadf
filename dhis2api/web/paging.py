"""Pages of a list: the parameters, and the `pager` member with its links. Source: DHIS2 2.42, metadata, pager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from dhis2api.web.base_url import api_base
from dhis2api.web.params import Params, param

PAGE_SIZE = 50


class PagingParams(Params):
    """Parameters of every paged list."""

    page: int = param(1, doc="Number of the page, from 1; a smaller number means 1.")
    page_size: int = param(PAGE_SIZE, min=1, doc="Objects on a page.")
    paging: bool = param(True, doc="Whether to page; `false` answers everything.")
    skip_paging: bool = param(False, doc="The old form of `paging=false`.")

    @property
    def is_paged(self) -> bool:
        """Whether the answer is one page and has a pager."""
        return self.paging and not self.skip_paging

    @property
    def page_number(self) -> int:
        return max(1, self.page)

    @property
    def offset(self) -> int:
        """How many objects stand before the page."""
        return (self.page_number - 1) * self.page_size


def pager(request: Any, params: PagingParams, total: int) -> dict[str, Any]:
    """The `pager` member. A page beyond the end is reported as the last one; links exist only where a page does."""
    page_count = max(1, -(-total // params.page_size))
    page = min(params.page_number, page_count)
    members: dict[str, Any] = {
        "page": page, "total": total, "pageSize": params.page_size, "pageCount": page_count,
    }  # fmt: skip
    if page < page_count:
        members["nextPage"] = page_link(request, params, page + 1)
    if page > 1:
        members["prevPage"] = page_link(request, params, page - 1)
    return members


def page_link(request: Any, params: PagingParams, page: int) -> str:
    """The address of another page: the other parameters stay, page 1 and the default size are left out."""
    query = [("page", str(page))] if page > 1 else []
    if params.page_size != PAGE_SIZE:
        query.append(("pageSize", str(params.page_size)))
    return address_with(request, query)


def address_with(request: Any, query: Sequence[tuple[str, str]], base: str | None = None) -> str:
    """The address of the request with another page in it; `base` instead of the API's own base."""
    http_request: HttpRequest = getattr(request, "_request", request)
    kept = [
        (name, value) for name, values in http_request.GET.lists() if name not in ("page", "pageSize")
        for value in values
    ]  # fmt: skip
    suffix = getattr(http_request, "suffix", None)
    path = http_request.path_info.removeprefix("/api") + (f".{suffix}" if suffix not in (None, "json") else "")
    address = (api_base(http_request) if base is None else base) + path
    return f"{address}?{urlencode([*query, *kept], safe='[]:,!*~')}" if query or kept else address
