"""What can be wrong with an expression. Neither knows HTTP: who asks turns them into answers."""

from __future__ import annotations


class ExpressionError(ValueError):
    """An expression that is not well-formed. `position` counts characters from 0, `line` and `column` from 1."""

    def __init__(self, message: str, position: int = 0, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.message = message
        self.position = position
        self.line = line
        self.column = column


class EvaluationError(ValueError):
    """A well-formed expression that cannot be evaluated with the values at hand (program rules)."""
