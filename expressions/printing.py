"""From a tree back to text: brackets only where the grouping needs them. What is printed reads as the same tree."""

from __future__ import annotations

import json

from expressions.nodes import Call, Chain, IsIn, ItemNode, Literal, Node, Unary

LEVELS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
    "^": 8,
}  # fmt: skip
SIGN, ATOM = 7, 9


def print_node(node: Node) -> str:
    """The canonical text of a tree."""
    match node:
        case Literal(value, number):
            return number or ("null" if value is None else json.dumps(value, ensure_ascii=False))
        case ItemNode(item):
            return item.key
        case Unary(operator, operand):
            return operator + _within(operand, SIGN)
        case Chain(operators, operands):
            return _print_chain(operators, operands)
        case Call(name, arguments, names):
            if name == "d2:condition":
                condition = json.dumps(print_node(arguments[0]), ensure_ascii=False)
                return f"{name}({', '.join([condition, *map(print_node, arguments[1:])])})"
            if name == "d2:countIfCondition":
                item, condition = map(print_node, arguments)
                return f"{name}({item}, {json.dumps(condition[len(item) + 1 :], ensure_ascii=False)})"
            return f"{name}({', '.join([*map(print_node, arguments), *names])})"
        case IsIn(value, options):
            return f"is({print_node(value)} in {', '.join(map(print_node, options))})"
    raise AssertionError(node)


def _print_chain(operators: tuple[str, ...], operands: tuple[Node, ...]) -> str:
    level = LEVELS[operators[0]]
    text = _within(operands[0], level + 1)
    for operator, operand in zip(operators, operands[1:], strict=True):
        text += f" {operator} {_within(operand, level + 1)}"
    return text


def _within(node: Node, level: int) -> str:
    """A node as an operand of what binds as tightly as `level` says."""
    text = print_node(node)
    match node:
        case Unary():
            own = SIGN
        case Chain((operator, *_), _):
            own = LEVELS[operator]
        case _:
            own = ATOM
    return text if own >= level else f"({text})"
