"""`order=`: fields of a list as columns, data elements and attributes as values. The last word has the key, downwards.

Source: DHIS2 2.42, tracker export, ordering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from tracker.access.statements import Values
from tracker.export import errors as codes
from tracker.export.filters import Field, IsShown


@dataclass(frozen=True, slots=True)
class Ordering:
    """One entry of `order`."""

    name: str
    is_descending: bool

    @property
    def direction(self) -> str:
        return "DESC" if self.is_descending else "ASC"


def parse_order(texts: Sequence[str], supported: Sequence[str], *, with_uids: bool) -> list[Ordering]:
    """The entries of `order`. Errors: 400 for an unknown field, one that is repeated, and what is no direction."""
    found: list[Ordering] = []
    for text in texts:
        name, _, direction = text.partition(":")
        name, direction = name.strip(), direction.strip().lower()
        if direction not in ("", "asc", "desc"):
            raise ApiError(codes.ORDER_DIRECTION, direction)
        if name not in supported and not (with_uids and is_uid(name)):
            raise ApiError(codes.ORDER_UNKNOWN, name, ", ".join(sorted(supported)))
        found.append(Ordering(name, direction == "desc"))
    names = [one.name for one in found]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ApiError(codes.ORDER_REPEATED, ", ".join(repeated), ", ".join(sorted(supported)))
    return found


def order_by_value(field: Field, column: str) -> str:
    """What the values of a data element are ordered by."""
    if field.is_numeric:
        return f"CASE WHEN {column} ~ '^-?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$' THEN {column}::numeric END"
    return f"lower({column})"


def attribute_column(field: Field, entity: str, values: Values, is_shown: IsShown) -> str:
    """The value of an attribute of the tracked entity whose key is in the column `entity`; none if it is not shown."""
    return (
        f"(SELECT held.value FROM tracked_entity_attribute_value held WHERE held.tracked_entity_id = {entity}"
        f" AND held.attribute_id = {values.bind(field.pk)} AND {is_shown(field, entity)})"
    )


def order_clause(entries: Sequence[Ordering], columns: Mapping[str, str], alias: str) -> str:
    """The `ORDER BY` of a list; `columns` are those of the names that entries have. Empty where nothing was asked."""
    if not entries:
        return ""
    return ", ".join([*(f"{columns[one.name]} {one.direction}" for one in entries), f"{alias}.id DESC"])
