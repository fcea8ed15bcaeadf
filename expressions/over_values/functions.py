"""Functions over the values of their arguments, null included."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from decimal import Decimal

from expressions.errors import EvaluationError
from expressions.functions.declaring import RULE_FUNCTIONS, Function
from expressions.functions.signatures import PROGRAM_INDICATOR_FUNCTIONS
from expressions.kinds import Kind, Value
from expressions.over_values.operands import NAN, as_number, as_text, from_float


def _numbers(values: tuple[Value, ...]) -> list[Decimal]:
    return [number for value in values if (number := as_number(value)) is not None and not number.is_nan()]


def greatest(*values: Value) -> Value:
    """The greatest number; null if there is none."""
    return max(_numbers(values), default=None)


def least(*values: Value) -> Value:
    """The least number; null if there is none."""
    return min(_numbers(values), default=None)


def _log(number: Decimal) -> float:
    value = float(number)
    return -math.inf if value == 0 else math.log(value) if value > 0 else math.nan


def log(value: Value, base: Value = Decimal(0)) -> Value:
    """The natural logarithm, or that to a base; of 0 it is -∞, of what is below 0 NaN."""
    number, of = as_number(value), as_number(base)
    if number is None or of is None:
        return None
    return _quotient(_log(number), _log(of))


def natural_log(value: Value) -> Value:
    """The logarithm to e."""
    number = as_number(value)
    return None if number is None else from_float(_log(number))


def log10(value: Value) -> Value:
    """The logarithm to 10."""
    number = as_number(value)
    if number is None:
        return None
    value = float(number)
    return from_float(math.log10(value) if value > 0 else _log(number))


def _quotient(a: float, b: float) -> Decimal:
    return from_float(a / b) if b else NAN


def remove_zeros(value: Value) -> Value:
    """Null for 0."""
    number = as_number(value)
    return number or None


def contains(value: Value, *parts: Value) -> Value:
    """Whether a text holds all the others."""
    texts = [as_text(one) for one in (value, *parts)]
    return None if None in texts else all(part in texts[0] for part in texts[1:])


def contains_items(value: Value, *parts: Value) -> Value:
    """Whether all are members of a list with commas."""
    texts = [as_text(one) for one in (value, *parts)]
    return None if None in texts else set(texts[1:]) <= set(texts[0].split(","))


def _of_rules(function: Function) -> Callable[..., Value]:
    """A plain function of program rules, over decimal numbers."""

    def call(*values: Value) -> Value:
        if None in values:
            return None
        kinds = [function.takes[min(index, len(function.takes) - 1)] for index in range(len(values))]
        converted = [_binary(value, kind) for value, kind in zip(values, kinds, strict=True)]
        result = function.body(*converted)
        return from_float(float(result)) if type(result) in (int, float) else result

    return call


def _binary(value: Value, kind: Kind) -> Value:
    """A value as an argument. Errors: EvaluationError for what is no number, or no date, where one belongs."""
    if kind is Kind.NUMBER:
        number = as_number(value)
        if number is None:
            raise EvaluationError(f"`{value}` is not a number")
        return float(number)
    if kind is Kind.DATE:
        try:
            return datetime.date.fromisoformat(str(value)[:10])
        except ValueError as error:
            raise EvaluationError(f"`{value}` is not a date") from error
    return as_text(value) if kind is Kind.TEXT else value


EAGER: dict[str, Callable[..., Value]] = {
    "greatest": greatest,
    "least": least,
    "log": lambda value, *base: log(value, *base) if base else natural_log(value),
    "log10": log10,
    "removeZeros": remove_zeros,
    "contains": contains,
    "containsItems": contains_items,
    **{name: _of_rules(function) for name, function in RULE_FUNCTIONS.items() if name in PROGRAM_INDICATOR_FUNCTIONS},
}
