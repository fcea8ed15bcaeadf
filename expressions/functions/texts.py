"""Functions of texts. Places count from 0; what lies outside of a text is cut off.

Source: DHIS2 2.42, program rules, functions.
"""

from __future__ import annotations

import math

from expressions.errors import EvaluationError
from expressions.functions.declaring import plain
from expressions.functions.patterns import matches
from expressions.kinds import Kind

LONGEST_TEXT = 100_000  # characters; rules that assign to each other could double a text without end


@plain("d2:concatenate", Kind.TEXT, gives=Kind.TEXT, repeats=True)
def concatenate(*texts: str | None) -> str:
    """All of them, one after the other; nothing for a text adds nothing."""
    given = [text for text in texts if text is not None]
    if sum(map(len, given)) > LONGEST_TEXT:
        raise EvaluationError(f"d2:concatenate gives at most {LONGEST_TEXT} characters")
    return "".join(given)


@plain("d2:length", Kind.TEXT, gives=Kind.NUMBER)
def length(text: str | None) -> float:
    return float(len(text or ""))


@plain("d2:left", Kind.TEXT, Kind.NUMBER, gives=Kind.TEXT)
def left(text: str | None, count: float | None) -> str:
    """So many characters from its beginning."""
    return (text or "")[: _place(count)]


@plain("d2:right", Kind.TEXT, Kind.NUMBER, gives=Kind.TEXT)
def right(text: str | None, count: float | None) -> str:
    """So many characters from its end."""
    text = text or ""
    return text[max(len(text) - _place(count), 0) :]


@plain("d2:substring", Kind.TEXT, Kind.NUMBER, Kind.NUMBER, gives=Kind.TEXT)
def substring(text: str | None, start: float | None, end: float | None) -> str:
    """From one place up to another, without that one."""
    return (text or "")[_place(start) : _place(end)]


@plain("d2:split", Kind.TEXT, Kind.TEXT, Kind.NUMBER, gives=Kind.TEXT)
def split(text: str | None, delimiter: str | None, index: float | None) -> str:
    """One of the parts between delimiters; no text where there are less. No delimiter stands between all characters."""
    if not text or delimiter is None or index is None or not 0 <= index < math.inf:
        return ""
    parts = text.split(delimiter) if delimiter else list(text)
    return parts[int(index)] if index < len(parts) else ""


@plain("d2:validatePattern", Kind.TEXT, Kind.TEXT, gives=Kind.BOOLEAN)
def validate_pattern(text: str | None, pattern: str | None) -> bool:
    """Whether the whole text is what a regular expression describes."""
    if pattern is None:
        raise EvaluationError("d2:validatePattern needs a pattern")
    return text is not None and matches(pattern, text)


@plain("d2:contains", Kind.TEXT, Kind.TEXT, gives=Kind.BOOLEAN, repeats=True)
def contains(text: str | None, *parts: str | None) -> bool:
    """Whether all the others stand somewhere in the first one."""
    return text is not None and all(part is not None and part in text for part in parts)


@plain("d2:containsItems", Kind.TEXT, Kind.TEXT, gives=Kind.BOOLEAN, repeats=True)
def contains_items(text: str | None, *items: str | None) -> bool:
    """Whether all the others are items of the first one, whose items have commas between them."""
    return text is not None and set(items) <= set(text.split(","))


def _place(number: float | None) -> int:
    """A place in a text, never before it."""
    if number is None or math.isnan(number):
        raise EvaluationError("A place in a text is missing")
    return int(min(max(number, 0), LONGEST_TEXT))
