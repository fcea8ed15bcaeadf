"""Values as rules see them: texts of a type become values of four kinds, results become texts again.

Source: DHIS2 2.42, program rules, variables. Dates stay texts, so that rules compare them with texts.
"""

from __future__ import annotations

from collections.abc import Callable

from dhis2api.value_types import NUMERIC_TYPES
from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from expressions.kinds import Kind, Value
from expressions.over_rules.operands import as_text

NOTHING: dict[Kind, Value] = {Kind.NUMBER: 0.0, Kind.BOOLEAN: False, Kind.TEXT: "", Kind.DATE: None}
"""What a variable without a value gives."""

LONGEST_REASON = 500  # characters
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def _text(text: str) -> str:
    return text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise EvaluationError(f"`{text}` is not a number") from error


def _boolean(text: str) -> bool:
    found = BOOLEANS.get(text.lower())
    if found is None:
        raise EvaluationError(f"`{text}` is neither true nor false")
    return found


def _day(text: str) -> str | None:
    day = to_date(text)
    return None if day is None else day.isoformat()


FROM_TEXT: dict[Kind, Callable[[str], Value]] = {
    Kind.TEXT: _text, Kind.NUMBER: _number, Kind.BOOLEAN: _boolean, Kind.DATE: _day,
}  # fmt: skip
"""A stored text as a value of a kind. Errors: EvaluationError for one that is none."""


def shortened(text: str, length: int = LONGEST_REASON) -> str:
    """The beginning of a text, as reasons have it: told of each of ten thousand events, long ones would fill memory."""
    return text if len(text) <= length else text[:length] + " …"


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
