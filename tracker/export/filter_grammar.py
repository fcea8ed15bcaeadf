"""The grammar of `filter` and `filterAttributes`: `{uid}[:{operator}[:{value}]…][,{uid}…]`.

In values `/,` `/:` `//` stand for `,` `:` `/`. Source: DHIS2 2.42, tracker export, filters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from tracker.export import errors as codes

MAX_OPERATORS = 3
UNARY = {"null": "null", "!null": "!null"}
# As clients write them, to the one name of each.
BINARY = {
    "eq": "eq", "ieq": "eq", "ge": "ge", "gt": "gt", "le": "le", "lt": "lt", "ne": "ne", "neq": "ne", "nieq": "ne",
    "!eq": "ne", "!ieq": "ne", "in": "in", "like": "like", "ilike": "like", "nlike": "nlike", "nilike": "nlike",
    "!like": "nlike", "!ilike": "nlike", "sw": "sw", "ew": "ew",
}  # fmt: skip


@dataclass(slots=True)
class Filter:
    """What the values of one attribute or data element must meet: operators with their values, maybe none."""

    uid: str
    operators: list[tuple[str, str | None]] = field(default_factory=list)


def parse_filters(texts: Sequence[str], name: str) -> list[Filter]:
    """The filters of a parameter, one for each uid in the order of their first.

    Errors: 400, with the parameter's `name` and its value, for what the grammar does not know.
    """
    text = ",".join(texts)
    found: dict[str, Filter] = {}
    try:
        for segment in _split(text, ","):
            if not segment.strip():
                continue
            uid, operators = _parse_one(segment)
            one = found.setdefault(uid, Filter(uid))
            one.operators += operators
            if len(one.operators) > MAX_OPERATORS:
                raise ValueError("A maximum of three operators can be used in a filter.")
    except ValueError as error:
        raise ApiError(codes.FILTER_INVALID, name, text, error) from error
    return list(found.values())


def _parse_one(segment: str) -> tuple[str, list[tuple[str, str | None]]]:
    uid, *parts = [part.strip() if place == 0 else part for place, part in enumerate(_split(segment, ":"))]
    if not is_uid(uid):
        raise ValueError(f"'{uid}' is not a valid UID.")
    return uid, list(_parse_operators(uid, parts))


def _parse_operators(uid: str, parts: list[str]) -> Iterator[tuple[str, str | None]]:
    rest = iter(parts)
    before: str | None = None
    for given in rest:
        operator = given.strip().lower()
        if not operator:
            raise ValueError(f"UID '{uid}' is missing an operator (or has too many ':').")
        if operator in UNARY:
            before = operator
            yield UNARY[operator], None
            continue
        if operator not in BINARY:
            raise ValueError(
                f"Unary operator '{before}' cannot have a value." if before else f"'{given}' is not a valid operator."
            )
        value = next(rest, "")
        if not value:
            raise ValueError(f"Binary operator '{given}' must have a value.")
        before = None
        yield BINARY[operator], _unescape(value)


def _split(text: str, separator: str) -> list[str]:
    """Cut at separators that no `/` stands before; escapes stay as they are."""
    pieces, start, place = [], 0, 0
    while place < len(text):
        if text[place] == "/":
            place += 2
            continue
        if text[place] == separator:
            pieces.append(text[start:place])
            start = place + 1
        place += 1
    return [*pieces, text[start:]]


def _unescape(text: str) -> str:
    shown, place = [], 0
    while place < len(text):
        if text[place] == "/" and text[place + 1 : place + 2] in (",", ":", "/"):
            place += 1
        shown.append(text[place])
        place += 1
    return "".join(shown)
