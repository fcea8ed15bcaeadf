"""`subExpression(x)` of indicators: evaluated for each org unit, stored period and attribute option combo by itself,
and aggregated after that; by SUM unless `.aggregationType()` says otherwise. Source: DHIS2 2.42, indicators.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db import connection

from analytics.items.aggregated import aggregate_numbers
from analytics.items.data_values import load_data_elements
from analytics.items.places import DESCENDANTS
from analytics.items.times import Clock, Span, find_stored
from analytics.items.values import Items, ItemValues, Question, Reading
from dhis2api.periods import Period
from expressions.dialects import INDICATOR
from expressions.expression import Expression
from expressions.items import Item, ItemKind
from expressions.reading import read
from metadata.enums import AggregationType as Type

# What needs an order of time is not computed.
COMPUTED = (
    Type.SUM, Type.AVERAGE, Type.COUNT, Type.MIN, Type.MAX, Type.STDDEV, Type.VARIANCE, Type.MIN_SUM_ORG_UNIT,
    Type.MAX_SUM_ORG_UNIT,
)  # fmt: skip
NOT_COMPUTED = "Sub-expressions are not aggregated by {}"
ONLY_DATA = "Sub-expressions are computed from data elements alone"
Found = dict[tuple[int, str], list[Decimal]]  # org unit and stored period → values


def load_sub_expressions(items: Items, question: Question, values: ItemValues) -> None:
    """Add sub-expressions: a query for what lies below the org units, and those of data elements."""
    expressions = {item.key: read(item.parts[0], INDICATOR) for item in items if _is_computed(item, values)}
    wanted = [item for item in items if item.key in expressions]
    if not wanted:
        return
    clocks = {clock: at for at, clock in enumerate(dict.fromkeys(map(_clock, wanted)))}
    stored = find_stored(clocks, list(question.periods))
    below = _below(question)
    periods = {one.iso: Period(one.type, one.start, one.end, one.iso) for found in stored.values() for one in found}
    inner = {item.key: item for expression in expressions.values() for item in expression.items}.values()
    units = sorted({unit for found in below.values() for unit in found})
    own = ItemValues()
    if periods and units:
        load_data_elements(list(inner), Question(units, list(periods.values()), Reading.OWN), own)
    for item in wanted:
        single = _evaluate(expressions[item.key], own, periods)
        for at, period in enumerate(question.periods):
            isos = [one.iso for one in stored.get((clocks[_clock(item)], at), ())]
            for asked, found in below.items():
                by_source = [[value for iso in isos for value in single.get((unit, iso), ())] for unit in found]
                value = aggregate_numbers(_type(item), [numbers for numbers in by_source if numbers])
                if value is not None:
                    values.put_for_all((asked, period.iso), item.key, value)


def _is_computed(item: Item, values: ItemValues) -> bool:
    if _type(item) not in COMPUTED:
        values.refused[item.key] = NOT_COMPUTED.format(_type(item))
    elif any(one.kind is not ItemKind.DATA_ELEMENT for one in read(item.parts[0], INDICATOR).items):
        values.refused[item.key] = ONLY_DATA
    return item.key not in values.refused


def _type(item: Item) -> str:
    return item.modifiers.aggregation_type or Type.SUM


def _clock(item: Item) -> Clock:
    return Clock.of(Span.WITHIN, item.modifiers)


def _below(question: Question) -> dict[int, list[int]]:
    """The org units whose data counts for each."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(DESCENDANTS, {"units": question.org_units})
        for asked, unit, *_ in cursor.fetchall():
            found[asked].append(unit)
    return found


def _evaluate(expression: Expression, own: ItemValues, periods: dict[str, Period]) -> Found:
    keys = {item.key for item in expression.items}
    found: Found = defaultdict(list)
    for (unit, iso), by_combo in own.by_combo.items():
        for combo, present in by_combo.items():
            if keys.isdisjoint(present):
                continue
            value = expression.evaluate(own.mapping(unit, periods[iso], combo), kinds=own.kinds)
            if isinstance(value, Decimal):
                found[unit, iso].append(value)
    return found
