"""The dialects: which items and functions each kind of expression may use, and what it must give.

Source: DHIS2 2.42, expressions of validation rules, predictors, indicators, program indicators and program rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expressions import items
from expressions.functions.signatures import (
    AGGREGATES,
    COMMON,
    INDICATOR_FUNCTIONS,
    PROGRAM_INDICATOR_FUNCTIONS,
    PROGRAM_RULE_FUNCTIONS,
    Signature,
)
from expressions.items import ItemForm
from expressions.kinds import Kind

DATES = frozenset({".minDate(", ".maxDate("})
EVERY_DOT = DATES | {".aggregationType(", ".periodOffset(", ".yearToDate("}


@dataclass(frozen=True, eq=False)
class Dialect:
    """One kind of expression.

    `gives` is the kind that a whole expression must have. Where it `converts` values freely (program rules and program
    indicators) kinds of parts are not judged beforehand. `left_power`: `2 ^ 3 ^ 2` is `(2 ^ 3) ^ 2`.
    """

    name: str
    items: tuple[ItemForm, ...]
    functions: Mapping[str, Signature]
    gives: Kind = Kind.NUMBER
    dots: frozenset[str] = field(default=frozenset())
    org_unit_functions: bool = False
    for_each: bool = False
    converts: bool = False
    left_power: bool = False

    def __str__(self) -> str:
        """As messages speak of it."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


_DATA = (
    items.DATA_ELEMENT, items.PROGRAM_DATA_ELEMENT, items.PROGRAM_ATTRIBUTE, items.PROGRAM_INDICATOR,
    items.REPORTING_RATE, items.CONSTANT, items.ORG_UNIT_GROUP, items.DAYS,
)  # fmt: skip
_CALENDAR = (items.PERIOD_IN_YEAR, items.YEARLY_PERIOD_COUNT)
_EVENT = (
    items.STAGE_ELEMENT, items.ATTRIBUTE, items.CONSTANT, items.ENVIRONMENT, items.STAGE_EVENT_DATE,
)  # fmt: skip
_RULE = (items.VARIABLE, items.VARIABLE_OF_ATTRIBUTE, items.ENVIRONMENT, items.CONSTANT)

INDICATOR = Dialect("indicator", (*_DATA, items.INDICATOR, *_CALENDAR), INDICATOR_FUNCTIONS, dots=EVERY_DOT)
VALIDATION_RULE = Dialect("validation rule", _DATA, COMMON, org_unit_functions=True)
PREDICTOR = Dialect(
    "predictor", _DATA, COMMON | AGGREGATES, gives=Kind.ANY, dots=DATES, org_unit_functions=True, for_each=True
)
PREDICTOR_SKIP_TEST = Dialect(
    "skip test", _DATA, COMMON | AGGREGATES, gives=Kind.BOOLEAN, dots=DATES, org_unit_functions=True
)
PROGRAM_RULE = Dialect("program rule", _RULE, PROGRAM_RULE_FUNCTIONS, gives=Kind.ANY, converts=True, left_power=True)
PROGRAM_INDICATOR = Dialect("program indicator", _EVENT, PROGRAM_INDICATOR_FUNCTIONS, gives=Kind.ANY, converts=True)
PROGRAM_INDICATOR_FILTER = Dialect(
    "program indicator filter", _EVENT, PROGRAM_INDICATOR_FUNCTIONS, gives=Kind.BOOLEAN, converts=True
)
