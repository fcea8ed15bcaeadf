"""Which periods rules are evaluated for (DHIS2 2.42, validation rule analysis and monitoring)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import QuerySet

from dhis2api.periods import InvalidPeriod, Period, PeriodType, parse_period
from metadata import models

PeriodsByType = Mapping[PeriodType, Sequence[Period]]


def periods_within(types: Collection[PeriodType], start: datetime.date, end: datetime.date) -> PeriodsByType:
    """Of the periods that anything is stored for, those that lie between two days."""
    return _stored(types, models.Period.objects.filter(start_date__gte=start, end_date__lte=end))


def periods_touching(types: Collection[PeriodType], start: datetime.date, end: datetime.date) -> PeriodsByType:
    """Of the periods that anything is stored for, those that have a day between two days."""
    return _stored(types, models.Period.objects.filter(start_date__lte=end, end_date__gte=start))


def current_and_previous(types: Collection[PeriodType], today: datetime.date) -> PeriodsByType:
    """The period of each type that today belongs to, after the one before it."""
    return {type: [current.previous(), current] for type in types if (current := type.containing(today))}


def day_shifted(today: datetime.date, days: int) -> datetime.date:
    """So many days from today, as far as the calendar goes."""
    try:
        return today + datetime.timedelta(days=days)
    except OverflowError:
        return datetime.date.max if days > 0 else datetime.date.min


def window_of(period: Period, today: datetime.date) -> tuple[Period, int]:
    """The days that a sliding window of a period looks at, and its last day's number within the period, from 0.

    The window is as long as the period's type says, and ends today, or where the period does if that is earlier.
    """
    end = max(min(today, period.end), period.start)
    start = day_shifted(end, 1 - period.type.frequency_order)
    day = (end - period.start).days
    return Period(period.type, start, end, f"{period.iso}+{day}"), day


def _stored(types: Collection[PeriodType], rows: QuerySet[models.Period]) -> PeriodsByType:
    found: dict[PeriodType, list[Period]] = defaultdict(list)
    named = rows.filter(period_type__in=[type.name for type in types]).order_by("start_date", "iso")
    for iso in named.values_list("iso", flat=True):
        try:
            period = parse_period(iso)
        except InvalidPeriod:  # a row of another calendar than this server's
            continue
        found[period.type].append(period)
    return found
