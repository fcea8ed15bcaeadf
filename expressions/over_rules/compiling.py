"""From a tree to a function of a rule's scope. Each node becomes one closure; numbers are floats.

Source: DHIS2 2.42, program rules, expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from expressions.chains import chain
from expressions.functions.declaring import RULE_FUNCTIONS, Function
from expressions.items import Item, ItemKind
from expressions.kinds import Value
from expressions.nodes import Call, Chain, ItemNode, Literal, Node, Unary
from expressions.over_rules.of_variables import OF_VARIABLES
from expressions.over_rules.operands import are_equal, as_boolean, as_number, converted, order
from expressions.rule_scope import RuleScope

Run = Callable[[RuleScope], Value]
Step = Callable[[Value, Run, RuleScope], Value]  # what is left of the operator, what is right of it


def compile_rule(node: Node) -> Run:
    """The function that gives a tree's value in a scope. Errors, when called: EvaluationError."""
    match node:
        case Literal(value, number):
            constant = float(number) if number is not None else value
            return lambda scope: constant
        case ItemNode(item):
            return _item(item)
        case Unary(operator, operand):
            return _unary(operator, compile_rule(operand))
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
        value = as_boolean(operand(scope))
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


def _condition(condition: Run, then: Run, otherwise: Run) -> Run:
    return lambda scope: then(scope) if as_boolean(condition(scope)) else otherwise(scope)


def _plain(function: Function, arguments: list[Run]) -> Run:
    last = len(function.takes) - 1
    taken = [(run, function.takes[min(index, last)]) for index, run in enumerate(arguments)]
    body = function.body
    return lambda scope: body(*[converted(run(scope), kind) for run, kind in taken])
