"""Values of data elements as analysis has them: of an org unit and all below it, over time, by aggregation types.

What counts is what the table DATA_VALUE has: numbers, yes and no, zeros that are significant; shorter periods within
the one asked for, and for averages longer ones around it. Approval does not matter here.
Source: DHIS2 2.42, analytics, aggregation types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from analytics.items.operands import Element, Operand
from analytics.items.places import DESCENDANTS
from analytics.items.planning import without_nested_loops
from analytics.items.times import Clock, Span, find_times
from analytics.items.values import ItemValues, Question
from analytics.values import IS_NUMERIC
from configuration.settings import system_setting
from dhis2api.value_types import BOOLEAN_TYPES, NUMERIC_TYPES, ValueType
from metadata.enums import AggregationType as Type

WITH_ZEROS = (Type.AVERAGE, Type.AVERAGE_SUM_ORG_UNIT)
LATEST = (Type.LAST, Type.LAST_AVERAGE_ORG_UNIT, Type.LAST_LAST_ORG_UNIT)
LATEST_WITHIN = (Type.LAST_IN_PERIOD, Type.LAST_IN_PERIOD_AVERAGE_ORG_UNIT)
EARLIEST = (Type.FIRST, Type.FIRST_AVERAGE_ORG_UNIT, Type.FIRST_FIRST_ORG_UNIT)
OF_ONE_VALUE = (Type.LAST_LAST_ORG_UNIT, Type.FIRST_FIRST_ORG_UNIT)

FIGURES = f"""
    -- one row for each item, data element, org unit and period that has data, with all that aggregation types need
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(
            %(items)s::int[], %(elements)s::int[], %(combos)s::int[], %(attributes)s::int[], %(item_clocks)s::int[],
            %(numbers)s::boolean[], %(knows_false)s::boolean[], %(keeps_zero)s::boolean[], %(orders)s::int[],
            %(alone)s::boolean[]
        ) AS wanted (
            item, element, combo, attribute_combo, clock, is_number, knows_false, keeps_zero, order_of_time, is_alone
        )
    ), time AS MATERIALIZED (
        SELECT * FROM unnest(%(clocks)s::int[], %(asked)s::int[], %(periods)s::int[], %(days)s::int[])
            AS time (clock, asked, period, days)
    ), place AS MATERIALIZED ({DESCENDANTS}),
    barrier AS MATERIALIZED (
        -- deeper data does not count at these levels and above
        SELECT element.id AS element, level::integer
        FROM metadata_dataelement AS element
        CROSS JOIN LATERAL jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(aggregation_levels) = 'array' THEN aggregation_levels ELSE '[]' END
        ) AS level
        WHERE element.id = ANY(%(elements)s) AND level ~ '^[0-9]{{1,4}}$'
    ), counted AS (
        SELECT wanted.item, wanted.element, place.asked AS unit, place.unit AS source, time.asked AS period, time.days,
            value.category_option_combo_id AS combo, value.attribute_option_combo_id AS attribute_combo,
            value.period_id, order_of_time, is_alone,
            CASE WHEN NOT is_number THEN (value.value = 'true')::integer
                WHEN {IS_NUMERIC} THEN value.value::numeric END AS number
        FROM datavalue AS value
        JOIN wanted ON wanted.element = value.data_element_id
            AND (wanted.combo IS NULL OR wanted.combo = value.category_option_combo_id)
            AND (wanted.attribute_combo IS NULL OR wanted.attribute_combo = value.attribute_option_combo_id)
        JOIN time ON time.clock = wanted.clock AND time.period = value.period_id
        JOIN place ON place.unit = value.organisation_unit_id
        WHERE NOT value.deleted AND value.value IS NOT NULL
          AND value.data_element_id = ANY(%(elements)s) AND value.period_id = ANY(%(periods)s)
          AND CASE WHEN is_number THEN keeps_zero OR value.value <> '0'
              ELSE value.value = 'true' OR value.value = 'false' AND knows_false END
          AND NOT EXISTS (
              SELECT FROM barrier WHERE barrier.element = wanted.element
                AND barrier.level < place.level AND barrier.level >= place.asked_level
          )
    ), turned AS (
        -- the latest or the earliest value of each series, or of the whole subtree
        SELECT DISTINCT ON (
            item, element, unit, period, CASE WHEN is_alone THEN 0 ELSE source END,
            CASE WHEN is_alone THEN 0 ELSE combo END, CASE WHEN is_alone THEN 0 ELSE attribute_combo END
        ) counted.*
        FROM counted JOIN metadata_period AS stored ON stored.id = counted.period_id
        WHERE order_of_time <> 0 AND number IS NOT NULL
        ORDER BY item, element, unit, period, CASE WHEN is_alone THEN 0 ELSE source END,
            CASE WHEN is_alone THEN 0 ELSE combo END, CASE WHEN is_alone THEN 0 ELSE attribute_combo END,
            order_of_time * (stored.end_date - DATE '0001-01-01'),
            order_of_time * (stored.start_date - DATE '0001-01-01'), source, combo, attribute_combo
    ), by_source AS (
        SELECT item, element, unit, period, sum(number) AS total, count(number) AS count, min(number) AS least,
            max(number) AS greatest, sum(number * number) AS squares, sum(number * days) AS weighted, sum(days) AS days
        FROM (
            SELECT * FROM counted WHERE order_of_time = 0 AND number IS NOT NULL UNION ALL SELECT * FROM turned
        ) AS chosen
        GROUP BY item, element, unit, period, source
    )
    SELECT item, element, unit, period, sum(total), sum(count)::bigint, min(least), max(greatest), sum(squares),
        sum(weighted), sum(days)::bigint, sum(least), sum(greatest)
    FROM by_source GROUP BY item, element, unit, period
