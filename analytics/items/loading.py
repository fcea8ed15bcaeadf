"""The door: values of any items for any org units and periods.

    values = load_items(items, org_units, periods, Reading.OWN_OR_LONGER)
    for combo in values.attribute_combos(org_unit, period):
        expression.evaluate(values.mapping(org_unit, period, combo), kinds=values.kinds)

The number of queries depends on the kinds of items asked for, not on how many items, org units, periods or rows there
are. Memory holds one value for each item, org unit, period and attribute option combo with data: who asks for very many
org units asks for some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from analytics.items.constants import load_constants, load_group_sizes, load_period_figures
from analytics.items.data_values import load_data_elements
from analytics.items.program_indicators import load_program_indicators
from analytics.items.program_values import load_program_values
from analytics.items.reporting_rates import load_reporting_rates
from analytics.items.sub_expressions import load_sub_expressions
from analytics.items.values import Items, ItemValues, Question, Reading
from dhis2api.periods import Period
from expressions.items import Item, ItemKind

__all__ = ["ItemValues", "Reading", "load_items"]

Loader = Callable[[Items, Question, ItemValues], None]
LOADERS: tuple[tuple[Loader, tuple[ItemKind, ...]], ...] = (
    (load_data_elements, (ItemKind.DATA_ELEMENT,)),
    (load_program_values, (ItemKind.PROGRAM_DATA_ELEMENT, ItemKind.PROGRAM_ATTRIBUTE)),
    (load_program_indicators, (ItemKind.PROGRAM_INDICATOR,)),
    (load_reporting_rates, (ItemKind.REPORTING_RATE,)),
    (load_group_sizes, (ItemKind.ORG_UNIT_GROUP,)),
    (load_constants, (ItemKind.CONSTANT,)),
    (load_sub_expressions, (ItemKind.SUB_EXPRESSION,)),
    (load_period_figures, (ItemKind.DAYS, ItemKind.PERIOD_IN_YEAR, ItemKind.YEARLY_PERIOD_COUNT)),
)


def load_items(
    items: Collection[Item], org_units: Collection[int], periods: Collection[Period], reading: Reading
) -> ItemValues:
    """The values of items. Unknown items have none; org units are primary keys.

    Validation rules ask for OWN_OR_LONGER, predictors for OWN or SUMMED, with the output period and the samples as
    periods, indicators for AGGREGATED.
    """
    values = ItemValues()
    question = Question(list(dict.fromkeys(org_units)), list(dict.fromkeys(periods)), reading)
    if not question.org_units or not question.periods:
        return values
    distinct = {item.key: item for item in items}.values()
    for load, kinds in LOADERS:
        if found := [item for item in distinct if item.kind in kinds]:
            load(found, question, values)
    return values
