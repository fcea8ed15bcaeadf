"""Values as rules see them: texts of a type become values of four kinds, results become texts again.

Source: DHIS2 2.42, program rules, variables. Dates stay texts, so that rules compare them with texts.
"""

from __future__ import annotations

from functools import lru_cache

from dhis2api.value_types import NUMERIC_TYPES
from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from expressions.kinds import Kind, Value
from expressions.over_rules.operands import as_text

NOTHING: dict[Kind, Value] = {Kind.NUMBER: 0.0, Kind.BOOLEAN: False, Kind.TEXT: "", Kind.DATE: None}
"""What a variable without a value gives."""

BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def from_text(text: str, kind: Kind) -> Value:
    """A stored text as a value of a kind. Errors: EvaluationError for one that is none."""
    if kind is Kind.TEXT:
        return text
    if kind is Kind.NUMBER:
        try:
            return float(text)
        except ValueError as error:
            raise EvaluationError(f"`{text}` is not a number") from error
    if kind is Kind.BOOLEAN:
        found = BOOLEANS.get(text.lower())
        if found is None:
            raise EvaluationError(f"`{text}` is neither true nor false")
        return found
    return _day(text)


@lru_cache(maxsize=10_000)  # days repeat
def _day(text: str) -> str | None:
    day = to_date(text)
    return None if day is None else day.isoformat()


def to_text(value: Value) -> str | None:
    """A result as it is stored and told; an empty text is no value."""
    text = as_text(value)
    # A literal can say `\u0000`, which no column can hold.
    return (text.replace("\0", "") if text and "\0" in text else text) or None


def are_same(one: str | None, other: str | None, value_type: str) -> bool:
    """Whether two texts are the same value of a type: numbers by what they are."""
    if one == other:
        return True
    if one is None or other is None or value_type not in NUMERIC_TYPES:
        return False
    try:
        return float(one) == float(other)
    except ValueError:
        return False
