"""Days that count for the periods asked for, where what is counted has dates and not periods."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from analytics.items.times import Clock, Span
from dhis2api.periods import Period
from expressions.items import Modifiers


class Ranges:
    """First and last days, for each item and period."""

    def __init__(self, modifiers: Sequence[Modifiers], asked: Sequence[Period]) -> None:
        clocks = [Clock.of(Span.EXACT, found) for found in modifiers]
        numbers = {clock: number for number, clock in enumerate(dict.fromkeys(clocks))}
        self.item_clocks = [numbers[clock] for clock in clocks]
        self.rows = [
            (number, at, *days)
            for clock, number in numbers.items()
            for at, period in enumerate(asked)
            for target in clock.targets(period)
            if (days := _limited(clock, target))
        ]

    def parameters(self) -> dict[str, list[object]]:
        """As columns of a statement."""
        columns = list(zip(*self.rows, strict=True)) or [()] * 4
        names = ("clocks", "asked", "firsts", "lasts")
        return {"item_clocks": [*self.item_clocks], **dict(zip(names, map(list, columns), strict=True))}


def _limited(clock: Clock, target: Period) -> tuple[datetime.date, datetime.date] | None:
    """The days of a period that lie between the dates of a clock."""
    first, last = target.start, target.end
    if clock.min_date is not None:
        first = max(first, datetime.date.fromisoformat(clock.min_date))
    if clock.max_date is not None:
        last = min(last, datetime.date.fromisoformat(clock.max_date))
    return (first, last) if first <= last else None
