"""One rule held against one set of values.

Source: DHIS2 2.42, validation rules, evaluation and operators.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from expressions.kinds import Kind, Value
from expressions.over_values.cells import Place
from expressions.strategies import MissingValueStrategy
from metadata.enums import Operator
from validation.rules.loading import Rule, Side

SIGNIFICANT_DIGITS = 10
LARGEST_EXPONENT = 308  # what a result has no room for is as good as infinite
ZERO = Decimal(0)

COMPARISONS: Mapping[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.equal_to: operator.eq,
    Operator.not_equal_to: operator.ne,
    Operator.greater_than: operator.gt,
    Operator.greater_than_or_equal_to: operator.ge,
    Operator.less_than: operator.lt,
    Operator.less_than_or_equal_to: operator.le,
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an evaluation knows besides values: the kinds of those that are no numbers, and the org unit's place."""

    kinds: Mapping[str, Kind]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The two sides of a violated rule; a side without a value is zero."""

    left: float
    right: float


def find_violation(
    rule: Rule, left: Mapping[str, Value], right: Mapping[str, Value], surroundings: Surroundings
) -> Found | None:
    """What the sides come to, if that violates the rule. The sides may see different values: one has a window."""
    first, second = _value(rule.left, left, surroundings), _value(rule.right, right, surroundings)
    if not is_violated(rule, first, second):
        return None
    return Found(round_significant(first), round_significant(second))


def is_violated(rule: Rule, left: Decimal | None, right: Decimal | None) -> bool:
    """A pair of which one side is missing, or none; or a comparison that is false. Without a value there is none."""
    if rule.operator is Operator.compulsory_pair:
        return (left is None) != (right is None)
    if rule.operator is Operator.exclusive_pair:
        return left is not None and right is not None
    if left is None and rule.left.strategy == MissingValueStrategy.NEVER_SKIP:
        left = ZERO
    if right is None and rule.right.strategy == MissingValueStrategy.NEVER_SKIP:
        right = ZERO
    return left is not None and right is not None and not COMPARISONS[rule.operator](left, right)


def round_significant(value: Decimal | None) -> float:
    """A value as it is shown and stored; none is zero."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if value else 0.0


def _value(side: Side, values: Mapping[str, Value], surroundings: Surroundings) -> Decimal | None:
    found = side.expression.evaluate(values, side.strategy, kinds=surroundings.kinds, place=surroundings.place)
    is_number = isinstance(found, Decimal) and found.is_finite() and found.adjusted() < LARGEST_EXPONENT
    return found if is_number else None
