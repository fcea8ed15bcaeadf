"""Period types: each numbers its periods by consecutive integers, and everything else is arithmetic on them.

A type knows four things: which index a date falls in, the dates of an index, its ISO text, and the index that a
matched text means. Next, previous, containing and ranges follow from those. The periods of a type are contiguous,
but for one case of DHIS2's own: in a year of 53 weeks, BiWeekly 27 begins in week 53 and overlaps the next BiW1.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

YEAR = "([0-9]{4})"
MONDAY, WEDNESDAY, THURSDAY, SATURDAY, SUNDAY = 0, 2, 3, 5, 6


class InvalidPeriod(ValueError):
    """The text names no period, or the period would leave the years 1 to 9999."""


@dataclass(frozen=True, slots=True)
class Period:
    """One period: both dates belong to it. Equal when type and dates are."""

    type: PeriodType
    start: date
    end: date
    # canonical text, as stored and exported: never zero-padded weeks, no dashes
    iso: str

    def shift(self, count: int) -> Period:
        """The period of the same type `count` later (earlier when negative)."""
        return self.type.at(self.type.index_of(self.start) + count)

    def next(self, count: int = 1) -> Period:
        return self.shift(count)

    def previous(self, count: int = 1) -> Period:
        return self.shift(-count)

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def covers(self, other: Period) -> bool:
        """Whether `other`, of any type, lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    @property
    def display_name(self) -> str:
        """English name: `January 2026`, `Week 5 2026-01-26 - 2026-02-01`, `April 2026 - March 2027`."""
        return self.type.display_name(self)

    def __str__(self) -> str:
        return self.iso


