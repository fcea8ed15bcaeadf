"""Moments by a pattern of Java's SimpleDateFormat, which is what `CURRENT_DATE(…)` holds. English names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

# a quoted text ('' is a quote), a run of one letter, anything else
PIECE = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|(.)", re.DOTALL)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def format_java_date(pattern: str, moment: datetime) -> str:
    """The moment, which has a zone, in the pattern's form. Letters that Java does not know stay as they are."""
    return "".join(_piece(found, moment) for found in PIECE.finditer(pattern))


def _piece(found: re.Match[str], moment: datetime) -> str:
    quoted, run, letter, other = found.groups()
    if quoted is not None:
        return quoted.replace("''", "'") or "'"
    if run is None:
        return other
    write = LETTERS.get(letter)
    return run if write is None else write(moment, len(run))


def _number(part: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, width: f"{part(moment):0{width}d}"


def _year(part: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, width: f"{part(moment) % 100:02d}" if width == 2 else f"{part(moment):0{width}d}"


def _month(moment: datetime, width: int) -> str:
    if width < 3:
        return f"{moment.month:0{width}d}"
    return _MONTHS[moment.month - 1] if width > 3 else _MONTHS[moment.month - 1][:3]


def _weekday(moment: datetime, width: int) -> str:
    return _WEEKDAYS[moment.weekday()] if width > 3 else _WEEKDAYS[moment.weekday()][:3]


def _zone_name(moment: datetime, width: int) -> str:
    return moment.tzname() or ""


def _offset(moment: datetime, width: int) -> str:
    return moment.strftime("%z")[:5]


def _iso_offset(moment: datetime, width: int) -> str:
    text = _offset(moment, width)
    if text == "+0000":
        return "Z"
    return text[:3] if width == 1 else text if width == 2 else f"{text[:3]}:{text[3:]}"


LETTERS: dict[str, Callable[[datetime, int], str]] = {
    "G": lambda moment, width: "AD",
    "y": _year(lambda moment: moment.year),
    "Y": _year(lambda moment: moment.isocalendar().year),
    "M": _month,
    "L": _month,
    "w": _number(lambda moment: moment.isocalendar().week),
    "W": _number(lambda moment: (moment.day + moment.replace(day=1).weekday() - 1) // 7 + 1),
    "D": _number(lambda moment: moment.timetuple().tm_yday),
    "d": _number(lambda moment: moment.day),
    "F": _number(lambda moment: (moment.day - 1) // 7 + 1),
    "E": _weekday,
    "u": _number(lambda moment: moment.isoweekday()),
    "a": lambda moment, width: "AM" if moment.hour < 12 else "PM",
    "H": _number(lambda moment: moment.hour),
    "k": _number(lambda moment: moment.hour or 24),
    "K": _number(lambda moment: moment.hour % 12),
    "h": _number(lambda moment: moment.hour % 12 or 12),
    "m": _number(lambda moment: moment.minute),
    "s": _number(lambda moment: moment.second),
    "S": _number(lambda moment: moment.microsecond // 1000),
    "z": _zone_name,
    "Z": _offset,
    "X": _iso_offset,
}
