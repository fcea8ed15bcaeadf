"""How a function is declared: by name, with the kinds that it takes and the one that it gives.

@plain("d2:left", Kind.TEXT, Kind.NUMBER, gives=Kind.TEXT)
def left(text: str | None, length: float) -> str: ...

Plain functions get the values of their arguments, converted to the kinds they take (null stays null). What must see the
arguments themselves (`if`, `d2:count`, aggregates) is compiled by its dialect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from expressions.kinds import Kind, Value

Body = TypeVar("Body", bound=Callable[..., Value])


@dataclass(frozen=True, slots=True)
class Function:
    """A plain function. Of `takes` the last `optional` ones may be left out; with `repeats` the last one may come
    again, any number of times."""

    name: str
    takes: tuple[Kind, ...]
    gives: Kind
    body: Callable[..., Value]
    optional: int = 0
    repeats: bool = False

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return count >= len(self.takes) - self.optional and (self.repeats or count <= len(self.takes))


RULE_FUNCTIONS: dict[str, Function] = {}
"""The plain functions of program rules, by name."""


def plain(name: str, *takes: Kind, gives: Kind, optional: int = 0, repeats: bool = False) -> Callable[[Body], Body]:
    """Declare a function of program rules; it raises EvaluationError for values that it cannot be called with."""

    def declare(body: Body) -> Body:
        RULE_FUNCTIONS[name] = Function(name, takes, gives, body, optional, repeats)
        return body

    return declare
