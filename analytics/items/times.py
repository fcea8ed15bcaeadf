"""Which stored periods count for a period that is asked for: itself, longer ones around it, shorter ones within it.

What the dot functions of an item say about periods is part of it. Source: DHIS2 2.42, indicators, dot functions.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db import connection

from dhis2api.periods import PERIOD_TYPES, InvalidPeriod, Period, PeriodType, period_type, periods_between
from expressions.items import Modifiers

WEEK = 7  # the length of types whose periods belong to where their fourth day lies
YEARS_BACK = 10  # that the last value is looked for
STORED = """
    SELECT id, iso, period_type, start_date, end_date FROM metadata_period
    WHERE start_date <= %(last)s AND end_date >= %(first)s
"""


class Span(Enum):
    """The stored periods that count."""

    EXACT = auto()
    LONGER = auto()  # the period, and longer ones around it
    WITHIN = auto()  # the period, and shorter ones within it
    AROUND = auto()  # those, and longer ones around it
    RECENT = auto()  # those that begin in the ten years before the period's end


@dataclass(frozen=True, slots=True)
class Clock:
    """How the periods of an item are found."""

    span: Span
    offset: int = 0
    year_to_date: bool = False
    min_date: str | None = None
    max_date: str | None = None

    @classmethod
    def of(cls, span: Span, modifiers: Modifiers) -> Clock:
        """The clock of an item that has these modifiers."""
        return cls(span, modifiers.period_offset, modifiers.year_to_date, modifiers.min_date, modifiers.max_date)

    def admits(self, start: datetime.date, end: datetime.date) -> bool:
        """Whether a stored period lies between the dates that were given."""
        return not (
            self.min_date is not None and start < datetime.date.fromisoformat(self.min_date)
            or self.max_date is not None and end > datetime.date.fromisoformat(self.max_date)
        )  # fmt: skip

    def targets(self, asked: Period) -> list[Period]:
        """The periods meant where one is asked for."""
        try:
            target = asked.shift(self.offset) if self.offset else asked
            if not self.year_to_date:
                return [target]
            return list(periods_between(target.type, target.start.replace(month=1, day=1), target.start))
        except InvalidPeriod:  # before the year 1 or after 9999 nothing is stored
            return []


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of a period."""

    pk: int
    iso: str
    type: PeriodType
    start: datetime.date
    end: datetime.date

    @property
    def days(self) -> int:
        """Its length."""
        return (self.end - self.start).days + 1

    def within(self, type: PeriodType) -> str | None:
        """The period of a type that this one counts for: its own, or the longer one that it begins in."""
        if type is self.type:
            return self.iso
        return enclosing(self.type, self.start, type) if type.frequency_order > self.type.frequency_order else None


def enclosing(own: PeriodType, start: datetime.date, type: PeriodType) -> str | None:
    """The period of a longer type that a period counts for; of weeks the fourth day decides."""
    middle = start + datetime.timedelta(days=3) if own.frequency_order == WEEK else start
    try:
        return type.containing(middle).iso
    except InvalidPeriod:
        return None


Time = tuple[int, int, int, int]  # number of the clock, number of the period asked for, stored period, its days


def find_times(clocks: Iterable[Clock], asked: list[Period]) -> list[Time]:
    """The stored periods that count, for each clock and period. One query."""
    return [
        (number, at, stored.pk, stored.days)
        for (number, at), found in find_stored(clocks, asked).items() for stored in found
    ]  # fmt: skip


def find_stored(clocks: Iterable[Clock], asked: list[Period]) -> dict[tuple[int, int], list[Stored]]:
    """The same by the numbers of clock and period."""
    numbered = list(enumerate(clocks))
    targets = {(number, at): clock.targets(period) for number, clock in numbered for at, period in enumerate(asked)}
    known = _stored(numbered, targets)
    times: dict[tuple[int, int], list[Stored]] = {}
    for number, clock in numbered:
        finder = _Finder(clock.span, known, {target.type for at in range(len(asked)) for target in targets[number, at]})
        for at in range(len(asked)):
            found = {stored.pk: stored for target in targets[number, at] for stored in finder.find(target)}
            times[number, at] = [stored for stored in found.values() if clock.admits(stored.start, stored.end)]
    return times


def _stored(clocks: list[tuple[int, Clock]], targets: dict[tuple[int, int], list[Period]]) -> list[Stored]:
    ranges = list(_ranges(dict(clocks), targets))
    if not ranges:
        return []
    parameters: dict[str, Any] = {"first": min(first for first, _ in ranges), "last": max(last for _, last in ranges)}
    with connection.cursor() as cursor:
        cursor.execute(STORED, parameters)
        return [Stored(pk, iso, period_type(type), start, end) for pk, iso, type, start, end in cursor.fetchall()]


def _ranges(
    clocks: dict[int, Clock], targets: dict[tuple[int, int], list[Period]]
) -> Iterator[tuple[datetime.date, datetime.date]]:
    for (number, _), found in targets.items():
        for target in found:
            yield (_years_before(target.end) if clocks[number].span is Span.RECENT else target.start), target.end


def _years_before(day: datetime.date) -> datetime.date:
    year = max(day.year - YEARS_BACK, 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


class _Finder:
    """Looks up stored periods as a span says."""

    def __init__(self, span: Span, known: list[Stored], types: set[PeriodType]) -> None:
        self.span = span
        self.known = known
        self.by_iso = {stored.iso: stored for stored in known}
        self.within: dict[str, list[Stored]] = {}
        if span in (Span.WITHIN, Span.AROUND):
            for type in types:
                for stored in known:
                    if iso := stored.within(type):
                        self.within.setdefault(iso, []).append(stored)

    def find(self, target: Period) -> Iterator[Stored]:
        """The stored periods that count for one."""
        if self.span is Span.RECENT:
            first = _years_before(target.end)
            yield from (stored for stored in self.known if first <= stored.start <= target.end)
            return
        if self.span in (Span.WITHIN, Span.AROUND):
            yield from self.within.get(target.iso, ())
        elif target.iso in self.by_iso:
            yield self.by_iso[target.iso]
        if self.span in (Span.LONGER, Span.AROUND):
            yield from self._around(target)

    def _around(self, target: Period) -> Iterator[Stored]:
        for type in PERIOD_TYPES.values():
            if type.frequency_order > target.type.frequency_order:
                try:
                    around = type.containing(target.start)
                except InvalidPeriod:
                    continue
                if around.covers(target) and around.iso in self.by_iso:
                    yield self.by_iso[around.iso]
