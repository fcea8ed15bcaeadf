"""Regular expressions of users, matched by RE2: in time that grows with the text, however a pattern is written.

What needs another way of matching (references back, looking ahead or behind) is refused.
Source: DHIS2's d2:validatePattern, where a whole text has to match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from expressions.errors import EvaluationError

LONGEST_PATTERN = 500  # characters
LONGEST_TEXT = 50_000  # of a value


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole text. Errors: EvaluationError for a pattern that is none, or not taken."""
    if len(text) > LONGEST_TEXT:
        raise EvaluationError(f"A text of more than {LONGEST_TEXT} characters is not matched against a pattern")
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2  # noqa: PLC0415 - few processes ever match a pattern, and it takes 3 MB

    if len(pattern) > LONGEST_PATTERN:
        raise EvaluationError(f"A pattern has at most {LONGEST_PATTERN} characters")
    quiet = re2.Options()
    quiet.log_errors = False
    try:
        return re2.compile(pattern, quiet)
    except re2.error as error:
        raise EvaluationError(f"`{pattern}` is not a pattern: {_words(error)}") from error


def _words(error: Exception) -> str:
    message = error.args[0] if error.args else error
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)
