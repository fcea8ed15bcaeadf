"""Periods of a predictor: those it predicts, and those whose values each of them is predicted from.

Source: DHIS2 2.42, predictors, sequential and annual samples.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dhis2api.periods import InvalidPeriod, Period, PeriodType
from validation.predictors.errors import PredictorFault

MOST_OUTPUTS = 1000
MOST_SAMPLES = 5000
TOO_MANY_OUTPUTS = "More than {} periods lie between {} and {}"
TOO_MANY_SAMPLES = "A prediction is made from {} sample periods at most"


def output_periods(type: PeriodType, start: datetime.date, end: datetime.date) -> list[Period]:
    """The periods that lie wholly within the dates, in order. Errors: PredictorFault for more than a thousand."""
    found: list[Period] = []
    for index in range(type.index_of(start), type.index_of(end) + 1):
        period = _at(type, index)
        if period is not None and start <= period.start and period.end <= end:
            found.append(period)
        if len(found) > MOST_OUTPUTS:
            raise PredictorFault(TOO_MANY_OUTPUTS.format(MOST_OUTPUTS, start, end))
    return found


def sample_periods(output: Period, *, sequential: int, skipped: int, annual: int) -> list[Period]:
    """The sample periods, each once: `sequential` periods back without the nearest `skipped` ones; and of `annual`
    years back the same period with `sequential` ones on both sides.

    Errors: PredictorFault for more than five thousand.
    """
    if sequential + annual * (2 * sequential + 1) > MOST_SAMPLES:
        raise PredictorFault(TOO_MANY_SAMPLES.format(MOST_SAMPLES))
    found = dict.fromkeys(_shifted(output, range(-max(skipped, 0) - 1, -sequential - 1, -1)))
    for years in range(1, annual + 1):
        same = _years_before(output, years)
        if same is not None:
            found.update(dict.fromkeys(_shifted(same, range(-sequential, sequential + 1))))
    return list(found)


def _shifted(period: Period, counts: range) -> Iterator[Period]:
    index = period.type.index_of(period.start)
    for count in counts:
        found = _at(period.type, index + count)
        if found is not None:
            yield found


def _at(type: PeriodType, index: int) -> Period | None:
    try:
        return type.at(index)
    except InvalidPeriod:  # nothing lies before the year 1 or after 9999
        return None


def _years_before(period: Period, years: int) -> Period | None:
    """The period of the same type that the same day lies in, years earlier; of 29 February it is the 28th."""
    start = period.start
    if start.year <= years:
        return None
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    try:
        return period.type.containing(start.replace(year=start.year - years, day=day))
    except InvalidPeriod:
        return None
