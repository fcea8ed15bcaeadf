"""The values that a variable of a program rule could have, and what the counting functions make of them.

Ten thousand events of one request may all count over the same values: each answer is worked out once.
Source: DHIS2 2.42, program rules, functions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from expressions.errors import EvaluationError
from expressions.over_rules.operands import as_number


class Candidates:
    """Texts as stored, newest first; they do not change."""

    __slots__ = ("_counts", "_found", "_texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._counts: Counter[str] | None = None
        self._found: dict[Callable[[list[float]], float], float | EvaluationError] = {}

    def count(self) -> float:
        return float(len(self._texts))

    def count_of(self, text: str | None) -> float:
        """How many are the same text."""
        if self._counts is None:
            self._counts = Counter(self._texts)
        return float(self._counts[text]) if text is not None else 0.0

    def count_not_negative(self) -> float:
        return self._over_numbers(_not_negative)

    def greatest(self) -> float:
        """NaN where there are none."""
        return self._over_numbers(_greatest)

    def least(self) -> float:
        """NaN where there are none."""
        return self._over_numbers(_least)

    def _over_numbers(self, judge: Callable[[list[float]], float]) -> float:
        """Errors: EvaluationError where one of them is no number."""
        found = self._found.get(judge)
        if found is None:
            try:
                found = judge([as_number(text) for text in self._texts if text])
            except EvaluationError as error:
                found = error
            self._found[judge] = found
        if isinstance(found, EvaluationError):
            raise EvaluationError(str(found))
        return found


def _not_negative(numbers: list[float]) -> float:
    return float(sum(number >= 0 for number in numbers))


def _greatest(numbers: list[float]) -> float:
    return max(numbers, default=math.nan)


def _least(numbers: list[float]) -> float:
    return min(numbers, default=math.nan)


NOBODY = Candidates(())
