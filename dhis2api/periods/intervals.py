"""Periods as ADX writes them: `2015-06-01/P1M`, a start date and an ISO 8601 duration.

The date need not be the first day: the period that contains it is meant. Export and import are inverse for all
types but QuarterlyNov (read back as Quarterly) and FinancialSep (refused), as in DHIS2 2.42.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from .period_types import InvalidPeriod, Period, period_containing

# duration → period type; for the last three the date decides
BY_DURATION = {
    "P1D": "Daily",
    "P14D": "BiWeekly",
    "P1M": "Monthly",
    "P2M": "BiMonthly",
    "P3M": "Quarterly",
}
BY_WEEKDAY = {0: "Weekly", 2: "WeeklyWednesday", 3: "WeeklyThursday", 5: "WeeklySaturday", 6: "WeeklySunday"}
BY_MONTH = {
    "P6M": {
        1: "SixMonthly",
        7: "SixMonthly",
        4: "SixMonthlyApril",
        10: "SixMonthlyApril",
        11: "SixMonthlyNov",
        5: "SixMonthlyNov",
    },
    "P1Y": {
        1: "Yearly",
        4: "FinancialApril",
        7: "FinancialJuly",
        10: "FinancialOct",
        11: "FinancialNov",
    },
}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?")


def period_from_interval(text: str) -> Period:
    """The period meant by `date/duration`; of a date-time the date counts. Errors: InvalidPeriod."""
    parts = text.split("/") if len(text) <= 64 else []
    if len(parts) != 2:
        raise InvalidPeriod(f"`{text[:64]}` is not a date and a duration separated by one slash")
    day, duration = _date(parts[0]), parts[1]
    return period_containing(_type_name(day, duration), day)


def format_interval(period: Period) -> str:
    """`2015-06-01/P1M`: the first day and the duration of the period's type."""
    return f"{period.start.isoformat()}/{period.type.duration}"


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise InvalidPeriod(f"`{text}` is not a date of the form yyyy-MM-dd")
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise InvalidPeriod(f"`{text}` is not a date of the form yyyy-MM-dd: {error}") from error


def _type_name(day: date, duration: str) -> str:
    if duration in BY_DURATION:
        return BY_DURATION[duration]
    if duration == "P7D":
        if day.weekday() not in BY_WEEKDAY:
            raise InvalidPeriod(f"No week of `{duration}` starts on a {day:%A}")
        return BY_WEEKDAY[day.weekday()]
    if duration not in BY_MONTH:
        raise InvalidPeriod(f"`{duration}` is not a supported duration type")
    if day.month not in BY_MONTH[duration]:
        raise InvalidPeriod(f"No period of `{duration}` starts in {day:%B}")
    return BY_MONTH[duration][day.month]
