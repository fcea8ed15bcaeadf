"""`R{dataSet.METRIC}`: reports that were completed, and those that were expected, of an org unit and all below it.

A report is expected of each org unit that has the data set, for each period of it and each attribute option combo,
while the org unit is open and the combo valid. Source: DHIS2 2.42, analytics, reporting rates.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from analytics.items.places import DESCENDANTS
from analytics.items.planning import without_nested_loops
from analytics.items.times import Clock, Span, enclosing, find_times
from analytics.items.values import Items, ItemValues, Question
from analytics.resources.data_sets import EXPECTED
from dhis2api.periods import Period, PeriodType, period_type, periods_between
from expressions.items import Item

DATA_SETS = "SELECT id, uid, period_type FROM metadata_dataset WHERE uid = ANY(%s)"
# A report is on time that was completed within so many days after its period.
ACTUAL = f"""
    WITH time AS MATERIALIZED (
        SELECT * FROM unnest(%(clocks)s::int[], %(asked)s::int[], %(periods)s::int[]) AS time (clock, asked, period)
    ), place AS MATERIALIZED ({DESCENDANTS})
    SELECT report.data_set_id, place.asked, time.clock, time.asked, count(*),
        count(*) FILTER (WHERE report.date - period.end_date <= form.timely_days + 1)
    FROM datavalues_completedatasetregistration AS report
    JOIN metadata_dataset AS form ON form.id = report.data_set_id
    JOIN metadata_period AS period ON period.id = report.period_id
    JOIN time ON time.period = report.period_id
    JOIN place ON place.unit = report.organisation_unit_id
    WHERE report.completed AND report.data_set_id = ANY(%(data_sets)s)
    GROUP BY 1, 2, 3, 4
"""
TARGETS = f"""
    WITH place AS MATERIALIZED ({DESCENDANTS}), time AS MATERIALIZED (
        SELECT * FROM unnest(%(numbers)s::int[], %(starts)s::date[], %(ends)s::date[]) AS time (number, first, last)
    )
    SELECT target.data_set, place.asked, time.number, count(*)
    FROM ({EXPECTED}) AS target (data_set, unit, combo, start_date, end_date)
    JOIN place ON place.unit = target.unit
    JOIN metadata_organisationunit AS unit ON unit.id = target.unit
    JOIN time ON unit.opening_date <= time.first AND coalesce(unit.closed_date >= time.last, true)
        AND coalesce(target.start_date <= time.first, true) AND coalesce(target.end_date >= time.last, true)
    WHERE target.data_set = ANY(%(data_sets)s)
    GROUP BY 1, 2, 3
"""
ON_TIME = "_ON_TIME"


def load_reporting_rates(items: Items, question: Question, values: ItemValues) -> None:
    """Add reporting rates and what they are made of, where a report was expected or came."""
    with connection.cursor() as cursor:
        cursor.execute(DATA_SETS, [sorted({item.parts[0] for item in items})])
        forms = {uid: (pk, period_type(type)) for pk, uid, type in cursor.fetchall()}
    items = [item for item in items if item.parts[0] in forms]
    if not items:
        return
    clocks = dict.fromkeys(Clock.of(Span.WITHIN, item.modifiers) for item in items)
    reports = _Reports([pk for pk, _ in forms.values()], question, clocks)
    for item in items:
        for unit in question.org_units:
            for at, period in enumerate(question.periods):
                value = reports.value(item, *forms[item.parts[0]], unit, at)
                if value is not None:
                    values.put_for_all((unit, period.iso), item.key, value)


class _Reports:
    """What came and what was expected."""

    def __init__(self, data_sets: list[int], question: Question, clocks: dict[Clock, None]) -> None:
        self.clocks = {clock: number for number, clock in enumerate(clocks)}
        self.actual: dict[tuple[int, int, int, int], tuple[int, int]] = {}
        self.targets: dict[tuple[int, int, Period], int] = {}
        self.asked = {
            (number, at): clock.targets(period)
            for clock, number in self.clocks.items() for at, period in enumerate(question.periods)
        }  # fmt: skip
        times = find_times(self.clocks, list(question.periods))
        periods = list({period: None for found in self.asked.values() for period in found})
        with connection.cursor() as cursor, without_nested_loops():
            if times:
                names = ("clocks", "asked", "periods")
                parameters = dict(zip(names, map(list, zip(*times, strict=True)), strict=False))
                cursor.execute(ACTUAL, {"units": question.org_units, "data_sets": data_sets, **parameters})
                self.actual = {tuple(key): (count, timely) for *key, count, timely in cursor.fetchall()}  # type: ignore[misc]
            cursor.execute(TARGETS, {
                "units": question.org_units, "data_sets": data_sets, "numbers": list(range(len(periods))),
                "starts": [period.start for period in periods], "ends": [period.end for period in periods],
            })  # fmt: skip
            self.targets = {(form, unit, periods[at]): count for form, unit, at, count in cursor.fetchall()}

    def value(self, item: Item, form: int, type: PeriodType, unit: int, at: int) -> Decimal | None:
        """The metric of an item; None where nothing was expected and nothing came."""
        clock = self.clocks[Clock.of(Span.WITHIN, item.modifiers)]
        expected = sum(
            self.targets.get((form, unit, period), 0) * _count(type, period) for period in self.asked[clock, at]
        )
        found = self.actual.get((form, unit, clock, at))
        if found is None and not expected:
            return None
        metric = item.parts[1]
        came = (found or (0, 0))[metric.endswith(ON_TIME)]
        if metric.startswith("ACTUAL"):
            return Decimal(came)
        if metric.startswith("EXPECTED"):
            return Decimal(expected)
        return min(Decimal(100) * came / expected, Decimal(100)) if expected else Decimal(0)


def _count(type: PeriodType, period: Period) -> int:
    """How many periods of a data set's type count for a period; a longer one counts once."""
    if type.frequency_order >= period.type.frequency_order:
        return 1
    inner = periods_between(type, period.start, period.end)
    return sum(enclosing(type, found.start, period.type) == period.iso for found in inner)
