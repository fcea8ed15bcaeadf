"""From a tree to a function of a rule's scope. Each node becomes one closure; numbers are floats.

An import runs fifty rules for each of ten thousand events: what operands mostly are (two numbers, two texts, a number
that stands in the rule) is looked at first, and all else goes the general way.
Source: DHIS2 2.42, program rules, expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from expressions.chains import chain
from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from expressions.functions.declaring import RULE_FUNCTIONS, Function
from expressions.items import Item, ItemKind
from expressions.kinds import Kind, Value
from expressions.nodes import Call, Chain, ItemNode, Literal, Node, Unary, children
from expressions.over_rules.of_variables import OF_VARIABLES
from expressions.over_rules.operands import are_equal, as_boolean, as_number, converted, order
from expressions.rule_scope import RuleScope

Run = Callable[[RuleScope], Value]
Step = Callable[[Value, Run, RuleScope], Value]  # what is left of the operator, what is right of it
NOWHERE: Any = None  # the scope of a constant
LONGEST_NEST = 10  # operands of a chain that becomes closures in closures


def compile_rule(node: Node) -> Run:
    """The function that gives a tree's value in a scope. Errors, when called: EvaluationError."""
    return _compile(_folded(node))


def _folded(node: Node) -> Node:
    """A literal instead of operators between literals; what cannot be evaluated stays, and says so each time."""
    if not isinstance(node, Unary | Chain) or not _is_constant(node):
        return node
    try:
        value = _compile(node)(NOWHERE)
    except EvaluationError:
        return node
    return Literal(None, repr(value)) if type(value) is float else Literal(value)


def _is_constant(node: Node) -> bool:
    return isinstance(node, Literal) or (isinstance(node, Unary | Chain) and all(map(_is_constant, children(node))))


def _compile(node: Node) -> Run:
    match node:
        case Literal(value, number):
            constant = float(number) if number is not None else value
            return lambda scope: constant
        case ItemNode(item):
            return _item(item)
        case Unary(operator, operand):
            return _unary(operator, compile_rule(operand))
        case Chain(operators, operands) if len(operands) <= LONGEST_NEST:
            run = compile_rule(operands[0])
            for one, operand in zip(operators, operands[1:], strict=True):
                run = _pair(one, run, operand)
            return run
        case Chain(operators, operands):
            steps = [(STEPS[one], compile_rule(operand)) for one, operand in zip(operators, operands[1:], strict=True)]
            return chain(compile_rule(operands[0]), steps)
        case Call("d2:condition", arguments, _):
            return _condition(*map(compile_rule, arguments))
        case Call(name, arguments, _) if name in OF_VARIABLES:
            return OF_VARIABLES[name](arguments, compile_rule)
        case Call(name, arguments, _):
            return _plain(RULE_FUNCTIONS[name], [compile_rule(one) for one in arguments])
    raise AssertionError(node)


def _item(item: Item) -> Run:
    name = item.parts[0]
    if item.kind is ItemKind.ENVIRONMENT:
        return lambda scope: scope.environment[name]
    if item.kind is ItemKind.CONSTANT:
        return lambda scope: scope.constants[name]
    return lambda scope: scope.variables[name]


def _unary(operator: str, operand: Run) -> Run:
    if operator == "-":
        return lambda scope: -as_number(operand(scope))
    if operator == "+":
        return lambda scope: as_number(operand(scope))

    def run(scope: RuleScope) -> Value:
        value = operand(scope)
        if value is not True and value is not False:
            value = as_boolean(value)
        return None if value is None else not value

    return run


def _arithmetic(calculate: Callable[[float, float], float]) -> Step:
    return lambda left, right, scope: calculate(as_number(left), as_number(right(scope)))


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _remainder(a: float, b: float) -> float:
    return math.fmod(a, b) if b and math.isfinite(a) else math.nan


def _power(a: float, b: float) -> float:
    try:
        result = a**b
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _comparison(holds: Callable[[int], bool]) -> Step:
    return lambda left, right, scope: holds(order(left, right(scope)))


def _and(left: Value, right: Run, scope: RuleScope) -> Value:
    value = as_boolean(left)
    if value is False:
        return False
    other = as_boolean(right(scope))
    return other if value or other is False else None


def _or(left: Value, right: Run, scope: RuleScope) -> Value:
    value = as_boolean(left)
    if value:
        return True
    other = as_boolean(right(scope))
    return other if other or value is False else None


