"""Values of data elements as analysis has them: of an org unit and all below it, over time, by aggregation types.

What counts is what the table DATA_VALUE has: numbers, yes and no, zeros that are significant; shorter periods within
the one asked for, and for averages longer ones around it. Approval does not matter here.
Source: DHIS2 2.42, analytics, aggregation types.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from django.db import connection

from analytics.items.operands import Element, Operand
from analytics.items.places import DESCENDANTS
from analytics.items.planning import without_nested_loops
from analytics.items.times import Clock, Span, find_times
from analytics.items.values import ItemValues, Question
from analytics.values import IS_NUMERIC
from configuration.settings import system_setting
from dhis2api.value_types import BOOLEAN_TYPES, NUMERIC_TYPES, ValueType
from expressions.over_values.operands import EXACT
from metadata.enums import AggregationType as Type

WITH_ZEROS = (Type.AVERAGE, Type.AVERAGE_SUM_ORG_UNIT)
LATEST = (Type.LAST, Type.LAST_AVERAGE_ORG_UNIT, Type.LAST_LAST_ORG_UNIT)
LATEST_WITHIN = (Type.LAST_IN_PERIOD, Type.LAST_IN_PERIOD_AVERAGE_ORG_UNIT)
EARLIEST = (Type.FIRST, Type.FIRST_AVERAGE_ORG_UNIT, Type.FIRST_FIRST_ORG_UNIT)
OF_ONE_VALUE = (Type.LAST_LAST_ORG_UNIT, Type.FIRST_FIRST_ORG_UNIT)

# What is computed besides total and count, for those aggregation types alone that need it.
EXTREMES, SQUARES, WEIGHTS = 1, 2, 3
DETAILS = {
    Type.MIN: EXTREMES, Type.MAX: EXTREMES, Type.MIN_SUM_ORG_UNIT: EXTREMES, Type.MAX_SUM_ORG_UNIT: EXTREMES,
    Type.STDDEV: SQUARES, Type.VARIANCE: SQUARES, Type.AVERAGE_SUM_ORG_UNIT: WEIGHTS,
}  # fmt: skip

# Deeper data does not count at the aggregation levels of a data element, and above.
COUNTS = """(levels IS NULL OR NOT EXISTS (
    SELECT FROM unnest(levels) AS level WHERE level < place.level AND level >= place.asked_level
))"""
FIGURES = f"""
    -- one row for each figure, org unit and period that has data, with all that its aggregation type needs
    WITH wanted AS MATERIALIZED (
        SELECT wanted.*, (
            SELECT array_agg(level::integer) FROM metadata_dataelement AS owner
            CROSS JOIN LATERAL jsonb_array_elements_text(
                CASE WHEN jsonb_typeof(aggregation_levels) = 'array' THEN aggregation_levels ELSE '[]' END
            ) AS level
            WHERE owner.id = wanted.element AND level ~ '^[0-9]{{1,4}}$'
        ) AS levels
        FROM unnest(
            %(figures)s::int[], %(elements)s::int[], %(combos)s::int[], %(attributes)s::int[], %(item_clocks)s::int[],
            %(numbers)s::boolean[], %(knows_false)s::boolean[], %(keeps_zero)s::boolean[], %(orders)s::int[],
            %(alone)s::boolean[], %(details)s::int[]
        ) AS wanted (
            figure, element, combo, attribute_combo, clock, is_number, knows_false, keeps_zero, order_of_time, is_alone,
            detail
        )
    ), time AS MATERIALIZED (
        SELECT * FROM unnest(%(clocks)s::int[], %(asked)s::int[], %(periods)s::int[], %(days)s::int[])
            AS time (clock, asked, period, days)
    ), place AS MATERIALIZED ({DESCENDANTS}
    ), own AS MATERIALIZED (
        -- the numbers, once each, however many periods and org units above ask for them
        SELECT figure, clock, order_of_time, is_alone, detail, levels, value.period_id,
            value.organisation_unit_id AS source, value.category_option_combo_id AS combo,
            value.attribute_option_combo_id AS attribute_combo,
            CASE WHEN NOT is_number THEN (value.value = 'true')::integer
                WHEN {IS_NUMERIC} THEN value.value::numeric END AS number
        FROM datavalue AS value
        JOIN wanted ON wanted.element = value.data_element_id
            AND (wanted.combo IS NULL OR wanted.combo = value.category_option_combo_id)
            AND (wanted.attribute_combo IS NULL OR wanted.attribute_combo = value.attribute_option_combo_id)
        WHERE NOT value.deleted AND value.value IS NOT NULL
          AND value.data_element_id = ANY(%(elements)s) AND value.period_id = ANY(%(periods)s)
          AND value.organisation_unit_id IN (SELECT unit FROM place)
          AND CASE WHEN is_number THEN keeps_zero OR value.value <> '0'
              ELSE value.value = 'true' OR value.value = 'false' AND knows_false END
    ), ordered AS (
        -- each value with the one of its series and type of period that would be preferred to it
        SELECT own.*, stored.start_date, stored.end_date, coalesce(lag(period_id) OVER (
            PARTITION BY figure, source, combo, attribute_combo, stored.period_type
            ORDER BY order_of_time * (stored.start_date - DATE '0001-01-01')
        ), 0) AS preferred
        FROM own JOIN metadata_period AS stored ON stored.id = own.period_id
        WHERE order_of_time <> 0 AND number IS NOT NULL
    ), answer AS MATERIALIZED (
        -- for which periods a value is the first that counts. Those of a type that count follow each other without a
        -- gap, so that it is where the neighbour does not count
        SELECT pair.*, time.asked, time.days
        FROM (SELECT DISTINCT clock, period_id, preferred FROM ordered) AS pair
        JOIN time ON time.clock = pair.clock AND time.period = pair.period_id
        WHERE NOT EXISTS (
            SELECT FROM time AS nearer
            WHERE nearer.clock = pair.clock AND nearer.asked = time.asked AND nearer.period = pair.preferred
        )
    ), turned AS (
        -- the latest or the earliest value of each series; of several types the order of their ends decides
        SELECT DISTINCT ON (figure, source, combo, attribute_combo, answer.asked)
            ordered.*, answer.asked AS period, answer.days
        FROM ordered JOIN answer USING (clock, period_id, preferred)
        ORDER BY figure, source, combo, attribute_combo, answer.asked,
            order_of_time * (end_date - DATE '0001-01-01'), order_of_time * (start_date - DATE '0001-01-01')
    ), chosen AS (
        SELECT figure, source, time.asked AS period, levels, detail, number, time.days
        FROM own JOIN time ON time.clock = own.clock AND time.period = own.period_id
        WHERE order_of_time = 0 AND number IS NOT NULL
        UNION ALL
        SELECT figure, source, period, levels, detail, number, days FROM turned WHERE NOT is_alone
    ), by_source AS (
        SELECT figure, source, period, levels, sum(number) AS total, count(number) AS count,
            min(number) FILTER (WHERE detail = {EXTREMES}) AS least,
            max(number) FILTER (WHERE detail = {EXTREMES}) AS greatest,
            sum(number * number) FILTER (WHERE detail = {SQUARES}) AS squares,
            sum(number * days) FILTER (WHERE detail = {WEIGHTS}) AS weighted,
            sum(days) FILTER (WHERE detail = {WEIGHTS}) AS days
        FROM chosen GROUP BY figure, source, period, levels
    ), alone AS (
        -- the latest or the earliest value of the whole subtree
        SELECT DISTINCT ON (figure, asked, period) figure, place.asked, period, number
        FROM turned JOIN place ON place.unit = turned.source
        WHERE is_alone AND {COUNTS}
        ORDER BY figure, asked, period, order_of_time * (end_date - DATE '0001-01-01'),
            order_of_time * (start_date - DATE '0001-01-01'), source, combo, attribute_combo
    )
    SELECT figure, asked, period, sum(total), sum(count)::bigint, min(least), max(greatest), sum(squares),
        sum(weighted), sum(days)::bigint, sum(least), sum(greatest)
    FROM by_source JOIN place ON place.unit = by_source.source
    WHERE {COUNTS}
    GROUP BY figure, asked, period
    UNION ALL
    SELECT figure, asked, period, number, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM alone
