"""Functions of numbers. Numbers of program rules are floats, as in DHIS2.

Source: DHIS2 2.42, program rules, functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from expressions.errors import EvaluationError
from expressions.functions.declaring import plain
from expressions.kinds import Kind

MOST_DECIMALS = 300  # places beyond which no float has digits
EXACT = 2.0**52  # below it, the fraction of a number is exact


@plain("d2:ceil", Kind.NUMBER, gives=Kind.NUMBER)
def ceil(number: float | None) -> float:
    """The next whole number; of nothing 0."""
    return _to_whole(math.ceil, number)


@plain("d2:floor", Kind.NUMBER, gives=Kind.NUMBER)
def floor(number: float | None) -> float:
    """The whole number before; of nothing 0."""
    return _to_whole(math.floor, number)


def _to_whole(rule: Callable[[float], int], number: float | None) -> float:
    if number is None:
        return 0.0
    return float(rule(number)) if math.isfinite(number) else number


@plain("d2:round", Kind.NUMBER, Kind.NUMBER, gives=Kind.NUMBER, optional=1)
def round_half_up(number: float | None, decimals: float | None = 0.0) -> float:
    """Half away from zero: 1.25 with one decimal is 1.3. Nothing is not a number."""
    if number is None:
        return math.nan
    if decimals is None or not abs(decimals) <= MOST_DECIMALS or decimals != int(decimals):
        raise EvaluationError("d2:round needs a whole number of decimals")
    if not math.isfinite(number):
        return number
    if decimals == 0 and abs(number) < EXACT:
        whole = math.floor(abs(number))
        return math.copysign(whole + (abs(number) - whole >= 0.5), number)
    written = Decimal(repr(number))  # 1.25 as it is read, not as the float next to it
    places = Decimal(1).scaleb(-int(decimals))
    if written.adjusted() + decimals > 16:
        return number  # it has no digits there
    return float(written.quantize(places, ROUND_HALF_UP))


@plain("d2:modulus", Kind.NUMBER, Kind.NUMBER, gives=Kind.NUMBER)
def modulus(dividend: float | None, divisor: float | None) -> float:
    """What is left of a division, with the sign of the dividend; dividing by 0 gives no number."""
    if dividend is None or divisor is None:
        raise EvaluationError("d2:modulus needs two numbers")
    if divisor == 0 or math.isinf(dividend):
        return math.nan
    return math.fmod(dividend, divisor)


@plain("d2:zing", Kind.NUMBER, gives=Kind.NUMBER)
def zero_if_negative(number: float | None) -> float:
    """0 of a negative number and of nothing."""
    return 0.0 if number is None or number < 0 else number


@plain("d2:oizp", Kind.NUMBER, gives=Kind.NUMBER)
def one_if_zero_or_positive(number: float | None) -> float:
    return 1.0 if number is not None and number >= 0 else 0.0


@plain("d2:zpvc", Kind.NUMBER, gives=Kind.NUMBER, repeats=True)
def count_zero_or_positive(*numbers: float | None) -> float:
    return float(sum(number is not None and number >= 0 for number in numbers))
