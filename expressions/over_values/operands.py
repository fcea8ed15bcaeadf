"""How values become one another in expressions over data values.

Numbers are decimal: sums and products keep 34 digits, quotients 16, rounded half to even, as in DHIS2.
"""

from __future__ import annotations

import datetime
import math
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from expressions.kinds import Value

# No traps: what overflows is infinite, what has no result is NaN.
EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN, traps=[])
QUOTIENT = Context(prec=16, rounding=ROUND_HALF_EVEN, traps=[])
NAN = Decimal("NaN")
ZERO = Decimal(0)
LONGEST_WRITTEN = 60  # digits
LARGEST_WHOLE = 1e16  # beyond it a float is no exact count
_NUMERIC = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?\s*", re.ASCII)


def as_number(value: Value) -> Decimal | None:
    """A value as a number; texts that read as one are one. None for what is no number."""
    kind = type(value)
    if kind is Decimal:
        return value
    if kind is str:
        return EXACT.create_decimal(value.strip()) if _NUMERIC.fullmatch(value) else None
    if kind is int or kind is float:
        return Decimal(repr(value))
    return None


def as_boolean(value: Value) -> bool | None:
    """A value as a boolean; the texts `true` and `false` are booleans. None for what is no boolean."""
    if type(value) is bool:
        return value
    return _BOOLEANS.get(value) if type(value) is str else None


_BOOLEANS = {"true": True, "false": False}


def as_text(value: Value) -> str | None:
    """A value as text: whole numbers without a fraction, dates as ISO."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    number = as_number(value)
    if not number.is_finite():
        return "NaN" if number.is_nan() else "Infinity" if number > 0 else "-Infinity"
    # A number of a million digits is not written out.
    return format(number.normalize(EXACT), "f") if abs(number.adjusted()) < LONGEST_WRITTEN else str(number)


def from_float(number: float) -> Decimal:
    """A result of binary arithmetic."""
    if number.is_integer() and abs(number) < LARGEST_WHOLE:
        return Decimal(int(number))
    return Decimal(repr(number)) if math.isfinite(number) else Decimal(number)


def compared(left: Value, right: Value) -> int | None:
    """-1, 0 or 1 as one value is before, at or after another; None if one is null or no number at all.

    If one is a number and the other reads as one, they compare as numbers; likewise booleans (false before true);
    otherwise as texts.
    """
    if left is None or right is None:
        return None
    kinds = (type(left), type(right))
    if Decimal in kinds:
        a, b = as_number(left), as_number(right)
        if a is not None and b is not None:
            return None if a.is_nan() or b.is_nan() else (a > b) - (a < b)
    elif bool in kinds:
        a, b = as_boolean(left), as_boolean(right)
        if a is not None and b is not None:
            return (a > b) - (a < b)
    a, b = as_text(left), as_text(right)
    return (a > b) - (a < b)
