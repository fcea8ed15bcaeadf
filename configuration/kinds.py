"""Types of setting values: what a text or a JSON value means, and how it is shown (DHIS2 2.42, system settings)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dhis2api.web.timestamps import parse_timestamp, to_milliseconds

MAX_TEXT = 100_000  # characters of one value: custom style sheets and page templates are settings, too
MAX_INTEGER = 2**31 - 1
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2}|[0-9]{3}))?(?:[_-]([A-Za-z]{4}))?")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is read (ValueError: it is none), stored as JSON, and loaded again."""

    name: str
    parse: Callable[[Any], Any]
    dump: Callable[[Any], Any] = lambda value: value
    load: Callable[[Any], Any] = lambda stored: stored


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    text = str(given).strip().lower()
    if text not in ("true", "false"):
        raise ValueError("expected true or false")
    return text == "true"


def _integer(given: Any) -> int:
    if isinstance(given, bool | dict | list):
        raise ValueError("expected a whole number")
    number = int(given if not isinstance(given, float) or given.is_integer() else str(given))
    if abs(number) > MAX_INTEGER:
        raise ValueError("too large")
    return number


def _double(given: Any) -> float:
    if isinstance(given, bool | dict | list):
        raise ValueError("expected a number")
    number = float(given)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _text(given: Any) -> str:
    if isinstance(given, dict | list):
        raise ValueError("expected a text")
    text = str(given).lower() if isinstance(given, bool) else str(given)
    if len(text) > MAX_TEXT or "\x00" in text:
        raise ValueError("too long, or holds a NUL character")
    return text


def parse_locale(given: Any) -> str:
    """`pt-br` as `pt_BR`. Errors: ValueError for what is no locale."""
    found = _LOCALE.fullmatch(str(given).strip())
    if found is None:
        raise ValueError("expected a locale such as pt_BR")
    language, region, script = found.groups()
    parts = [language.lower(), region.upper() if region else None, script.title() if script else None]
    return "_".join(part for part in parts if part)


def _date(given: Any) -> datetime:
    return to_milliseconds(parse_timestamp(str(given).strip()))


BOOLEAN = Kind("BOOLEAN", _boolean)
INTEGER = Kind("INTEGER", _integer)
DOUBLE = Kind("DOUBLE", _double)
TEXT = Kind("TEXT", _text)
LOCALE = Kind("LOCALE", parse_locale)
DATE = Kind("DATE", _date, dump=datetime.isoformat, load=datetime.fromisoformat)


def choice(*names: str) -> Kind:
    """One of these names, in any case on input."""
    by_lower = {name.lower(): name for name in names}

    def parse(given: Any) -> str:
        found = by_lower.get(str(given).strip().lower())
        if found is None:
            raise ValueError(f"expected one of {', '.join(names)}")
        return found

    return Kind("ENUM", parse)
