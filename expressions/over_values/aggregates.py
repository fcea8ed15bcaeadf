"""Functions over the sample periods of a predictor.

Missing values are judged in each sample by itself; samples without a value drop out. For the expression around it, an
aggregate is one item: found if any sample has a value.
Source: DHIS2 2.42, predictors, aggregate functions.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from decimal import Decimal

from expressions.kinds import Value
from expressions.over_values.cells import Cell, settled
from expressions.over_values.operands import EXACT, NAN, QUOTIENT, as_number, from_float

Run = Callable[[Cell], Value]


def _samples(cell: Cell, run: Run) -> list[Value]:
    """The values of an expression in the samples that have one. Counts for the expression around."""
    values = cell.sampled.get(run)
    if values is None:
        found = ((inner, run(inner)) for inner in map(cell.sample, cell.samples))
        values = [value for inner, given in found if (value := settled(given, inner)) is not None]
        cell.sampled[run] = values
    if values:
        cell.found += 1
    else:
        cell.missing += 1
    return values


def _numbers(cell: Cell, run: Run) -> list[Decimal]:
    return [number for value in _samples(cell, run) if (number := as_number(value)) is not None]


def _over_numbers(calculate: Callable[[list[Decimal]], Decimal]) -> Callable[[Run], Run]:
    """A function that has no value over no samples."""

    def aggregate(operand: Run) -> Run:
        def run(cell: Cell) -> Value:
            numbers = _numbers(cell, operand)
            return calculate(numbers) if numbers else None

        return run

    return aggregate


def total(numbers: list[Decimal]) -> Decimal:
    """The sum."""
    result = Decimal(0)
    for number in numbers:
        result = EXACT.add(result, number)
    return result


def mean(numbers: list[Decimal]) -> Decimal:
    """The arithmetic mean, to 16 digits."""
    return QUOTIENT.divide(total(numbers), Decimal(len(numbers)))


def deviation(numbers: list[Decimal], *, of_sample: bool) -> Decimal:
    """The standard deviation; of one number it is 0."""
    if len(numbers) == 1:
        return Decimal(0)
    floats = [float(number) for number in numbers]
    if not all(map(math.isfinite, floats)):
        return NAN
    return from_float(statistics.stdev(floats) if of_sample else statistics.pstdev(floats))


def percentile(numbers: list[Decimal], share: Decimal) -> Decimal:
    """The number below which a share (0 to 1) lies, between neighbours in a straight line."""
    ordered = sorted(numbers)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    distance = EXACT.subtract(ordered[above], ordered[below])
    return EXACT.add(ordered[below], EXACT.multiply(position - below, distance))


def _count(operand: Run) -> Run:
    return lambda cell: Decimal(len(_samples(cell, operand)))


def _percentile_cont(share: Run, operand: Run) -> Run:
    def run(cell: Cell) -> Value:
        numbers, wanted = _numbers(cell, operand), as_number(share(cell))
        if not numbers or wanted is None or wanted.is_nan() or not 0 <= wanted <= 1:
            return None
        return percentile(numbers, wanted)

    return run


def _normal(calculate: Callable[[float, float, float], float]) -> Callable[..., Run]:
    """A function of the normal distribution at x; mean and deviation are those of x over the samples unless given."""

    def aggregate(operand: Run, mean_of: Run | None = None, deviation_of: Run | None = None) -> Run:
        def run(cell: Cell) -> Value:
            numbers = [] if mean_of and deviation_of else _numbers(cell, operand)
            x = as_number(operand(cell))
            middle = as_number(mean_of(cell)) if mean_of else mean(numbers) if numbers else None
            spread = (
                as_number(deviation_of(cell)) if deviation_of
                else deviation(numbers, of_sample=True) if numbers else None
            )  # fmt: skip
            known = [float(number) for number in (x, middle, spread) if number is not None and number.is_finite()]
            if len(known) < 3 or known[2] <= 0 or not all(map(math.isfinite, known)):
                return None
            return from_float(calculate(*known))

        return run

    return aggregate


def cumulative(x: float, mean: float, deviation: float) -> float:
    """The share of a normal distribution that lies below x."""
    return 0.5 * math.erfc((mean - x) / (deviation * math.sqrt(2)))


def density(x: float, mean: float, deviation: float) -> float:
    """The density of a normal distribution at x."""
    distance = (x - mean) / deviation
    return math.exp(-0.5 * distance * distance) / (deviation * math.sqrt(2 * math.pi))


AGGREGATES: dict[str, Callable[..., Run]] = {
    "avg": _over_numbers(mean),
    "count": _count,
    "max": _over_numbers(max),
    "median": _over_numbers(lambda numbers: percentile(numbers, Decimal("0.5"))),
    "min": _over_numbers(min),
    "percentileCont": _percentile_cont,
    "stddev": _over_numbers(lambda numbers: deviation(numbers, of_sample=True)),
    "stddevSamp": _over_numbers(lambda numbers: deviation(numbers, of_sample=True)),
    "stddevPop": _over_numbers(lambda numbers: deviation(numbers, of_sample=False)),
    "sum": _over_numbers(total),
    "variance": _over_numbers(lambda numbers: EXACT.power(deviation(numbers, of_sample=True), 2)),
    "normDistCum": _normal(cumulative),
    "normDistDen": _normal(density),
}
