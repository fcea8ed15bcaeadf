"""Periods and days, each with the periods of every type around it.

PostgreSQL knows no period types: rows are made here and sent within the statement.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.dimensions import DAYS, PERIOD_COLUMNS, PERIODS
from analytics.hands import Hands
from analytics.identifiers import literal
from analytics.resources.data_sets import TYPE_NUMBERS
from analytics.resources.tables import ResourceTable
from analytics.years import available_years
from configuration.settings import system_settings
from dhis2api.periods import PERIOD_TYPES, InvalidPeriod, PeriodType, period_type, periods_between

STORED = "SELECT id, iso, period_type, start_date, end_date FROM metadata_period ORDER BY id"
WEEK = 7  # the length of types whose year is that of their fourth day
TYPES = tuple(f"{quoted} text" for quoted in PERIOD_COLUMNS)


def period_structure(hands: Hands) -> ResourceTable:
    """Every stored period, its year, and the periods of longer types that its beginning lies in."""
    columns = (
        "periodid bigint NOT NULL", "iso character varying(20) NOT NULL", "daysno integer NOT NULL",
        "startdate date NOT NULL", "enddate date NOT NULL", "periodtypeid integer NOT NULL",
        "periodtypename character varying(255) NOT NULL", "monthstartdate date NOT NULL", "year integer NOT NULL",
        *TYPES,
    )  # fmt: skip
    rows = (_period_row(*stored) for stored in hands.execute(STORED))
    return ResourceTable(
        PERIODS, "PERIOD_STRUCTURE", columns, _rows(rows, columns), ("periodid",), ("iso",), ("year", "startdate")
    )


def day_structure(hands: Hands) -> ResourceTable:
    """Every day of the available years, and the period of each type that it lies in."""
    columns = ("dateperiod date NOT NULL", "year integer NOT NULL", "monthstartdate date NOT NULL", *TYPES)
    years = available_years(hands, system_settings("keyAnalyticsPeriodYearsOffset"))
    rows = _day_rows(datetime.date(years.start, 1, 1), datetime.date(years.stop - 1, 12, 31))
    return ResourceTable(DAYS, "DATE_PERIOD_STRUCTURE", columns, _rows(rows, columns), ("dateperiod",))


def _period_row(key: int, iso: str, type: str, start: datetime.date, end: datetime.date) -> list[Any]:
    own = period_type(type)
    middle = start + datetime.timedelta(days=3) if own.frequency_order == WEEK else start
    around = [_containing(kind, middle) if _is_longer(kind, own) else None for kind in PERIOD_TYPES.values()]
    days = (end - start).days + 1
    month = start.replace(day=1)
    return [key, iso, days, start, end, TYPE_NUMBERS[type], type, month, middle.year, *around]


def _is_longer(kind: PeriodType, own: PeriodType) -> bool:
    return kind is own or kind.frequency_order > own.frequency_order


def _containing(kind: PeriodType, day: datetime.date) -> str | None:
    try:
        return kind.containing(day).iso
    except InvalidPeriod:  # it would begin before the year 1 or end after 9999: no period is around the day
        return None


def _day_rows(first: datetime.date, last: datetime.date) -> Iterator[list[Any]]:
    count = (last - first).days + 1
    columns = []
    for kind in PERIOD_TYPES.values():
        found: list[str | None] = [None] * count
        for period in periods_between(kind, first, last):
            # A long 27th fortnight gives way to the next year's first: later ones win.
            from_day, to_day = max((period.start - first).days, 0), min((period.end - first).days, count - 1)
            found[from_day : to_day + 1] = [period.iso] * (to_day - from_day + 1)
        columns.append(found)
    for number, periods in enumerate(zip(*columns, strict=True)):
        day = first + datetime.timedelta(days=number)
        yield [day, day.year, day.replace(day=1), *periods]


def _rows(rows: Iterable[list[Any]], columns: tuple[str, ...]) -> str:
    """A SELECT of rows, sent as one array a column: neither dates, numbers nor identifiers hold what would need quotes.

    An array is read several times as fast as the same in JSON.
    """
    types = [definition.split(" ", 1)[1].removesuffix(" NOT NULL") for definition in columns]
    values: Iterable[Iterable[Any]] = zip(*rows, strict=True)
    arrays = [
        "{" + ",".join("NULL" if value is None else str(value) for value in column) + "}"
        for column in values
    ] or ["{}"] * len(types)  # fmt: skip
    sent = ", ".join(f"{literal(array)}::{type}[]" for array, type in zip(arrays, types, strict=True))
    return f"SELECT * FROM unnest({sent})"
