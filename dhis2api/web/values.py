"""The text of one query parameter as a typed value, by Spring's rules. Source: DHIS2 2.42, web conventions."""

from __future__ import annotations

import math
from datetime import date, datetime
from enum import Enum
from typing import Any

from dhis2api.web.timestamps import parse_timestamp

BOOLEANS = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip
TYPE_NAMES = {str: "String", int: "Integer", float: "Double", bool: "Boolean", date: "Date", datetime: "Date"}
LARGEST_INTEGER = 2**31 - 1  # Java's int; a page number beyond it would overflow the database's


def parse_value(text: str, kind: type, *, end_of_day: bool = False) -> Any:
    """`text` as a `kind`; raises ValueError when it is none."""
    if kind is str:
        return text
    text = text.strip()
    if issubclass(kind, Enum):
        return _parse_enum(text, kind)
    if kind is bool:
        return _parse_boolean(text)
    if kind is int:
        return _parse_integer(text)
    if kind is float:
        return _parse_number(text)
    moment = parse_timestamp(text, end_of_day=end_of_day)
    return moment if kind is datetime else moment.date()


def expectation(kind: type, *, primitive: bool = False) -> str:
    """What a value of `kind` has to be, in the words of DHIS2's error messages; Java's primitive types are small."""
    if issubclass(kind, Enum):
        return f"Valid values are: [{', '.join(wire_names(kind))}]"
    name = TYPE_NAMES[kind]
    return f"It should be of type {name.lower() if primitive else name}"


def wire_names(kind: type[Enum]) -> list[str]:
    """The members of an enumeration as clients write them: the values where they are text, else the names."""
    return [member.value if isinstance(member.value, str) else member.name for member in kind]


def _parse_enum(text: str, kind: type[Enum]) -> Enum:
    wanted = text.upper()
    for member, name in zip(kind, wire_names(kind), strict=True):
        if wanted in (name.upper(), member.name.upper()):
            return member
    raise ValueError(text)


def _parse_boolean(text: str) -> bool:
    try:
        return BOOLEANS[text.lower()]
    except KeyError as error:
        raise ValueError(text) from error


def _parse_integer(text: str) -> int:
    if len(text) > 11 or not text.isascii() or "_" in text:
        raise ValueError(text)
    number = int(text)
    if abs(number) > LARGEST_INTEGER:
        raise ValueError(text)
    return number


def _parse_number(text: str) -> float:
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
