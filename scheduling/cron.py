"""Cron expressions of six fields: second, minute, hour, day of month, month, day of week.

    Cron.parse("0 0 3 ? * MON").next_after(now)

A day must match both day fields. Source: DHIS2 2.42, scheduling, cron grammar (Spring's).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MACROS = {
    "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}  # fmt: skip
FIELDS = (("second", 0, 59), ("minute", 0, 59), ("hour", 0, 23), ("day-of-month", 1, 31), ("month", 1, 12),
          ("day-of-week", 0, 7))  # fmt: skip
MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11,
    "DEC": 12,
}  # fmt: skip
DAYS = {"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6}
NAMES = {"month": MONTHS, "day-of-week": DAYS}
# Whoever wants to run at every second wants no schedule. Source: DHIS2 2.42, undefined cron expressions.
UNDEFINED = frozenset({"", "* * * * * ?"})
NUMBER = re.compile(r"[0-9]{1,9}")
# The longest wait there is: from one February 29 on a given day of the week to the next, over a year like 2100.
FURTHEST_DAYS = 366 * 41
MOST_CHARACTERS = 255

DayRule = Callable[[date], bool]


class CronError(ValueError):
    """An expression that is none, in words for the client."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression. Times are of a zone's clock: one that is skipped in spring is none, one that comes twice in
    autumn counts the first time."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    day_rules: tuple[DayRule, ...]  # one of them must hold: day of month
    weekday_rules: tuple[DayRule, ...]  # and one of these: day of week

    @staticmethod
    @lru_cache(maxsize=512)
    def parse(text: str) -> Cron:
        """Errors: CronError."""
        if len(text) > MOST_CHARACTERS:
            raise CronError(f"Cron expression must have at most {MOST_CHARACTERS} characters (found {len(text)})")
        pieces = MACROS.get(text.strip().lower(), text).split()
        if len(pieces) != len(FIELDS):
            raise CronError(f'Cron expression must consist of 6 fields (found {len(pieces)} in "{text}")')
        second, minute, hour, day, month, weekday = pieces
        return Cron(
            _numbers(second, *FIELDS[0]), _numbers(minute, *FIELDS[1]), _numbers(hour, *FIELDS[2]),
            frozenset(_numbers(month, *FIELDS[4])),
            tuple(_day_rule(part) for part in _day_parts(day, "day-of-month")),
            tuple(_weekday_rule(part) for part in _day_parts(weekday, "day-of-week")),
        )  # fmt: skip

    def next_after(self, moment: datetime, zone: ZoneInfo, *, until: datetime | None = None) -> datetime | None:
        """The first time after `moment` (aware) that it names; None where there is none, as for February 30.

        Days behind that of `until` are not looked at: who only asks what is due does not go through decades.
        """
        last_day = until.astimezone(zone).date() if until is not None else date.max
        local = moment.astimezone(zone).replace(microsecond=0)
        day, not_before = local.date(), local.time()
        for _ in range(FURTHEST_DAYS):
            if self._names(day) and (found := self._first_time(day, not_before, moment, zone)) is not None:
                return found
            if day >= last_day:
                return None
            day, not_before = day + timedelta(days=1), time.min
        return None

    def _names(self, day: date) -> bool:
        return (
            day.month in self.months
            and any(rule(day) for rule in self.day_rules)
            and any(rule(day) for rule in self.weekday_rules)
        )

    def _first_time(self, day: date, not_before: time, moment: datetime, zone: ZoneInfo) -> datetime | None:
        for hour in (hour for hour in self.hours if hour >= not_before.hour):
            for minute in self.minutes:
                for second in self.seconds:
                    if time(hour, minute, second) < not_before:
                        continue
                    found = datetime.combine(day, time(hour, minute, second), zone)
                    if found > moment and found.timestamp() == _round_trip(found, zone):
                        return found
        return None


def is_defined(text: str | None) -> bool:
    """Whether it is a schedule at all."""
    return text is not None and text.strip() not in UNDEFINED


def _round_trip(found: datetime, zone: ZoneInfo) -> float:
    """Differs from the time's own stamp where clocks were put forward over it."""
    there = datetime.fromtimestamp(found.timestamp(), zone)
    return found.timestamp() if there.replace(tzinfo=None) == found.replace(tzinfo=None) else -1.0


def _numbers(text: str, field: str, least: int, greatest: int) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.upper().split(","):
        found.update(_part(part, field, least, greatest))
    return tuple(sorted(found))


def _part(part: str, field: str, least: int, greatest: int) -> range:
    base, slash, step_text = part.partition("/")
    step = _number(step_text, field, 1, 999_999_999) if slash else 1
    if base == "*":  # days of the week begin with Monday: */2 is Monday, Wednesday, Friday, Sunday
        return range(1 if field == "day-of-week" else least, greatest + 1, step)
    first_text, dash, last_text = base.partition("-")
    first = _number(first_text, field, least, greatest)
    last = _number(last_text, field, least, greatest) if dash else greatest if slash else first
    if field == "day-of-week" and dash and first > last and last == 0:
        last = 7  # SAT-SUN
    if first > last:
        raise CronError(f'Range of field {field} is backwards in "{part}"')
    return range(first, last + 1, step)


def _number(text: str, field: str, least: int, greatest: int) -> int:
    number = NAMES.get(field, {}).get(text)
    if number is None:
        if not NUMBER.fullmatch(text):
            raise CronError(f'Value "{text}" is not valid for field {field}')
        number = int(text)
    if not least <= number <= greatest:
        raise CronError(f"Value {number} of field {field} is not between {least} and {greatest}")
    return number


def _day_parts(text: str, field: str) -> list[str]:
    return ["*"] if text == "?" else text.upper().split(",")


def _day_rule(part: str) -> DayRule:
    """`L`, `L-n`, `LW`, `nW`, or numbers."""
    if part == "LW":
        return lambda day: day == _nearest_weekday(_last(day))
    if part == "L":
        return lambda day: day == _last(day)
    if part.startswith("L-"):
        before = timedelta(days=_number(part[2:], "day-of-month", 1, 30))
        return lambda day: day == _last(day) - before
    if part.endswith("W"):
        number = _number(part[:-1], "day-of-month", 1, 31)
        return lambda day: number <= _last(day).day and day == _nearest_weekday(day.replace(day=number))
    numbers = frozenset(_part(part, *FIELDS[3]))
    return lambda day: day.day in numbers


def _weekday_rule(part: str) -> DayRule:
    """`d#n`, `dL`, or numbers."""
    if "#" in part:
        weekday, _, text = part.partition("#")
        wanted, nth = _number(weekday, "day-of-week", 0, 7) % 7, _number(text, "day-of-week", 1, 5)
        return lambda day: day.isoweekday() % 7 == wanted and (day.day - 1) // 7 + 1 == nth
    if part.endswith("L"):
        wanted = _number(part[:-1], "day-of-week", 0, 7) % 7
        return lambda day: day.isoweekday() % 7 == wanted and day.day + 7 > _last(day).day
    numbers = frozenset(number % 7 for number in _part(part, *FIELDS[5]))
    return lambda day: day.isoweekday() % 7 in numbers


def _last(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _nearest_weekday(day: date) -> date:
    """Monday to Friday nearest to a day, in the same month."""
    weekday = day.isoweekday()
    if weekday == 6:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if weekday == 7:
        return day + timedelta(days=1) if day < _last(day) else day - timedelta(days=2)
    return day
