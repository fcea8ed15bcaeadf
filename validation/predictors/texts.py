"""A predicted value as the text that is stored. Source: DHIS2 2.42, predictors, writing of predictions."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from dhis2api.value_types import (
    BOOLEAN_TYPES,
    DATE_TYPES,
    INTEGER_TYPES,
    NUMERIC_TYPES,
    ValueType,
    fault,
    is_insignificant_zero,
)
from expressions.kinds import Value
from expressions.over_values.operands import as_text
from expressions.strategies import MissingValueStrategy
from validation.predictors.definitions import Output

DECIMALS = Decimal("0.0001")
HALF = Decimal("0.5")
LONGEST_NUMBER = 20  # digits before the point that are computed with exactly


def text_of(value: Value, output: Output, strategy: MissingValueStrategy) -> str | None:
    """The text to store; None for no prediction: no value, a zero that need not be stored, or a value that the data
    element may not have."""
    if value is None and strategy == MissingValueStrategy.NEVER_SKIP:
        value = _nothing(output.value_type)
    text = None if value is None else _format(value, output.value_type)
    if not text or fault(output.value_type, text) is not None:
        return None
    if is_insignificant_zero(output.value_type, output.aggregation_type, output.zero_is_significant, text):
        return None
    return text


def _nothing(value_type: str) -> Value:
    """What stands for no value where values are never skipped."""
    if value_type in NUMERIC_TYPES:
        return Decimal(0)
    if value_type in BOOLEAN_TYPES:
        return False
    return None if value_type in DATE_TYPES else ""


def _format(value: Value, value_type: str) -> str | None:
    if value_type in NUMERIC_TYPES:
        number = _number(value)
        return None if number is None else _format_number(number, value_type)
    if value_type in BOOLEAN_TYPES:
        if not isinstance(value, bool) or (not value and value_type == ValueType.TRUE_ONLY):
            return None
        return "true" if value else "false"
    return as_text(value)


def _number(value: Value) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, Decimal | str | float):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:  # a text that is no number predicts none
        return None
    return number if number.is_finite() and number.adjusted() < LONGEST_NUMBER else None


def _format_number(number: Decimal, value_type: str) -> str:
    if value_type in INTEGER_TYPES:
        return str(int((number + HALF).to_integral_value(ROUND_FLOOR)))
    whole, _, decimals = f"{number.quantize(DECIMALS, ROUND_HALF_UP):f}".partition(".")
    shown = f"{whole}.{decimals.rstrip('0') or '0'}"
    return "0.0" if shown == "-0.0" else shown
