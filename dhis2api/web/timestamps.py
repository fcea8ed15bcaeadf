"""DHIS2's way of writing moments: emitted without zone in server time, accepted in many forms.

Source: DHIS2 2.42, web conventions, dates. `parse_timestamp` and `format_timestamp` are inverses to the millisecond.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from django.utils.timezone import get_default_timezone

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))?", re.ASCII)
DATE_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:T|\ )(?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:\.(?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+\- ]\d{2}(?::?\d{2})?)?",  # a `+` that nobody encoded arrives as a space
    re.ASCII,
)
EPOCH_MILLISECONDS = re.compile(r"-?\d{13,15}", re.ASCII)
LAST_INSTANT = time(23, 59, 59, 999000)
DURATION = re.compile(r"(\d{1,9})(d|h|m|s)", re.ASCII)
DURATION_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def format_timestamp(moment: datetime) -> str:
    """`2018-02-22T15:15:34.067`: server time, three digits, no zone."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(get_default_timezone())
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def to_milliseconds(moment: datetime) -> datetime:
    """The moment as `format_timestamp` shows it: what is finer is cut, not rounded."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def parse_timestamp(text: str | int, *, end_of_day: bool = False) -> datetime:
    """A moment with zone; zone-less input is server time.

    Shapes: `yyyyMMdd`, `yyyy-MM-dd`, `yyyy-MM`, `yyyy`; date-times with `T` or a space, with or without seconds,
        fraction and zone; an integer, or more than 12 digits, is epoch milliseconds. With `end_of_day` a bare date
        means its last millisecond.
    Errors: ValueError, with words for the client.
    """
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise ValueError(EXPECTED.format(text))
    if isinstance(text, int) or EPOCH_MILLISECONDS.fullmatch(text):
        return _within_calendar(_from_epoch(int(text)), text)
    stripped = text.strip()
    try:
        if found := DATE_TIME.fullmatch(stripped):
            return _within_calendar(_from_date_time(found), text)
        clock = LAST_INSTANT if end_of_day else time.min
        return _within_calendar(datetime.combine(parse_date(stripped), clock, tzinfo=get_default_timezone()), text)
    except ValueError as error:
        raise ValueError(EXPECTED.format(text)) from error


def parse_date(text: str) -> date:
    """A bare date; `yyyy-MM` and `yyyy` mean their first day. Raises ValueError."""
    found = DATE.fullmatch(text)
    if found is None:
        raise ValueError(EXPECTED.format(text))
    year, month, day, compact_month, compact_day = found.groups()
    return date(int(year), int(month or compact_month or 1), int(day or compact_day or 1))


def parse_duration(text: str) -> timedelta:
    """`10d`, `2h`, `30m`, `45s`. Raises ValueError, also for what reaches back beyond the calendar."""
    found = DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"Duration `{text}` is not valid, expected a number and one of d, h, m, s")
    try:
        duration = timedelta(**{DURATION_UNITS[found[2]]: int(found[1])})
        datetime.now(UTC) - duration
    except OverflowError as error:
        raise ValueError(f"Duration `{text}` is too long") from error
    return duration


EXPECTED = "Invalid date `{}`, expected an ISO format such as 2018-02-22T15:15:34.067 or a UNIX epoch in milliseconds"


def _within_calendar(moment: datetime, text: str | int) -> datetime:
    """A moment that has a year from 1 to 9999 in server time and in UTC: others could be written, and never read."""
    try:
        moment.astimezone(get_default_timezone()), moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(EXPECTED.format(text)) from error
    return moment


def _from_epoch(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise ValueError(EXPECTED.format(milliseconds)) from error


def _from_date_time(found: re.Match[str]) -> datetime:
    day = date.fromisoformat(found["day"])
    microsecond = int((found["fraction"] or "0").ljust(6, "0")[:6])
    clock = time(int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0), microsecond)
    return datetime.combine(day, clock, tzinfo=_zone(found["zone"]))


def _zone(text: str | None) -> tzinfo:
    if text is None:
        return get_default_timezone()
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
