"""JSON values outside of the database: read, checked, changed at a path, and written as PostgreSQL writes `jsonb`.

What is encrypted never reaches the database in clear, not even as a parameter of a statement, so that its text is
made here: members in order of the length of their names, then bytewise; numbers without exponent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.web.bodies import MAX_DEPTH, UTF8_BOM, decode_json

MAX_VALUE = 64 * 1024 * 1024  # bytes of one value
LARGEST_EXPONENT = 131_071  # of PostgreSQL's `numeric`
SMALLEST_EXPONENT = -16_383
INDEX = re.compile(r"-?[0-9]{1,9}")
BRACKETED = re.compile(r"\[(-?[0-9]+)\]")


class InvalidValueError(ValueError):
    """A text that is no JSON value which can be stored; the message says where it is wrong."""


class _Missing:
    """No value at all, which JSON's null is not."""


MISSING: Any = _Missing()


def check_value(data: bytes) -> str:
    """The text of a body, once it is known to be JSON. Errors: InvalidValueError."""
    data = data.removeprefix(UTF8_BOM)
    try:
        decode_json(data)
    except ApiError as error:
        raise InvalidValueError(error.message) from error
    return data.decode()


def load_value(text: str) -> Any:
    """JSON that was checked, as plain values; numbers keep all of their digits. Errors: InvalidValueError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except InvalidOperation as error:
        raise InvalidValueError("a number is too large or has too many digits") from error


def dump_value(value: Any) -> str:
    """The text that PostgreSQL shows of the value. Errors: InvalidValueError for what `jsonb` cannot hold."""
    return _dump(value, 0)


def parse_path(text: str) -> list[str]:
    """The steps of `favFood.[0]`, `a.b`, `a[1]`; none for the value as a whole."""
    return [step for step in BRACKETED.sub(r".\1", text).split(".") if step]


def set_at(root: Any, path: Sequence[str], value: Any) -> Any:
    """The root with `value` at a place that exists; MISSING where there is no such place."""
    if not path:
        return value
    parent = _find(root, path[:-1])
    step = _step(parent, path[-1])
    if step is MISSING:
        return MISSING
    parent[step] = value
    return root


def roll_at(root: Any, path: Sequence[str], value: Any, most: int) -> Any:
    """The root with `value` at the end of the array at `path`, which loses its first element once it has `most`.

    One element goes at a time: a smaller `most` than before keeps the length. Null becomes an array of the value, and
    so does a missing member of an object or array that is there; any other node is replaced. MISSING where there is
    nothing to hold the member.
    """
    if not path:
        return _rolled(root, value, most)
    parent = _find(root, path[:-1])
    step = _step(parent, path[-1])
    if step is not MISSING:
        parent[step] = _rolled(parent[step], value, most)
    elif isinstance(parent, dict):
        parent[path[-1]] = [value]
    elif isinstance(parent, list) and INDEX.fullmatch(path[-1]):
        parent.insert(0 if path[-1].startswith("-") else len(parent), [value])
    else:
        return MISSING
    return root


def _rolled(node: Any, value: Any, most: int) -> Any:
    if node is None:
        return [value]
    if not isinstance(node, list):
        return value
    kept = node[1:] if most < 0 or len(node) >= most else node
    return [*kept, value]


def _find(root: Any, path: Sequence[str]) -> Any:
    for name in path:
        step = _step(root, name)
        if step is MISSING:
            return MISSING
        root = root[step]
    return root


def _step(node: Any, name: str) -> Any:
    """The key or index of an existing child, or MISSING; negative indexes count from the end."""
    if isinstance(node, dict):
        return name if name in node else MISSING
    if isinstance(node, list) and INDEX.fullmatch(name) and -len(node) <= int(name) < len(node):
        return int(name)
    return MISSING


def _dump(value: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise InvalidValueError(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return _dump_number(value)
    if isinstance(value, dict):
        names = sorted(value, key=_place)
        members = [f"{json.dumps(name, ensure_ascii=False)}: {_dump(value[name], depth + 1)}" for name in names]
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([_dump(item, depth + 1) for item in value]) + "]"
    return "null" if value is None else "true" if value else "false"


def _place(name: str) -> tuple[int, bytes]:
    encoded = name.encode()
    return len(encoded), encoded


def _dump_number(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    if number.adjusted() > LARGEST_EXPONENT or exponent < SMALLEST_EXPONENT:
        raise InvalidValueError("a number is too large or has too many digits")
    return format(number if number else number.copy_abs(), "f") if number or exponent <= 0 else "0"
