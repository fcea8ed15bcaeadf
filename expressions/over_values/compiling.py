"""From a tree to a function of a cell. Each node becomes one closure; null is None.

Source: DHIS2 2.42, expressions: null operands, missing values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from expressions.chains import chain
from expressions.errors import EvaluationError
from expressions.functions.signatures import AGGREGATE_OF
from expressions.items import Item, ItemKind
from expressions.kinds import Kind, Value
from expressions.nodes import Call, Chain, IsIn, ItemNode, Literal, Node, Unary
from expressions.over_values.aggregates import AGGREGATES
from expressions.over_values.cells import Cell
from expressions.over_values.functions import EAGER
from expressions.over_values.operands import (
    EXACT,
    NAN,
    QUOTIENT,
    ZERO,
    as_boolean,
    as_number,
    compared,
    from_float,
)

Run = Callable[[Cell], Value]
Step = Callable[[Value, Run, Cell], Value]  # what is left of the operator, what is right of it
STAND_INS: dict[Kind, Value] = {Kind.NUMBER: ZERO, Kind.BOOLEAN: False, Kind.TEXT: ""}


def compile_values(node: Node) -> Run:
    """The function that gives a tree's value, null not yet settled."""
    return _Compiler().compile(node)


class _Compiler:
    """`raw`: within isNull() and its like, where items are read as they are and do not count."""

    def __init__(self, raw: bool = False) -> None:
        self.raw = raw

    def compile(self, node: Node) -> Run:
        match node:
            case Literal(value, number):
                constant = EXACT.create_decimal(number) if number is not None else value
                return lambda cell: constant
            case ItemNode(item):
                return _raw_item(item.key) if self.raw else _counted_item(item)
            case Unary(operator, operand):
                return UNARY[operator](self.compile(operand))
            case Chain(operators, operands):
                steps = [
                    (STEPS[one], self.compile(operand)) for one, operand in zip(operators, operands[1:], strict=True)
                ]
                return chain(self.compile(operands[0]), steps)
            case IsIn(value, options):
                return _is_in(self.compile(value), [self.compile(one) for one in options])
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _call(self, node: Call) -> Run:
        if node.name in NAMED:
            return NAMED[node.name](frozenset(node.names))
        if node.name in AGGREGATE_OF:
            inner = _Compiler()
            return AGGREGATES[AGGREGATE_OF[node.name]](*[inner.compile(one) for one in node.arguments])
        if node.name in RAW:
            raw = _Compiler(raw=True)
            return RAW[node.name](*[raw.compile(one) for one in node.arguments])
        if node.name in ("if", "d2:condition"):
            return _if(*[self.compile(one) for one in node.arguments])
        if node.name in OF_ITEMS:
            return OF_ITEMS[node.name](*node.arguments)
        if node.name not in EAGER:
            return _not_here(node.name)
        return _eager(EAGER[node.name], [self.compile(one) for one in node.arguments])


def _raw_item(key: str) -> Run:
    return lambda cell: cell.values.get(key)


def _counted_item(item: Item) -> Run:
    key = item.key
    if item.kind is ItemKind.ENVIRONMENT:
        return _raw_item(key)

    def run(cell: Cell) -> Value:
        value = cell.values.get(key)
        if value is not None:
            cell.found += 1
            return value
        cell.missing += 1
        kind = cell.kinds.get(key, Kind.NUMBER)
        if kind is Kind.DATE:
            cell.is_void = True
        return STAND_INS.get(kind)

    return run


def _negative(operand: Run) -> Run:
    def run(cell: Cell) -> Value:
        number = as_number(operand(cell))
        return None if number is None else number.copy_negate()

    return run


def _positive(operand: Run) -> Run:
    return lambda cell: as_number(operand(cell))


def _not(operand: Run) -> Run:
    def run(cell: Cell) -> Value:
        value = as_boolean(operand(cell))
        return None if value is None else not value

    return run


def _arithmetic(calculate: Callable[[Decimal, Decimal], Decimal]) -> Step:
    def step(a: Value, right: Run, cell: Cell) -> Value:
        b = right(cell)
        if type(a) is not Decimal:
            a = as_number(a)
        if type(b) is not Decimal:
            b = as_number(b)
        return None if a is None or b is None else calculate(a, b)

    return step


def _divide(a: Decimal, b: Decimal) -> Decimal:
    return QUOTIENT.divide(a, b) if b else NAN


def _remainder(a: Decimal, b: Decimal) -> Decimal:
    if not b or not a.is_finite():
        return NAN
    result = EXACT.remainder(a, b)
    if result.is_nan() and b.is_finite() and math.isfinite(float(a)) and float(b):
        return from_float(math.fmod(float(a), float(b)))  # the quotient is longer than 34 digits
    return result


def _power(a: Decimal, b: Decimal) -> Decimal:
    try:
        result = float(a) ** float(b)
    except (OverflowError, ZeroDivisionError):  # 0 ^ -1
        return Decimal("Infinity")
    return NAN if isinstance(result, complex) else from_float(result)