"""
FETCHED = 10_000  # rows at a time


class Figures(NamedTuple):
    """What is known of the values of one data element for an org unit and a period; of details what is needed."""

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
    wanted = {(operand.item.key, operand.element.pk): operand for operand in operands}
    figured, periods = list(wanted.values()), question.periods
    types = [_type(operand) for operand in figured]
    lengths = [(period.end - period.start).days + 1 for period in periods]
    parameters = {
        "units": question.org_units,
        **_wanted(operands, {key: number for number, key in enumerate(wanted)}, clocks),
        **dict(zip(("clocks", "asked", "periods", "days"), map(list, zip(*times, strict=True)), strict=True)),
    }  # fmt: skip
    for figure, unit, period, figures in _figures(parameters):
        value = _aggregate(figures, types[figure], figured[figure].element, lengths[period])
        if value is not None:
            key = figured[figure].item.key
            found = values.by_cell.setdefault((unit, periods[period].iso), {})
            found[key] = found[key] + value if key in found else value  # type: ignore[operator]


def _figures(parameters: dict[str, Any]) -> Iterator[tuple[int, int, int, Figures]]:
    with connection.cursor() as cursor, without_nested_loops():
        cursor.execute(FIGURES, parameters)
        while rows := cursor.fetchmany(FETCHED):
            for figure, unit, period, *figures in rows:
                yield figure, unit, period, Figures._make(figures)


def aggregate_numbers(type: str, by_source: Collection[Sequence[Decimal]]) -> Decimal | None:
    """What single numbers come to that are at hand by the org unit they are from; None for none, or an infinite one."""
    numbers = [number for found in by_source for number in found]
    if not numbers:
        return None
    with localcontext(EXACT):
        figures = Figures(
            sum(numbers, Decimal(0)), len(numbers), min(numbers), max(numbers),
            sum((number * number for number in numbers), Decimal(0)), Decimal(0), 0,
            sum(map(min, by_source), Decimal(0)), sum(map(max, by_source), Decimal(0)),
        )  # fmt: skip
        value = AGGREGATES[type](figures, 1)
    return value if value is not None and value.is_finite() else None


def _is_share(type: str, element: Element) -> bool:
    """Whether it is the part of the time that an answer was yes."""
    return type == Type.AVERAGE and element.value_type in BOOLEAN_TYPES


def _detail(operand: Operand) -> int:
    type = _type(operand)
    return WEIGHTS if _is_share(type, operand.element) else DETAILS.get(type, 0)


def _aggregate(figures: Figures, type: str, element: Element, days: int) -> Decimal | None:
    if _is_share(type, element):
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


def _wanted(
    operands: Iterable[Operand], figures: dict[tuple[str, int], int], clocks: dict[Clock, int]
) -> dict[str, list[Any]]:  # fmt: skip
    includes_zeros = system_setting("keyIncludeZeroValuesInAnalytics")
    rows = [
        (
            figures[operand.item.key, operand.element.pk], operand.element.pk, operand.combo, operand.attribute_combo,
            clocks[_clock(operand)],
            operand.element.value_type in NUMERIC_TYPES, operand.element.value_type == ValueType.BOOLEAN,
            operand.element.aggregation_type in WITH_ZEROS or includes_zeros and operand.element.zero_is_significant,
            _order(_type(operand)), _type(operand) in OF_ONE_VALUE, _detail(operand),
        )
        for operand in operands
    ]  # fmt: skip
    names = (
        "figures", "elements", "combos", "attributes", "item_clocks", "numbers", "knows_false", "keeps_zero", "orders",
        "alone", "details",
    )  # fmt: skip
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _order(type: str) -> int:
    """1: the earliest value counts, -1: the latest, 0: all of them."""
    if type in EARLIEST:
        return 1
    return -1 if type in LATEST or type in LATEST_WITHIN else 0
