"""Pages by `page` and `limit`, in the envelope of the change request API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from orgunit_changes.errors import INTEGER_REQUIRED, not_found, refuse_all
from orgunit_changes.identifiers import parse_id

DEFAULT_LIMIT = 20
PAGE_INVALID = "Invalid page."


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page, from 1, of how many rows each."""

    page: int
    limit: int


@dataclass(frozen=True, slots=True)
class PageFound:
    """The rows of a page, and how many there are in all."""

    asked: PageAsked
    count: int
    rows: list[Any]

    def envelope(self, results: list[Any], name: str = "results") -> dict[str, Any]:
        """The answer; `results` are the rows as they are shown, `name` what the envelope calls them."""
        page, pages = self.asked.page, max(1, -(-self.count // self.asked.limit))
        return {
            "count": self.count, name: results, "has_next": page < pages, "has_previous": page > 1, "page": page,
            "pages": pages, "limit": self.asked.limit,
        }  # fmt: skip


def page_asked(query: Mapping[str, str]) -> PageAsked:
    """`page` and `limit` of a query string. Errors: 400 for what is no integer from 1."""
    numbers, faults = {}, {}
    for name, default in (("page", 1), ("limit", DEFAULT_LIMIT)):
        try:
            numbers[name] = parse_integer(query.get(name) or str(default))
        except ValueError:
            faults[name] = [INTEGER_REQUIRED]
    if faults:
        raise refuse_all(faults)
    return PageAsked(**numbers)


def parse_integer(text: str) -> int:
    """A number from 1. Errors: ValueError."""
    number = parse_id(text)
    if not number:
        raise ValueError(text)
    return number


def page_of(rows: QuerySet[Any], asked: PageAsked) -> PageFound:
    """A page of an ordered queryset; two queries. Errors: 404 beyond the last page."""
    count = rows.count()
    start = (asked.page - 1) * asked.limit
    if start and start >= count:
        raise not_found(PAGE_INVALID)
    return PageFound(asked, count, list(rows[start : min(start + asked.limit, count)]))
