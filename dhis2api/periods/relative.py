"""Relative period keywords: `LAST_12_MONTHS` as of a given day becomes twelve periods.

`LAST_n_…` ends with the period before the current one. Source: DHIS2 2.42, relative periods.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from .period_types import Period, PeriodType, period_type

Expansion = Callable[[date, PeriodType], list[Period]]


def _rolling(name: str | None, offset: int, count: int) -> Expansion:
    """`count` periods from `offset` after the current one; without a name, of the financial year's type."""

    def expand(today: date, financial_year: PeriodType) -> list[Period]:
        first = (period_type(name) if name else financial_year).containing(today).shift(offset)
        return [first.shift(step) for step in range(count)]

    return expand


def _last(name: str | None, count: int) -> Expansion:
    return _rolling(name, -count, count)


def _of_year(name: str, offset: int) -> Expansion:
    """All periods that carry the number of this year, or of the year `offset` away."""

    def expand(today: date, financial_year: PeriodType) -> list[Period]:
        return period_type(name).of_year(today.year + offset)

    return expand


RELATIVE_PERIODS: dict[str, Expansion] = {
    "TODAY": _rolling("Daily", 0, 1),
    "YESTERDAY": _last("Daily", 1),
    **{f"LAST_{count}_DAYS": _last("Daily", count) for count in (3, 7, 14, 30, 60, 90, 180)},
    "THIS_WEEK": _rolling("Weekly", 0, 1),
    "LAST_WEEK": _last("Weekly", 1),
    "THIS_BIWEEK": _rolling("BiWeekly", 0, 1),
    "LAST_BIWEEK": _last("BiWeekly", 1),
    "THIS_MONTH": _rolling("Monthly", 0, 1),
    "LAST_MONTH": _last("Monthly", 1),
    "THIS_BIMONTH": _rolling("BiMonthly", 0, 1),
    "LAST_BIMONTH": _last("BiMonthly", 1),
    "THIS_QUARTER": _rolling("Quarterly", 0, 1),
    "LAST_QUARTER": _last("Quarterly", 1),
    "THIS_SIX_MONTH": _rolling("SixMonthly", 0, 1),
    "LAST_SIX_MONTH": _last("SixMonthly", 1),
    "THIS_YEAR": _rolling("Yearly", 0, 1),
    "LAST_YEAR": _last("Yearly", 1),
    "THIS_FINANCIAL_YEAR": _rolling(None, 0, 1),
    "LAST_FINANCIAL_YEAR": _last(None, 1),
    "WEEKS_THIS_YEAR": _of_year("Weekly", 0),
    "MONTHS_THIS_YEAR": _of_year("Monthly", 0),
    "BIMONTHS_THIS_YEAR": _of_year("BiMonthly", 0),
    "QUARTERS_THIS_YEAR": _of_year("Quarterly", 0),
    "MONTHS_LAST_YEAR": _of_year("Monthly", -1),
    "QUARTERS_LAST_YEAR": _of_year("Quarterly", -1),
    **{f"LAST_{count}_WEEKS": _last("Weekly", count) for count in (4, 12, 52)},
    "LAST_4_BIWEEKS": _last("BiWeekly", 4),
    **{f"LAST_{count}_MONTHS": _last("Monthly", count) for count in (3, 6, 12)},
    "LAST_6_BIMONTHS": _last("BiMonthly", 6),
    "LAST_4_QUARTERS": _last("Quarterly", 4),
    "LAST_2_SIXMONTHS": _last("SixMonthly", 2),
    **{f"LAST_{count}_YEARS": _last("Yearly", count) for count in (5, 10)},
    **{f"LAST_{count}_FINANCIAL_YEARS": _last(None, count) for count in (5, 10)},
}


def relative_periods(keyword: str, today: date, *, financial_year: str = "FinancialOct") -> list[Period]:
    """The periods that `keyword` means on `today`, in order.

    `financial_year` is the period type of the system setting analyticsFinancialYearStart.
    Errors: ValueError for an unknown keyword; InvalidPeriod at the edge of the years 1 to 9999.
    """
    try:
        expand = RELATIVE_PERIODS[keyword]
    except KeyError:
        raise ValueError(f"`{keyword}` is not a relative period") from None
    return expand(today, period_type(financial_year))
