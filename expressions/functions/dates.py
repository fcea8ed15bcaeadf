"""Functions of dates. Times of day do not count: a date-time is its day.

Source: DHIS2 2.42, program rules, functions.
"""

from __future__ import annotations

import datetime
import math
import re
from functools import lru_cache

from expressions.errors import EvaluationError
from expressions.functions.declaring import plain
from expressions.kinds import Kind

MINUTES_OF_A_DAY = 1440
LONGEST_KEPT = 40  # characters of a text whose day is kept
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII)


def to_date(value: object) -> datetime.date | None:
    """The day that a value names, `2024-05-01` or a date-time that begins like this; no text is no date."""
    if isinstance(value, str):
        return _seen_day(value) if len(value) <= LONGEST_KEPT else _day(value)
    if value is None:
        return None
    if isinstance(value, datetime.date):
        return value.date() if isinstance(value, datetime.datetime) else value
    raise EvaluationError(f"`{value}` is not a date")


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    if match is not None:
        try:
            return datetime.date.fromisoformat(match[1])
        except ValueError:
            pass  # a day that no calendar has; told below
    raise EvaluationError(f"`{text}` is not a date")


_seen_day = lru_cache(maxsize=10_000)(_day)  # days repeat


@plain("d2:daysBetween", Kind.DATE, Kind.DATE, gives=Kind.NUMBER)
def days_between(start: datetime.date | None, end: datetime.date | None) -> float:
    """Days from the first to the second; negative where the second is earlier, as in all of these."""
    start, end = _both(start, end)
    return float((end - start).days)


@plain("d2:weeksBetween", Kind.DATE, Kind.DATE, gives=Kind.NUMBER)
def weeks_between(start: datetime.date | None, end: datetime.date | None) -> float:
    start, end = _both(start, end)
    return float(_whole((end - start).days, 7))


@plain("d2:monthsBetween", Kind.DATE, Kind.DATE, gives=Kind.NUMBER)
def months_between(start: datetime.date | None, end: datetime.date | None) -> float:
    return float(_months(*_both(start, end)))


@plain("d2:yearsBetween", Kind.DATE, Kind.DATE, gives=Kind.NUMBER)
def years_between(start: datetime.date | None, end: datetime.date | None) -> float:
    return float(_whole(_months(*_both(start, end)), 12))


@plain("d2:minutesBetween", Kind.DATE, Kind.DATE, gives=Kind.NUMBER)
def minutes_between(start: datetime.date | None, end: datetime.date | None) -> float:
    return days_between(start, end) * MINUTES_OF_A_DAY


@plain("d2:addDays", Kind.DATE, Kind.NUMBER, gives=Kind.DATE)
def add_days(date: datetime.date | None, days: float | None) -> datetime.date | None:
    """So many whole days later."""
    if date is None:
        return None
    if days is None or not math.isfinite(days):
        raise EvaluationError("d2:addDays needs a number of days")
    try:
        return date + datetime.timedelta(days=math.trunc(days))
    except OverflowError as error:
        raise EvaluationError(f"No date is {days:g} days from `{date}`") from error


def _both(start: datetime.date | None, end: datetime.date | None) -> tuple[datetime.date, datetime.date]:
    if start is None or end is None:
        raise EvaluationError("A date is missing")
    return start, end


def _whole(count: int, size: int) -> int:
    """How many times `size` goes into a count; nothing is made of a rest, on either side of zero."""
    return count // size if count >= 0 else -(-count // size)


def _months(start: datetime.date, end: datetime.date) -> int:
    # A month has less than 32 days: this way the day decides whether the last month is a whole one.
    packed = [(day.year * 12 + day.month - 1) * 32 + day.day for day in (start, end)]
    return _whole(packed[1] - packed[0], 32)
