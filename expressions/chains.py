"""Operators of one precedence, one after the other: the same over data values and in program rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from expressions.kinds import Value

Where = TypeVar("Where")  # what is evaluated in: a cell, a scope
Run = Callable[[Where], Value]
Step = Callable[[Value, Run[Where], Where], Value]  # what is left of the operator, what is right of it


def chain(first: Run[Where], steps: list[tuple[Step[Where], Run[Where]]]) -> Run[Where]:
    """All of them from the left. A loop: chains are as long as somebody writes them."""
    if len(steps) == 1:
        ((step, operand),) = steps
        return lambda where: step(first(where), operand, where)

    def run(where: Where) -> Value:
        value = first(where)
        for step, operand in steps:
            value = step(value, operand, where)
        return value

    return run
