"""`filter=`: which entries are shown. Source: DHIS2 2.42, data store, query API, filters.

    filter := path separator operator [separator value]        separator := ":" | "::" | "~" | "@"

How the value is written decides what it is compared with: `5` with numbers, `true` with booleans, `{…}` and `[…]`
with objects and arrays, everything else, and what stands in single quotes, with text. A value of another type, or
none, matches no comparison, not even a negated one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from datastore.errors import E7652, E7653, OPERATOR_UNKNOWN, TOO_MANY_FILTERS, VALUE_TOO_LONG
from datastore.query.paths import Path, parse_path
from dhis2api.errors import ApiError

MAX_FILTERS = 100
MAX_VALUE_LENGTH = 10_000
SEPARATOR = re.compile(r"::|[:~@]")
KEY_IS_NEVER_NULL = "key filters cannot be used with unary operators"


class Kind(Enum):
    """What an operator does with its value."""

    UNARY = "has none"
    SET = "is one of a list"
    EQUALITY = "is compared as a whole"
    ORDERING = "is compared by size"
    PATTERN = "is looked for in a text"


@dataclass(frozen=True, slots=True)
class Operator:
    """`test` names what it does: a comparison of SQL, or the place of a pattern."""

    kind: Kind
    test: str
    negated: bool = False
    ignores_case: bool = False


def _patterns() -> Iterator[tuple[str, Operator]]:
    for name, place in (("{}like", "contains"), ("${}like", "starts"), ("{}like$", "ends")):
        for negation in ("", "!"):
            for case, ignores in (("", False), ("i", True)):
                yield negation + name.format(case), Operator(Kind.PATTERN, place, bool(negation), ignores)


OPERATORS: dict[str, Operator] = {
    "null": Operator(Kind.UNARY, "null"),
    "!null": Operator(Kind.UNARY, "null", negated=True),
    "empty": Operator(Kind.UNARY, "empty"),
    "!empty": Operator(Kind.UNARY, "empty", negated=True),
    "in": Operator(Kind.SET, "in"),
    "!in": Operator(Kind.SET, "in", negated=True),
    "eq": Operator(Kind.EQUALITY, "="),
    "!eq": Operator(Kind.EQUALITY, "=", negated=True),
    "neq": Operator(Kind.EQUALITY, "=", negated=True),
    "ne": Operator(Kind.EQUALITY, "=", negated=True),
    "ieq": Operator(Kind.EQUALITY, "=", ignores_case=True),
    "lt": Operator(Kind.ORDERING, "<"),
    "le": Operator(Kind.ORDERING, "<="),
    "lte": Operator(Kind.ORDERING, "<="),
    "gt": Operator(Kind.ORDERING, ">"),
    "ge": Operator(Kind.ORDERING, ">="),
    "gte": Operator(Kind.ORDERING, ">="),
    **dict(_patterns()),
    "startswith": Operator(Kind.PATTERN, "starts", ignores_case=True),
    "!startswith": Operator(Kind.PATTERN, "starts", negated=True, ignores_case=True),
    "endswith": Operator(Kind.PATTERN, "ends", ignores_case=True),
    "!endswith": Operator(Kind.PATTERN, "ends", negated=True, ignores_case=True),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `value` is the text as it came, None of a unary operator."""

    path: Path
    operator: Operator
    value: str | None


def parse_filters(given: Sequence[str]) -> list[Filter]:
    """All filters in the order given; each text may hold several, joined by commas outside of brackets.

    Errors (409): E7650, E7652, E7653, an unknown operator. 400 for too many, or a value that is too long.
    """
    texts = [text for joined in given for text in split_outside_brackets(joined) if text]
    if len(texts) > MAX_FILTERS:
        raise ApiError(TOO_MANY_FILTERS, MAX_FILTERS)
    return [parse_filter(text) for text in texts]


def parse_filter(text: str) -> Filter:
    """One filter. Errors: as `parse_filters`."""
    parts = SEPARATOR.split(text, maxsplit=2)
    if len(parts) < 2 or not parts[1]:
        raise ApiError(E7652, text, "a path and an operator are needed, as in `name:eq:Miao`")
    value = parts[2] if len(parts) > 2 and parts[2] else None
    operator = OPERATORS.get(parts[1].lower())
    if operator is None:
        raise ApiError(OPERATOR_UNKNOWN, parts[1])
    path = parse_path(parts[0])
    if operator.kind is Kind.UNARY:
        if path.is_key:
            raise ApiError(E7653, text, KEY_IS_NEVER_NULL)
        if value is not None:
            raise ApiError(E7653, text, "unary operators take no value")
    elif value is None:
        raise ApiError(E7653, text, "binary operators need a value")
    if value is not None and len(value) > MAX_VALUE_LENGTH:
        raise ApiError(VALUE_TOO_LONG, path.text, MAX_VALUE_LENGTH)
    return Filter(path, operator, value)


def split_outside_brackets(text: str) -> list[str]:
    """The pieces between commas that stand in no bracket."""
    pieces, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter in "[({":
            depth += 1
        elif letter in "])}":
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]
