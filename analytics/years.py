"""The years that are analysed.

Source: DHIS2 2.42, analytics, keyAnalyticsPeriodYearsOffset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from analytics.hands import Hands
from analytics.plans import local
from scheduling.progress import JobRefused

FIRST_YEAR = 1975
YEARS_AHEAD = 25
MARGIN = 5  # years around those that data has
OUTSIDE = "The data has the year {}, which is more than {} years from now"
# What decides about an event's year: when it is to happen, while it is only scheduled.
EVENT_DATE = local("CASE WHEN event.status = 'SCHEDULE' THEN event.scheduled_at ELSE event.occurred_at END")
PRESENT = f"""
    SELECT DISTINCT extract(year FROM start_date)::integer FROM metadata_period
    UNION SELECT DISTINCT extract(year FROM {EVENT_DATE})::integer FROM event
    WHERE NOT deleted AND {EVENT_DATE} IS NOT NULL
"""


def available_years(hands: Hands, settings: Mapping[str, Any]) -> range:
    """The years whose days are known: without an offset, a fixed range; with one, those of the data.

    Errors: JobRefused for data of a year that is further away than the offset.
    """
    offset = settings["keyAnalyticsPeriodYearsOffset"]
    this_year = timezone.localtime().year
    if offset < 0:
        return range(FIRST_YEAR, this_year + YEARS_AHEAD + 1)
    years = sorted({this_year, *(year for (year,) in hands.execute(PRESENT))})
    for year in (years[0], years[-1]):
        if abs(year - this_year) > offset:
            raise JobRefused(OUTSIDE.format(year, offset))
    return range(max(years[0] - MARGIN, 1), min(years[-1] + MARGIN, 9998) + 1)