def _comparison(holds: Callable[[int], bool]) -> Step:
    def step(left: Value, right: Run, cell: Cell) -> Value:
        order = compared(left, right(cell))
        return None if order is None else holds(order)

    return step


def _and(left: Value, right: Run, cell: Cell) -> Value:
    value = as_boolean(left)
    return as_boolean(right(cell)) if value else value


def _or(left: Value, right: Run, cell: Cell) -> Value:
    value = as_boolean(left)
    if value:
        return True
    other = as_boolean(right(cell))
    return other if other or value is False else None


UNARY: dict[str, Callable[[Run], Run]] = {"-": _negative, "+": _positive, "!": _not}
STEPS: dict[str, Step] = {
    "+": _arithmetic(EXACT.add),
    "-": _arithmetic(EXACT.subtract),
    "*": _arithmetic(EXACT.multiply),
    "/": _arithmetic(_divide),
    "%": _arithmetic(_remainder),
    "^": _arithmetic(_power),
    "<": _comparison(lambda order: order < 0),
    "<=": _comparison(lambda order: order <= 0),
    ">": _comparison(lambda order: order > 0),
    ">=": _comparison(lambda order: order >= 0),
    "==": _comparison(lambda order: order == 0),
    "!=": _comparison(lambda order: order != 0),
    "&&": _and,
    "||": _or,
}


def _is_in(value: Run, options: list[Run]) -> Run:
    def run(cell: Cell) -> Value:
        sought = value(cell)
        return None if sought is None else any(compared(sought, option(cell)) == 0 for option in options)

    return run


def _if(condition: Run, then: Run, otherwise: Run) -> Run:
    def run(cell: Cell) -> Value:
        value = as_boolean(condition(cell))
        if value is None:
            return None
        return then(cell) if value else otherwise(cell)

    return run


def _eager(function: Callable[..., Value], arguments: list[Run]) -> Run:
    return lambda cell: function(*[argument(cell) for argument in arguments])


def _first_non_null(*options: Run) -> Run:
    def run(cell: Cell) -> Value:
        for option in options:
            if (value := option(cell)) is not None:
                return value
        return None

    return run


RAW: dict[str, Callable[..., Run]] = {
    "isNull": lambda operand: lambda cell: operand(cell) is None,
    "isNotNull": lambda operand: lambda cell: operand(cell) is not None,
    "d2:hasValue": lambda operand: lambda cell: operand(cell) is not None,
    "firstNonNull": _first_non_null,
}


def _of_place(attribute: str) -> Callable[[frozenset[str]], Run]:
    def named(uids: frozenset[str]) -> Run:
        return lambda cell: cell.place is not None and not uids.isdisjoint(getattr(cell.place, attribute))

    return named


NAMED: dict[str, Callable[[frozenset[str]], Run]] = {
    "orgUnit.ancestor": _of_place("ancestors"),
    "orgUnit.dataSet": _of_place("data_sets"),
    "orgUnit.group": _of_place("groups"),
    "orgUnit.program": _of_place("programs"),
}


def _not_here(name: str) -> Run:
    def run(cell: Cell) -> Value:
        raise EvaluationError(f"This server does not evaluate {name}()")

    return run


def _of_candidates(judge: Callable[..., Value]) -> Callable[..., Run]:
    """A function of all values that an item has in the events of an enrollment."""

    def compiled(item: Node, *arguments: Node) -> Run:
        key = item.item.key if isinstance(item, ItemNode) else None
        runs = [compile_values(one) for one in arguments]

        def run(cell: Cell) -> Value:
            return judge((cell.candidates or {}).get(key, ()), *[one(cell) for one in runs])

        return run

    return compiled


def _extreme(choose: Callable[[list[Decimal]], Decimal]) -> Callable[[Sequence[Value]], Value]:
    def judge(values: Sequence[Value]) -> Value:
        numbers = [number for value in values if (number := as_number(value)) is not None]
        return choose(numbers) if numbers else None

    return judge


def _count_if_condition(item: Node, condition: Node) -> Run:
    """How many values of an item fulfil a condition."""
    key = item.item.key if isinstance(item, ItemNode) else ""
    run_condition = compile_values(condition)

    def run(cell: Cell) -> Value:
        values = (cell.candidates or {}).get(key, ())
        held = [run_condition(cell.sample({**cell.values, key: value})) for value in values]
        return Decimal(sum(one is True for one in held))

    return run


OF_ITEMS: dict[str, Callable[..., Run]] = {
    "d2:count": _of_candidates(lambda values: Decimal(len(values))),
    "d2:countIfValue": _of_candidates(
        lambda values, wanted: Decimal(sum(compared(value, wanted) == 0 for value in values))
    ),
    "d2:minValue": _of_candidates(_extreme(min)),
    "d2:maxValue": _of_candidates(_extreme(max)),
    "d2:countIfCondition": _count_if_condition,
}
