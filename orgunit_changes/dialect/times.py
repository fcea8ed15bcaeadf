"""Times on the wire: seconds since the epoch as doubles; dates as midnight in UTC, or as ISO dates on the web."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.utils.dateparse import parse_datetime

from orgunit_changes.errors import refuse

DATE_TIME_INVALID = "Enter a valid date/time."


def as_double(moment: datetime | None) -> float | None:
    """Seconds since the epoch."""
    return None if moment is None else moment.timestamp()


def date_as_double(day: date | None) -> float | None:
    """Midnight of a day in UTC."""
    return None if day is None else datetime.combine(day, time(), UTC).timestamp()


def parse_last_sync(text: str | None) -> datetime | None:
    """The four forms of `last_sync`; without zone it is UTC; None where there is none. Errors: 400.

    A plus of an offset that nobody encoded arrives as a blank.
    """
    cleaned = (text or "").strip().replace(" +", "+")
    if not cleaned:
        return None
    head, blank, offset = cleaned.rpartition(" ")
    if blank and "T" in head and ":" in offset:
        cleaned = f"{head}+{offset}"
    try:
        found = parse_datetime(cleaned)
    except ValueError:
        found = None
    if found is None:
        raise refuse("last_sync", DATE_TIME_INVALID)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
