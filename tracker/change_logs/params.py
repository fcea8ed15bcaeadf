"""Query parameters of change logs, which are always paged: `totalPages` and `paging=false` say nothing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from dhis2api.web.params import Params, param
from tracker.change_logs import errors as codes
from tracker.export.errors import PAGE_TOO_SMALL
from tracker.export.ordering import Ordering, parse_order

NEWEST_FIRST = "createdAt:desc"
# filters whose value is an identifier
BY_UID = frozenset({"attribute", "dataElement"})


class ChangeLogParams(Params):
    """Parameters of every change log."""

    page: int = param(1, doc="Number of the page, from 1.")
    page_size: int = param(50, doc="Changes on a page.")
    order: list[str] = param(doc="`field[:asc|desc]`, one; newest first if absent.")
    filter: str = param("", doc="`field:eq:value`.")
    fields: list[str] = param([], split=False, doc="Members to show; all if absent.")

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size

    def check(self) -> None:
        """Errors: 400 for a page that there cannot be."""
        for name, value in (("page", self.page), ("pageSize", self.page_size)):
            if value < 1:
                raise ApiError(PAGE_TOO_SMALL, name)


class EntityChangeLogParams(ChangeLogParams):
    """Parameters of the change log of a tracked entity."""

    program: str = param("", doc="Also changes of what this program asks for.")


@dataclass(frozen=True, slots=True)
class Filter:
    """`field:eq:value`."""

    field: str
    value: str


def ordering_of(texts: list[str], columns: Mapping[str, str]) -> Ordering:
    """The one entry of `order`. Errors: 400."""
    if len(texts) > 1:
        raise ApiError(codes.ORDER_REPEATED, ", ".join(sorted(columns)))
    (found,) = parse_order(texts or [NEWEST_FIRST], list(columns), with_uids=False)
    return found


def parse_filter(text: str, columns: Mapping[str, str]) -> Filter | None:
    """The filter, None without one. Errors: 400."""
    if not text:
        return None
    supported = ", ".join(sorted(columns))
    parts = text.split(":", 2)
    if len(parts) != 3:
        raise ApiError(codes.FILTER_SHAPE, text, supported)
    field, operator, value = parts
    if field not in columns:
        raise ApiError(codes.FILTER_FIELD, supported)
    if operator != "eq":
        raise ApiError(codes.FILTER_OPERATOR)
    if field in BY_UID and not is_uid(value):
        raise ApiError(codes.FILTER_UID, value)
    return Filter(field, value)
