"""Z-scores of growth: how many standard deviations a child lies off the median of the WHO's child growth standards.

The figures are in `who_growth_sd.csv`: by sex and by month of age or cm of height, weight or height at -3 to +3 SD.
Source: DHIS2 2.42, program rules, d2:zScore functions.
"""

from __future__ import annotations

import csv
from functools import cache
from itertools import pairwise
from pathlib import Path

from expressions.errors import EvaluationError
from expressions.functions.declaring import plain
from expressions.kinds import Kind

FIGURES = Path(__file__).with_name("who_growth_sd.csv")
SCORES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
BEYOND = 3.5  # of whatever lies outside
MALE = frozenset({"Male", "MALE", "male", "ma", "m", "M", "0", "false"})

Figures = dict[tuple[str, str, float], tuple[float, ...]]


@plain("d2:zScoreWFA", Kind.NUMBER, Kind.NUMBER, Kind.TEXT, gives=Kind.NUMBER)
def weight_for_age(months: float | None, weight: float | None, gender: str | None) -> float:
    return _score("WFA", months, weight, gender)


@plain("d2:zScoreHFA", Kind.NUMBER, Kind.NUMBER, Kind.TEXT, gives=Kind.NUMBER)
def height_for_age(months: float | None, height: float | None, gender: str | None) -> float:
    return _score("HFA", months, height, gender)


@plain("d2:zScoreWFH", Kind.NUMBER, Kind.NUMBER, Kind.TEXT, gives=Kind.NUMBER)
def weight_for_height(height: float | None, weight: float | None, gender: str | None) -> float:
    return _score("WFH", height, weight, gender)


def _score(table: str, parameter: float | None, measured: float | None, gender: str | None) -> float:
    """Between two columns in proportion, to two decimals."""
    if parameter is None or measured is None or gender is None:
        raise EvaluationError("A z-score needs a parameter, a measured value and a gender")
    sex = "male" if gender in MALE else "female"
    columns = _figures().get((table, sex, parameter))
    if columns is None:
        raise EvaluationError(f"The growth table {table} has no figures for {parameter:g}")
    if measured < columns[0]:
        return -BEYOND
    for (low, score), (high, _) in pairwise(zip(columns, SCORES, strict=True)):
        if measured <= high:
            return round(score + (measured - low) / (high - low), 2)
    return BEYOND


@cache
def _figures() -> Figures:
    with FIGURES.open(newline="", encoding="utf-8") as file:
        lines = csv.reader(file)
        next(lines)
        return {(table, sex, float(parameter)): tuple(map(float, columns)) for table, sex, parameter, *columns in lines}
