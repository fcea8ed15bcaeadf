"""Texts of rules, conditions and data alike, as what evaluates them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from expressions.dialects import PROGRAM_RULE
from expressions.errors import EvaluationError, ExpressionError
from expressions.kinds import Value
from expressions.reading import read
from tracker.rules.values import shortened

if TYPE_CHECKING:
    from tracker.rules.scopes import Scope

LONGEST_QUOTE = 200  # characters of a text that cannot be read; what is wrong with it comes after
Run = Callable[["Scope"], Value]


def runner(text: str) -> Run:
    """What evaluates a text; of one that cannot be read, something that says so each time."""
    try:
        return read(text, PROGRAM_RULE).over_rule
    except ExpressionError as error:
        message = f"`{shortened(text, LONGEST_QUOTE)}`: {error}"

    def fail(scope: Scope) -> Value:
        raise EvaluationError(message)

    return fail
