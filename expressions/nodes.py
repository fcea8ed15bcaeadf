"""What an expression is when it has been read: a tree of small immutable nodes.

Operators of one precedence make one flat Chain, so that the depth of the tree is that of its brackets and calls.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from expressions.items import Item


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it was written (text says how), a text, true, false or null."""

    value: str | bool | None
    number: str | None = None  # the digits, where it is a number


@dataclass(frozen=True, slots=True)
class ItemNode:
    """An item."""

    item: Item


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign, or `!`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands of binary operators of one precedence: `operators[i]` stands before `operands[i + 1]`."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call. `names` are bare words instead of arguments: the uids of `orgUnit.…(…)`."""

    name: str
    arguments: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IsIn:
    """`is(value in option, option)`."""

    value: Node
    options: tuple[Node, ...]


Node = Literal | ItemNode | Unary | Chain | Call | IsIn


@dataclass(frozen=True, slots=True)
class ForEach:
    """`forEach ?x in :DEG:uid -->`: what the variable stands for, one after the other."""

    variable: str
    group: str


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node, in the order of the text."""
    match node:
        case Unary(_, operand):
            return (operand,)
        case Chain(_, operands):
            return operands
        case Call(_, arguments, _):
            return arguments
        case IsIn(value, options):
            return (value, *options)
    return ()


def parse_date(text: str) -> datetime.date:
    """The date of a dot function. Errors: ValueError for one that no calendar has."""
    year, month, day = text.split("-")
    return datetime.date(int(year), int(month), int(day))
