"""When what a program indicator counts must have happened: a window of days for each target, of each period.

Without boundaries of its own an indicator over events counts those whose date lies in the period, one over enrollments
those with such a date of enrollment. Source: DHIS2 2.42, program indicators, analytics period boundaries.
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dhis2api.periods import PERIOD_TYPES, Period
from metadata.enums import AnalyticsPeriodBoundaryType as Side

FIRST_DAY, LAST_DAY = datetime.date(1, 1, 1), datetime.date(9999, 12, 31)
DAY = datetime.timedelta(days=1)
NO_TARGET = "Boundaries of {} are not computed"
NO_OFFSET = "Offsets of {} periods are not computed"


class Target(StrEnum):
    """What has the date."""

    EVENT_DATE = "EVENT_DATE"
    SCHEDULED_DATE = "SCHEDULED_DATE"
    ENROLLMENT_DATE = "ENROLLMENT_DATE"
    INCIDENT_DATE = "INCIDENT_DATE"


@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary of a program indicator."""

    target: str
    side: str
    offset_type: str | None = None
    offset: int = 0

    @property
    def fault(self) -> str | None:
        """Why it cannot be computed."""
        if self.target not in Target.__members__:
            return NO_TARGET.format(self.target)
        kind = PERIOD_TYPES.get(self.offset_type or "Daily")
        return None if kind is not None else NO_OFFSET.format(self.offset_type)


DEFAULTS: dict[str, tuple[Boundary, ...]] = {
    "EVENT": tuple(
        Boundary(Target.EVENT_DATE, side)
        for side in (Side.AFTER_START_OF_REPORTING_PERIOD, Side.BEFORE_END_OF_REPORTING_PERIOD)
    ),
    "ENROLLMENT": tuple(
        Boundary(Target.ENROLLMENT_DATE, side)
        for side in (Side.AFTER_START_OF_REPORTING_PERIOD, Side.BEFORE_END_OF_REPORTING_PERIOD)
    ),
}


@dataclass(slots=True)
class Window:
    """The first and the last day that each target may have; a target without any may be anything, or nothing."""

    days: dict[Target, tuple[datetime.date, datetime.date]] = field(default_factory=dict)

    def narrow(self, target: Target, first: datetime.date, last: datetime.date) -> None:
        """One more boundary."""
        known = self.days.get(target, (FIRST_DAY, LAST_DAY))
        self.days[target] = max(known[0], first), min(known[1], last)

    def column(self, target: Target) -> tuple[datetime.date | None, datetime.date | None]:
        """First and last day of a target, None for any."""
        return self.days.get(target, (None, None))


def window(boundaries: Sequence[Boundary], period: Period) -> Window:
    """The days that boundaries leave for a period."""
    found = Window()
    for boundary in boundaries:
        # "After the end" and "before the start" leave the period out; the other two have it within.
        if boundary.side in (Side.AFTER_START_OF_REPORTING_PERIOD, Side.AFTER_END_OF_REPORTING_PERIOD):
            day = period.start if boundary.side == Side.AFTER_START_OF_REPORTING_PERIOD else _after(period.end)
            found.narrow(Target(boundary.target), _shifted(day, boundary), LAST_DAY)
        else:
            day = period.start if boundary.side == Side.BEFORE_START_OF_REPORTING_PERIOD else _after(period.end)
            found.narrow(Target(boundary.target), FIRST_DAY, _before(_shifted(day, boundary)))
    return found


def _after(day: datetime.date) -> datetime.date:
    return day + DAY if day < LAST_DAY else day


def _before(day: datetime.date) -> datetime.date:
    return day - DAY if day > FIRST_DAY else day


def _shifted(day: datetime.date, boundary: Boundary) -> datetime.date:
    """So many periods later; of months the same day, or the last one that there is."""
    if not boundary.offset or not boundary.offset_type:
        return day
    kind = PERIOD_TYPES[boundary.offset_type]
    try:
        if not hasattr(kind, "span"):
            return day + datetime.timedelta(days=boundary.offset * kind.frequency_order)
        year, month = divmod(day.year * 12 + day.month - 1 + boundary.offset * kind.span, 12)
        return datetime.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):  # beyond the years that there are
        return LAST_DAY if boundary.offset > 0 else FIRST_DAY