STEPS: dict[str, Step] = {
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(_divide),
    "%": _arithmetic(_remainder),
    "^": _arithmetic(_power),
    "<": _comparison(lambda found: found == -1),
    "<=": _comparison(lambda found: found in (-1, 0)),
    ">": _comparison(lambda found: found == 1),
    ">=": _comparison(lambda found: found in (0, 1)),
    "==": lambda left, right, scope: are_equal(left, right(scope)),
    "!=": lambda left, right, scope: not are_equal(left, right(scope)),
    "&&": _and,
    "||": _or,
}


def _pair(operator: str, left: Run, node: Node) -> Run:
    """One operator with what stands at both sides."""
    node = _folded(node)
    right = _compile(node)
    if operator in COMPARISONS:
        if isinstance(node, Literal) and node.number is not None:
            return _against_number(operator, left, float(node.number))
        if isinstance(node, Literal) and type(node.value) is str:
            return _against_text(operator, left, node.value)
        return _compared(operator, left, right)
    if operator in ARITHMETIC:
        number = float(node.number) if isinstance(node, Literal) and node.number is not None else None
        return _calculated(ARITHMETIC[operator], left, right, number)
    if operator == "&&":
        return _both(left, right)
    if operator == "||":
        return _either(left, right)
    step = STEPS[operator]
    return lambda scope: step(left(scope), right, scope)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "==": eq,
    "!=": ne,
}


def _calculated(calculate: Callable[[Any, Any], Any], left: Run, right: Run, number: float | None) -> Run:
    if number is not None:

        def run_with(scope: RuleScope) -> Value:
            value = left(scope)
            return calculate(value if type(value) is float else as_number(value), number)

        return run_with

    def run(scope: RuleScope) -> Value:
        value = left(scope)
        if type(value) is not float:
            value = as_number(value)
        other = right(scope)
        return calculate(value, other if type(other) is float else as_number(other))

    return run


def _against_number(name: str, left: Run, number: float) -> Run:
    holds, is_order = COMPARISONS[name], name not in ("==", "!=")

    def run(scope: RuleScope) -> Value:
        value = left(scope)
        if type(value) is float:
            return holds(value, number)
        if is_order:
            return holds(as_number(value), number)
        return are_equal(value, number) is (name == "==")

    return run


def _against_text(name: str, left: Run, text: str) -> Run:
    holds, step = COMPARISONS[name], STEPS[name]

    def run(scope: RuleScope) -> Value:
        value = left(scope)
        return holds(value, text) if type(value) is str else step(value, lambda scope: text, scope)

    return run


def _compared(name: str, left: Run, right: Run) -> Run:
    holds, step = COMPARISONS[name], STEPS[name]

    def run(scope: RuleScope) -> Value:
        value, other = left(scope), right(scope)
        kind = type(value)
        if kind is type(other) and (kind is str or kind is float):
            return holds(value, other)
        return step(value, lambda scope: other, scope)

    return run


def _both(left: Run, right: Run) -> Run:
    def run(scope: RuleScope) -> Value:
        value = left(scope)
        if value is True:
            other = right(scope)
            return other if other is True or other is False else as_boolean(other)
        return value if value is False else _and(value, right, scope)

    return run


def _either(left: Run, right: Run) -> Run:
    def run(scope: RuleScope) -> Value:
        value = left(scope)
        if value is False:
            other = right(scope)
            return other if other is True or other is False else as_boolean(other)
        return value if value is True else _or(value, right, scope)

    return run


def _condition(condition: Run, then: Run, otherwise: Run) -> Run:
    return lambda scope: then(scope) if as_boolean(condition(scope)) else otherwise(scope)


def _plain(function: Function, arguments: list[Run]) -> Run:
    last = len(function.takes) - 1
    taken = [_taken(run, function.takes[min(index, last)]) for index, run in enumerate(arguments)]
    body = function.body
    if len(taken) == 1:
        (only,) = taken
        return lambda scope: body(only(scope))
    if len(taken) == 2:
        first, second = taken
        return lambda scope: body(first(scope), second(scope))
    return lambda scope: body(*[one(scope) for one in taken])


def _taken(run: Run, kind: Kind) -> Run:
    """An argument as a function takes it."""
    if kind is Kind.DATE:
        return lambda scope: to_date(run(scope))
    usual = {Kind.NUMBER: float, Kind.TEXT: str}.get(kind)

    def taken(scope: RuleScope) -> Value:
        value = run(scope)
        return value if type(value) is usual else converted(value, kind)

    return taken
