"""Regular expressions of users, matched by RE2: in time that grows with the text, however a pattern is written.

What needs another way of matching (references back, looking ahead or behind) is refused.
Source: DHIS2's d2:validatePattern, where a whole text has to match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from expressions.errors import EvaluationError

LONGEST_PATTERN = 500  # characters
LONGEST_TEXT = 50_000  # of a value
_QUIET = re2.Options()
_QUIET.log_errors = False


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole text. Errors: EvaluationError for a pattern that is none, or not taken."""
    if len(text) > LONGEST_TEXT:
        raise EvaluationError(f"A text of more than {LONGEST_TEXT} characters is not matched against a pattern")
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        raise EvaluationError(f"A pattern has at most {LONGEST_PATTERN} characters")
    try:
        return re2.compile(pattern, _QUIET)
    except re2.error as error:
        raise EvaluationError(f"`{pattern}` is not a pattern: {_words(error)}") from error


def _words(error: re2.error) -> str:
    message = error.args[0] if error.args else error
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)
