"""How values become one another in program rules: a value is what is needed wherever that makes sense.

Source: DHIS2 2.42, rule engine: conversions and comparisons.
"""

from __future__ import annotations

import datetime
import math

from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from expressions.kinds import Kind, Value

EPOCH = datetime.date(1970, 1, 1)


def as_text(value: Value) -> str | None:
    """A value as it is told and stored: whole numbers without a fraction, dates as ISO."""
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float:
        if math.isfinite(value):
            return str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value.isoformat()[:10] if isinstance(value, datetime.date) else str(value)


def as_number(value: Value) -> float:
    """A value as a number: booleans are 1 and 0, dates count from 1970. Errors: EvaluationError for what is none."""
    if type(value) is float:
        return value
    if type(value) is bool:
        return 1.0 if value else 0.0
    if type(value) is str:
        try:
            return float(value) if "_" not in value else _no_number(value)
        except ValueError:
            return _no_number(value)
    if isinstance(value, datetime.date):
        return float((to_date(value) - EPOCH).days)
    return _no_number(value) if value is None else float(value)


def _no_number(value: Value) -> float:
    raise EvaluationError("null is not a number" if value is None else f"`{value}` is not a number")


def as_boolean(value: Value) -> bool | None:
    """A value as a boolean: of texts only `true` is true, of numbers all but 0; null stays null."""
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return value.lower() == "true"
    return as_number(value) != 0


def converted(value: Value, kind: Kind) -> Value:
    """A value as the argument of a function; null stays null. Errors: EvaluationError."""
    if value is None:
        return None
    if kind is Kind.NUMBER:
        return as_number(value)
    if kind is Kind.TEXT:
        return as_text(value)
    if kind is Kind.DATE:
        return to_date(value)
    return as_boolean(value) if kind is Kind.BOOLEAN else value


def are_equal(left: Value, right: Value) -> bool:
    """Whether two values are equal: null only equals null, a number what reads as it, a boolean what means it."""
    if left is None or right is None:
        return left is right
    kinds = (type(left), type(right))
    if float in kinds:
        try:
            return as_number(left) == as_number(right)
        except EvaluationError:
            return False
    if bool in kinds:
        return as_boolean(left) == as_boolean(right)
    return as_text(left) == as_text(right)


def order(left: Value, right: Value) -> int:
    """-1, 0 or 1 as one value is before, at or after another; 2 where NaN is neither. Texts and dates compare as texts,
    all else as numbers. Errors: EvaluationError for null and for what is no number."""
    if _is_text(left) and _is_text(right):
        a, b = as_text(left), as_text(right)
        return (a > b) - (a < b)
    a, b = as_number(left), as_number(right)
    return 2 if math.isnan(a) or math.isnan(b) else (a > b) - (a < b)


def _is_text(value: Value) -> bool:
    return isinstance(value, str | datetime.date)