class PeriodType:
    """A period type by its DHIS2 name. There is one instance a name (`period_type`); compare by identity.

    `frequency_order` is DHIS2's length in days, for "which type is the longer one"; `duration` is the ISO 8601
    duration of ADX; `pattern` is matched against the whole text, case-sensitively.
    """

    name: str
    frequency_order: int
    duration: str
    pattern: re.Pattern[str]

    def __init__(self, name: str, frequency_order: int, duration: str, pattern: str) -> None:
        self.name = name
        self.frequency_order = frequency_order
        self.duration = duration
        self.pattern = re.compile(pattern, re.ASCII)

    def at(self, index: int) -> Period:
        """The period of that index. Errors: InvalidPeriod outside the years 1 to 9999."""
        try:
            start, end = self.dates_of(index)
        except (ValueError, OverflowError) as error:
            raise InvalidPeriod(f"{self.name} period outside the years 1 to 9999") from error
        return Period(self, start, end, self.iso_of(index))

    def containing(self, day: date) -> Period:
        return self.at(self.index_of(day))

    def of_year(self, year: int) -> list[Period]:
        """The periods that carry `year` in their text, in order (daily ones: the days of that year)."""
        return [self.at(index) for index in range(self.first_index(year), self.first_index(year + 1))]

    def index_of(self, day: date) -> int:
        raise NotImplementedError

    def first_index(self, year: int) -> int:
        """Index of the first period whose text carries `year`."""
        raise NotImplementedError

    def dates_of(self, index: int) -> tuple[date, date]:
        raise NotImplementedError

    def iso_of(self, index: int) -> str:
        raise NotImplementedError

    def index_from(self, match: re.Match[str]) -> int | None:
        """The index that a match of `pattern` means; None where the numbers name no period."""
        raise NotImplementedError

    def display_name(self, period: Period) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<PeriodType {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # identity survives pickling and copying
        return period_type, (self.name,)


class DayType(PeriodType):
    """Daily. The index is the proleptic ordinal of the day."""

    def index_of(self, day: date) -> int:
        return day.toordinal()

    def first_index(self, year: int) -> int:
        return date(year - 1, 12, 31).toordinal() + 1 if year > 1 else 1

    def dates_of(self, index: int) -> tuple[date, date]:
        day = date.fromordinal(index)
        return day, day

    def iso_of(self, index: int) -> str:
        return date.fromordinal(index).isoformat().replace("-", "")

    def index_from(self, match: re.Match[str]) -> int | None:
        year, month, day = (int(digits) for digits in match.group(1, 3, 4))
        try:
            return date(year, month, day).toordinal()
        except ValueError:  # no such day: the text is no period
            return None

    def display_name(self, period: Period) -> str:
        return period.start.isoformat()


class WeekType(PeriodType):
    """The weekly family. Week 1 is the week, beginning on `weekday`, that contains 4 January."""

    def __init__(self, name: str, letters: str, weekday: int) -> None:
        super().__init__(name, 7, "P7D", rf"{YEAR}{letters}([0-9]{{1,2}})")
        self.letters = letters
        self.weekday = weekday

    def index_of(self, day: date) -> int:
        # ordinal 1 is a Monday
        return (day.toordinal() - 1 - self.weekday) // 7

    def first_index(self, year: int) -> int:
        if year > date.max.year:
            return self.index_of(date.max) + 1
        return self.index_of(date(year, 1, 4))

    def dates_of(self, index: int) -> tuple[date, date]:
        start = date.fromordinal(index * 7 + 1 + self.weekday)
        return start, start + timedelta(days=6)

    def week_of(self, index: int) -> tuple[int, int]:
        """Week-year and number. A week 1 starts from 29 December to 4 January, so its 4th day tells the year."""
        year = date.fromordinal(index * 7 + 4 + self.weekday).year
        return year, index - self.first_index(year) + 1

    def iso_of(self, index: int) -> str:
        year, week = self.week_of(index)
        return f"{year:04}{self.letters}{week}"

    def index_from(self, match: re.Match[str]) -> int | None:
        year, week = int(match[1]), int(match[2])
        if year < 1 or week < 1:
            return None
        index = self.first_index(year) + week - 1
        # W53 of a year of 52 weeks would be the next year's W1 under another name
        return index if index < self.first_index(year + 1) else None

    def display_name(self, period: Period) -> str:
        _, week = self.week_of(self.index_of(period.start))
        return f"Week {week} {period.start} - {period.end}"


class BiWeekType(PeriodType):
    """BiWeekly n is the Monday weeks 2n-1 and 2n; a 53rd week begins a 27th one of 14 days."""

    def __init__(self, name: str) -> None:
        super().__init__(name, 14, "P14D", rf"{YEAR}BiW([0-9]{{1,2}})")
        self.weeks = WeekType("Weekly", "W", MONDAY)

    def index_of(self, day: date) -> int:
        year, week, _ = day.isocalendar()
        return self.first_index(year) + (week - 1) // 2

    def first_index(self, year: int) -> int:
        # 26 a year, and one more for each earlier year of 53 weeks; year 1 starts at 0
        if year > date.max.year:
            return self.index_of(date.max) + 1
        return self.weeks.first_index(year) - 26 * (year - 1)

    def number_of(self, index: int) -> tuple[int, int]:
        """Year and number n."""
        # 71 of 400 years are long: the guess is at most one year off
        year = min(max(int(index / (26 + 71 / 400)) + 1, 1), date.max.year)
        while index < self.first_index(year) and year > 1:
            year -= 1
        while year < date.max.year and index >= self.first_index(year + 1):
            year += 1
        return year, index - self.first_index(year) + 1

    def dates_of(self, index: int) -> tuple[date, date]:
        year, number = self.number_of(index)
        start, _ = self.weeks.dates_of(self.weeks.first_index(year) + 2 * (number - 1))
        return start, start + timedelta(days=13)

    def iso_of(self, index: int) -> str:
        year, number = self.number_of(index)
        return f"{year:04}BiW{number}"

    def index_from(self, match: re.Match[str]) -> int | None:
        year, number = int(match[1]), int(match[2])
        if year < 1 or number < 1:
            return None
        index = self.first_index(year) + number - 1
        return index if index < self.first_index(year + 1) else None

    def display_name(self, period: Period) -> str:
        _, number = self.number_of(self.index_of(period.start))
        return f"Bi-Week {number} {period.start} - {period.end}"


class MonthType(PeriodType):
    """Types made of whole months.

    `span` months each; the first one carrying year Y starts `first` months after January of Y (negative: in the
    year before). `pattern` and `text` are what follows the year.
    """

    def __init__(
        self, name: str, frequency_order: int, duration: str, *, pattern: str, text: str, span: int, first: int = 0
    ) -> None:
        super().__init__(name, frequency_order, duration, YEAR + pattern)
        self.text = text
        self.span = span
        self.first = first
        self.per_year = 12 // span

    def index_of(self, day: date) -> int:
        return (day.year * 12 + day.month - 1 - self.first) // self.span

    def first_index(self, year: int) -> int:
        return year * self.per_year

    def dates_of(self, index: int) -> tuple[date, date]:
        months = index * self.span + self.first
        year, month = divmod(months, 12)
        last_year, last_month = divmod(months + self.span - 1, 12)
        start = date(year, month + 1, 1)
        return start, date(last_year, last_month + 1, monthrange(last_year, last_month + 1)[1])

    def iso_of(self, index: int) -> str:
        year, slot = divmod(index, self.per_year)
        return f"{year:04}{self.text.format(slot + 1)}"

    def index_from(self, match: re.Match[str]) -> int | None:
        number = int(match[2]) if self.per_year > 1 else 1
        return int(match[1]) * self.per_year + number - 1 if 1 <= number <= self.per_year else None

    def display_name(self, period: Period) -> str:
        start, end = period.start, period.end
        if self.name == "Yearly":
            return f"{start.year:04}"
        last = f"{month_name[end.month]} {end.year:04}"
        if self.span == 1:
            return last
        year = "" if start.year == end.year else f" {start.year:04}"
        return f"{month_name[start.month]}{year} - {last}"


# In the order in which a text is tried (DHIS2 2.42, BasePeriod / PeriodType parsing).
_ALL: tuple[PeriodType, ...] = (
    DayType("Daily", 1, "P1D", YEAR + r"(-?)([0-9]{2})\2([0-9]{2})"),
    WeekType("Weekly", "W", MONDAY),
    WeekType("WeeklyWednesday", "WedW", WEDNESDAY),
    WeekType("WeeklyThursday", "ThuW", THURSDAY),
    WeekType("WeeklySaturday", "SatW", SATURDAY),
    WeekType("WeeklySunday", "SunW", SUNDAY),
    BiWeekType("BiWeekly"),
    MonthType("Monthly", 30, "P1M", pattern="-?([0-9]{2})", text="{:02}", span=1),
    MonthType("BiMonthly", 61, "P2M", pattern="([0-9]{2})B", text="{:02}B", span=2),
    MonthType("Quarterly", 91, "P3M", pattern="Q([0-9])", text="Q{}", span=3),
    MonthType("QuarterlyNov", 91, "P3M", pattern="NovQ([0-9])", text="NovQ{}", span=3, first=-2),
    MonthType("SixMonthly", 182, "P6M", pattern="S([0-9])", text="S{}", span=6),
    MonthType("SixMonthlyApril", 182, "P6M", pattern="AprilS([0-9])", text="AprilS{}", span=6, first=3),
    MonthType("SixMonthlyNov", 182, "P6M", pattern="NovS([0-9])", text="NovS{}", span=6, first=-2),
    MonthType("Yearly", 365, "P1Y", pattern="", text="", span=12),
    MonthType("FinancialApril", 365, "P1Y", pattern="April", text="April", span=12, first=3),
    MonthType("FinancialJuly", 365, "P1Y", pattern="July", text="July", span=12, first=6),
    MonthType("FinancialSep", 365, "P1Y", pattern="Sep", text="Sep", span=12, first=8),
    MonthType("FinancialOct", 365, "P1Y", pattern="Oct", text="Oct", span=12, first=9),
    MonthType("FinancialNov", 365, "P1Y", pattern="Nov", text="Nov", span=12, first=-2),
)
PERIOD_TYPES: dict[str, PeriodType] = {kind.name: kind for kind in _ALL}


def period_type(name: str) -> PeriodType:
    """The type of that DHIS2 name (`Monthly`, `FinancialApril`), case-sensitive. Errors: ValueError."""
    try:
        return PERIOD_TYPES[name]
    except KeyError:
        raise ValueError(f"`{name}` is not a period type, expected one of {', '.join(PERIOD_TYPES)}") from None


def period_containing(kind: PeriodType | str, day: date) -> Period:
    """The period of that type in which `day` lies (of two overlapping BiWeekly ones, the week decides)."""
    return (period_type(kind) if isinstance(kind, str) else kind).containing(day)


def periods_between(kind: PeriodType, start: date, end: date) -> Iterator[Period]:
    """From the period of that type that contains `start` to the one that contains `end`, in order, lazily."""
    for index in range(kind.index_of(start), kind.index_of(end) + 1):
        yield kind.at(index)
