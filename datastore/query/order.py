"""`order=`: one path and a direction. Source: DHIS2 2.42, data store, query API, order."""

from __future__ import annotations

from dataclasses import dataclass

from datastore.errors import ORDER_INVALID
from datastore.query.filters import SEPARATOR
from datastore.query.paths import KEY, Path, parse_path
from dhis2api.errors import ApiError

DIRECTIONS = {"asc": (False, False), "desc": (True, False), "nasc": (False, True), "ndesc": (True, True)}


@dataclass(frozen=True, slots=True)
class Order:
    """Entries without a value at `path` come last either way. `is_numeric` reads texts as numbers, too."""

    path: Path
    descends: bool = False
    is_numeric: bool = False


def parse_order(text: str) -> Order:
    """By key where nothing is given. Errors: E7650 (409); 400 for a direction that there is not."""
    parts = SEPARATOR.split(text or KEY)
    if len(parts) > 2:
        raise ApiError(ORDER_INVALID, text, "expected a path and a direction")
    direction = parts[1].lower() if len(parts) == 2 else "asc"
    if direction not in DIRECTIONS:
        raise ApiError(ORDER_INVALID, text, f"`{parts[1]}` is none of {', '.join(DIRECTIONS)}")
    descends, is_numeric = DIRECTIONS[direction]
    return Order(parse_path(parts[0]), descends, is_numeric)