"""
FETCHED = 10_000  # rows at a time


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the values of one data element for an org unit and a period."""

    total: Decimal
    count: int
    least: Decimal
    greatest: Decimal
    squares: Decimal
    weighted: Decimal  # values times the days of their periods
    days: int
    sum_of_least: Decimal  # over org units
    sum_of_greatest: Decimal

    @property
    def average(self) -> Decimal:
        return self.total / self.count

    @property
    def variance(self) -> Decimal | None:
        """Of a sample; None for a single value."""
        if self.count < 2:
            return None
        return max((self.squares - self.total * self.total / self.count) / (self.count - 1), Decimal(0))

    @property
    def deviation(self) -> Decimal | None:
        variance = self.variance
        return None if variance is None else variance.sqrt()


AGGREGATES: dict[str, Callable[[Figures, int], Decimal | None]] = {
    Type.SUM: lambda found, days: found.total,
    Type.AVERAGE: lambda found, days: found.average,
    Type.AVERAGE_SUM_ORG_UNIT: lambda found, days: found.weighted / days,
    Type.LAST: lambda found, days: found.total,
    Type.LAST_AVERAGE_ORG_UNIT: lambda found, days: found.average,
    Type.LAST_LAST_ORG_UNIT: lambda found, days: found.total,
    Type.LAST_IN_PERIOD: lambda found, days: found.total,
    Type.LAST_IN_PERIOD_AVERAGE_ORG_UNIT: lambda found, days: found.average,
    Type.FIRST: lambda found, days: found.total,
    Type.FIRST_AVERAGE_ORG_UNIT: lambda found, days: found.average,
    Type.FIRST_FIRST_ORG_UNIT: lambda found, days: found.total,
    Type.COUNT: lambda found, days: Decimal(found.count),
    Type.STDDEV: lambda found, days: found.deviation,
    Type.VARIANCE: lambda found, days: found.variance,
    Type.MIN: lambda found, days: found.least,
    Type.MAX: lambda found, days: found.greatest,
    Type.MIN_SUM_ORG_UNIT: lambda found, days: found.sum_of_least,
    Type.MAX_SUM_ORG_UNIT: lambda found, days: found.sum_of_greatest,
}
"""What each aggregation type makes of figures; days are those of the period asked for. Others give nothing."""


