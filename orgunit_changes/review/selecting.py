"""Which requests are meant by one call about many: those named, or all of a list but some.

Source: the change request API, bulk review and deletion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from orgunit_changes.errors import INTEGER_REQUIRED, NON_FIELD, Refused
from orgunit_changes.identifiers import Malformed, parse_id
from orgunit_changes.members import Wrong, require_list
from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.review.reading import Reader, read_members

BOOLEAN_INVALID = "Must be a valid boolean."
EITHER = "You cannot set both `select_all` and `selected_ids`."
UNSELECTED_OF_NOTHING = "You cannot set `unselected_ids` without `select_all`."


@dataclass(frozen=True, slots=True)
class Selection:
    """All requests of a list but these, or these alone."""

    is_all: bool
    ids: tuple[int, ...]

    def of(self, rows: QuerySet[OrgUnitChangeRequest]) -> QuerySet[OrgUnitChangeRequest]:
        """The chosen ones of a list."""
        return rows.exclude(pk__in=self.ids) if self.is_all else rows.filter(pk__in=self.ids)


def read_selection(body: Mapping[str, Any], readers: Mapping[str, Reader]) -> tuple[Selection, dict[str, Any]]:
    """The selection, and what `readers` make of the other members. Errors: 400."""
    own = {
        "select_all": read_flag("select_all"), "selected_ids": _ids("selected_ids"),
        "unselected_ids": _ids("unselected_ids"),
    }  # fmt: skip
    values = read_members(body, own | dict(readers))
    is_all, chosen, spared = values["select_all"], values["selected_ids"], values["unselected_ids"]
    if is_all and chosen:
        raise Refused({NON_FIELD: [EITHER]})
    if spared and not is_all:
        raise Refused({NON_FIELD: [UNSELECTED_OF_NOTHING]})
    return Selection(is_all, spared if is_all else chosen), values


def read_flag(name: str) -> Reader:
    """A reader of what is true or false; false where it is absent."""

    def read(body: Mapping[str, Any]) -> bool:
        given = body.get(name)
        if given is not None and not isinstance(given, bool):
            raise Wrong(BOOLEAN_INVALID)
        return bool(given)

    return read


def _ids(name: str) -> Callable[[Mapping[str, Any]], tuple[int, ...]]:
    def read(body: Mapping[str, Any]) -> tuple[int, ...]:
        given = body.get(name)
        if given is None:
            return ()
        try:
            return tuple(parse_id(item) for item in require_list(given))
        except Malformed as error:
            raise Wrong(INTEGER_REQUIRED) from error

    return read
