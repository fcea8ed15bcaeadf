"""Text to period. Strict: the whole text, case-sensitive, numbers in range (DHIS2 2.42, period identifiers).

Imports name the same few hundred periods millions of times, so answers are remembered, refusals too; the memory is
bounded by entries and by the length of a text that gets that far.
"""

from __future__ import annotations

from functools import lru_cache

from .period_types import PERIOD_TYPES, InvalidPeriod, Period

# `2026AprilS1`, the longest form, has 11 characters
LONGEST = 16


def parse_period(text: str) -> Period:
    """The period that `text` names. Errors: InvalidPeriod."""
    period = find_period(text)
    if period is None:
        raise InvalidPeriod(f"`{text[:LONGEST]}` is not a period")
    return period


def find_period(text: str) -> Period | None:
    """The period that `text` names, or None."""
    return _find(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=16_384)
def _find(text: str) -> Period | None:
    for kind in PERIOD_TYPES.values():
        if match := kind.pattern.fullmatch(text):
            index = kind.index_from(match)
            if index is None:
                return None
            try:
                return kind.at(index)
            except InvalidPeriod:  # well formed, but it leaves the years 1 to 9999: no period, as this function says
                return None
    return None