def load_aggregated(operands: list[Operand], question: Question, values: ItemValues) -> None:
    """Add the values of data elements and operands; an item of several elements is their sum. Eight statements."""
    operands = [operand for operand in operands if _can_aggregate(operand)]
    clocks = {clock: number for number, clock in enumerate(dict.fromkeys(map(_clock, operands)))}
    times = find_times(clocks, list(question.periods))
    if not times:
        return
    keys = {key: number for number, key in enumerate(dict.fromkeys(operand.item.key for operand in operands))}
    types = {(keys[operand.item.key], operand.element.pk): _type(operand) for operand in operands}
    elements = {operand.element.pk: operand.element for operand in operands}
    names, periods = list(keys), question.periods
    lengths = [(period.end - period.start).days + 1 for period in periods]
    parameters = {
        "units": question.org_units, **_wanted(operands, keys, clocks),
        **dict(zip(("clocks", "asked", "periods", "days"), map(list, zip(*times, strict=True)), strict=True)),
    }  # fmt: skip
    for item, element, unit, period, figures in _figures(parameters):
        value = _aggregate(figures, types[item, element], elements[element], lengths[period])
        if value is not None:
            found = values.by_cell.setdefault((unit, periods[period].iso), {})
            found[names[item]] = found.get(names[item], Decimal(0)) + value  # type: ignore[operator]


def _figures(parameters: dict[str, Any]) -> Iterator[tuple[int, int, int, int, Figures]]:
    with connection.cursor() as cursor, without_nested_loops():
        cursor.execute(FIGURES, parameters)
        while rows := cursor.fetchmany(FETCHED):
            for item, element, unit, period, *figures in rows:
                yield item, element, unit, period, Figures(*figures)


def _aggregate(figures: Figures, type: str, element: Element, days: int) -> Decimal | None:
    if type == Type.AVERAGE and element.value_type in BOOLEAN_TYPES:
        return 100 * figures.weighted / figures.days  # per cent of the time
    return AGGREGATES[type](figures, days)


def _type(operand: Operand) -> str:
    return operand.item.modifiers.aggregation_type or operand.element.aggregation_type


def _can_aggregate(operand: Operand) -> bool:
    return _type(operand) in AGGREGATES and operand.element.value_type in NUMERIC_TYPES | BOOLEAN_TYPES


def _clock(operand: Operand) -> Clock:
    type = _type(operand)
    if type in (*LATEST, *EARLIEST):
        return Clock.of(Span.RECENT, operand.item.modifiers)
    return Clock.of(Span.AROUND if type in WITH_ZEROS else Span.WITHIN, operand.item.modifiers)


def _wanted(operands: Iterable[Operand], keys: dict[str, int], clocks: dict[Clock, int]) -> dict[str, list[Any]]:
    includes_zeros = system_setting("keyIncludeZeroValuesInAnalytics")
    rows = [
        (
            keys[operand.item.key], operand.element.pk, operand.combo, operand.attribute_combo, clocks[_clock(operand)],
            operand.element.value_type in NUMERIC_TYPES, operand.element.value_type == ValueType.BOOLEAN,
            operand.element.aggregation_type in WITH_ZEROS or includes_zeros and operand.element.zero_is_significant,
            _order(_type(operand)), _type(operand) in OF_ONE_VALUE,
        )
        for operand in operands
    ]  # fmt: skip
    names = (
        "items", "elements", "combos", "attributes", "item_clocks", "numbers", "knows_false", "keeps_zero", "orders",
        "alone",
    )  # fmt: skip
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _order(type: str) -> int:
    """1: the earliest value counts, -1: the latest, 0: all of them."""
    if type in EARLIEST:
        return 1
    return -1 if type in LATEST or type in LATEST_WITHIN else 0
