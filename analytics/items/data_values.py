"""Values of data elements and operands, out of the data values themselves.

An element without a combo is the sum over its option combos. Values that are no numbers are not summed: of several the
last one, in the order of texts, counts. An operand that names an attribute option combo has a value for that one alone.
Source: DHIS2 2.42, validation rules and predictors, values.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection

from analytics.items.aggregated import load_aggregated
from analytics.items.operands import Operand, resolve
from analytics.items.places import DESCENDANTS
from analytics.items.planning import without_nested_loops
from analytics.items.times import Clock, Span, Time, find_times
from analytics.items.values import Items, ItemValues, Question, Reading
from analytics.values import IS_NUMERIC
from dhis2api.value_types import BOOLEAN_TYPES, DATE_TYPES, NUMERIC_TYPES
from expressions.kinds import Kind, Value

VALUES = f"""
    -- one row for each item, org unit, period and attribute option combo that has data
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(
            %(items)s::int[], %(elements)s::int[], %(combos)s::int[], %(attributes)s::int[], %(item_clocks)s::int[],
            %(numbers)s::boolean[]
        ) AS wanted (item, element, combo, attribute_combo, clock, is_number)
    ), time AS MATERIALIZED (
        SELECT * FROM unnest(%(clocks)s::int[], %(asked)s::int[], %(periods)s::int[], %(days)s::int[])
            AS time (clock, asked, period, days)
    ){{places}}, counted AS (
        SELECT wanted.item, wanted.element, {{unit}} AS unit, time.asked AS period, time.days,
            value.attribute_option_combo_id AS attribute_combo, value.period_id AS stored,
            sum(CASE WHEN NOT is_number THEN NULL WHEN {IS_NUMERIC} THEN value.value::numeric END) AS number,
            max(value.value COLLATE "C") FILTER (WHERE NOT is_number) AS text
        FROM datavalue AS value
        JOIN wanted ON wanted.element = value.data_element_id
            AND (wanted.combo IS NULL OR wanted.combo = value.category_option_combo_id)
            AND (wanted.attribute_combo IS NULL OR wanted.attribute_combo = value.attribute_option_combo_id)
        JOIN time ON time.clock = wanted.clock AND time.period = value.period_id
        {{where}}
        WHERE NOT value.deleted AND value.value IS NOT NULL
          AND value.data_element_id = ANY(%(elements)s) AND value.period_id = ANY(%(periods)s)
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    )
    SELECT item, unit, period, attribute_combo, sum(number), max(text COLLATE "C") FROM {{counted}} AS counted
    GROUP BY item, unit, period, attribute_combo
"""
# Of the periods around the one asked for the shortest one counts, for each data element by itself: one of them, where
# some are as short (a year and a financial year).
SHORTEST = """(
    SELECT DISTINCT ON (item, element, unit, period, attribute_combo) * FROM counted
    ORDER BY item, element, unit, period, attribute_combo, days, stored
)"""
# Whose data it is. That of the units themselves is found by the index, some units at a time.
OWN = {
    "places": "", "unit": "value.organisation_unit_id", "where": "AND value.organisation_unit_id = ANY(%(units)s)",
}  # fmt: skip
BELOW = {
    "places": f", place AS MATERIALIZED ({DESCENDANTS})", "unit": "place.asked",
    "where": "JOIN place ON place.unit = value.organisation_unit_id",
}  # fmt: skip
FETCHED = 10_000  # rows at a time


def load_data_elements(items: Items, question: Question, values: ItemValues) -> None:
    """Add the values of data elements and operands."""
    operands = resolve(items)
    if not operands:
        return
    if question.reading is Reading.AGGREGATED:
        load_aggregated(operands, question, values)
        return
    kinds = _kinds(operands)
    operands = [operand for operand in operands if kind_of(operand.element.value_type) is kinds[operand.item.key]]
    values.kinds.update((key, kind) for key, kind in kinds.items() if kind is not Kind.NUMBER)
    span = Span.LONGER if question.reading is Reading.OWN_OR_LONGER else Span.EXACT
    clocks = {clock: number for number, clock in enumerate(_clocks(operands, span))}
    times = find_times(clocks, list(question.periods))
    if not times:
        return
    keys = list(kinds)
    statement = VALUES.format(
        counted=SHORTEST if span is Span.LONGER else "counted", **(BELOW if question.descends else OWN)
    )
    parameters = {
        "units": question.org_units, **_wanted(operands, keys, clocks, span), **_columns(times),
    }  # fmt: skip
    isos = [period.iso for period in question.periods]
    with connection.cursor() as cursor, without_nested_loops():
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(FETCHED):
            for item, unit, period, attribute_combo, number, text in rows:
                value = number if text is None else CONVERTED[kinds[keys[item]]](text)
                if value is not None:
                    values.put((unit, isos[period]), attribute_combo, keys[item], value)


def _kinds(operands: list[Operand]) -> dict[str, Kind]:
    """What each item is. Of a group of data elements of several kinds the numbers count, else those of the first."""
    kinds: dict[str, Kind] = {}
    for operand in operands:
        kind = kind_of(operand.element.value_type)
        if kinds.setdefault(operand.item.key, kind) is not kind and kind is Kind.NUMBER:
            kinds[operand.item.key] = kind
    return kinds


def _clocks(operands: list[Operand], span: Span) -> dict[Clock, None]:
    return dict.fromkeys(Clock.of(span, operand.item.modifiers) for operand in operands)


def _wanted(operands: list[Operand], keys: list[str], clocks: dict[Clock, int], span: Span) -> dict[str, list[Any]]:
    numbers = {key: number for number, key in enumerate(keys)}
    return {
        "items": [numbers[operand.item.key] for operand in operands],
        "elements": [operand.element.pk for operand in operands],
        "combos": [operand.combo for operand in operands],
        "attributes": [operand.attribute_combo for operand in operands],
        "item_clocks": [clocks[Clock.of(span, operand.item.modifiers)] for operand in operands],
        "numbers": [operand.element.value_type in NUMERIC_TYPES for operand in operands],
    }


def _columns(times: list[Time]) -> dict[str, list[int]]:
    columns = zip(*times, strict=True)
    return dict(zip(("clocks", "asked", "periods", "days"), map(list, columns), strict=True))


def kind_of(value_type: str) -> Kind:
    """What values of a type are in an expression."""
    if value_type in NUMERIC_TYPES:
        return Kind.NUMBER
    if value_type in BOOLEAN_TYPES:
        return Kind.BOOLEAN
    return Kind.DATE if value_type in DATE_TYPES else Kind.TEXT


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:  # no date, whatever its data element says: no value
        return None


CONVERTED: dict[Kind, Callable[[str], Value]] = {
    Kind.NUMBER: lambda text: Decimal(text),
    Kind.BOOLEAN: lambda text: text == "true",
    Kind.DATE: _date,
    Kind.TEXT: lambda text: text,
}
