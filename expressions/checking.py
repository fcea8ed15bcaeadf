"""What an expression must be before it is evaluated: known functions, arguments of the right number and kind.

Source: DHIS2 2.42, expression validation: the whole expression must give the kind that is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping

from expressions.functions.signatures import Signature
from expressions.items import ItemKind
from expressions.kinds import Kind
from expressions.nodes import Call, Chain, IsIn, ItemNode, Literal, Node, Unary, children
from expressions.over_values.operands import as_number

ORG_UNIT_FUNCTIONS = frozenset({"orgUnit.ancestor", "orgUnit.dataSet", "orgUnit.group", "orgUnit.program"})
ARITHMETIC = frozenset("+-*/%^")
LOGIC = frozenset({"&&", "||"})


def kind_of(node: Node, functions: Mapping[str, Signature]) -> Kind:
    """What a node gives, as far as that can be told without values."""
    match node:
        case Literal(value, number):
            if number is not None:
                return Kind.NUMBER
            return Kind.BOOLEAN if isinstance(value, bool) else Kind.ANY if value is None else Kind.TEXT
        case ItemNode(item):
            return _ITEM_KINDS.get(item.kind, Kind.ANY)
        case Unary(operator, _):
            return Kind.BOOLEAN if operator == "!" else Kind.NUMBER
        case Chain(operators, _):
            return Kind.NUMBER if operators[0] in ARITHMETIC else Kind.BOOLEAN
        case IsIn():
            return Kind.BOOLEAN
        case Call(name, arguments, _):
            signature = functions.get(name)
            if signature is None or (signature.gives is None and not arguments):
                return Kind.BOOLEAN if name in ORG_UNIT_FUNCTIONS else Kind.ANY
            if signature.gives is not None:
                return signature.gives
            kinds = {kind_of(one, functions) for one in (arguments[1:] if name == "if" else arguments)}
            return kinds.pop() if len(kinds) == 1 else Kind.ANY
    raise AssertionError(node)


_ITEM_KINDS = dict.fromkeys(
    (
        ItemKind.PROGRAM_INDICATOR, ItemKind.INDICATOR, ItemKind.REPORTING_RATE, ItemKind.CONSTANT,
        ItemKind.ORG_UNIT_GROUP, ItemKind.DAYS, ItemKind.PERIOD_IN_YEAR, ItemKind.YEARLY_PERIOD_COUNT,
        ItemKind.SUB_EXPRESSION,
    ), Kind.NUMBER,
)  # fmt: skip


def fits(node: Node, wanted: Kind, functions: Mapping[str, Signature]) -> bool:
    """Whether a node may stand where a kind is wanted: texts that read as a number or a boolean are one."""
    kind = kind_of(node, functions)
    if Kind.ANY in (kind, wanted) or kind is wanted or wanted is Kind.TEXT:
        return True
    if kind is Kind.TEXT and isinstance(node, Literal):
        text = str(node.value)
        return text in ("true", "false") if wanted is Kind.BOOLEAN else as_number(text) is not None
    return False


def misfit(node: Node, functions: Mapping[str, Signature]) -> str | None:
    """What is wrong with the kinds right below a node, None for nothing."""
    for child, wanted in zip(children(node), wanted_by(node, functions), strict=True):
        if not fits(child, wanted, functions):
            return f"{_named(node)} takes a {wanted}, not a {kind_of(child, functions)}"
    return None


def wanted_by(node: Node, functions: Mapping[str, Signature]) -> tuple[Kind, ...]:
    """The kinds that a node wants of its children."""
    match node:
        case Unary(operator, _):
            return (Kind.BOOLEAN if operator == "!" else Kind.NUMBER,)
        case Chain(operators, operands):
            if operators[0] in ARITHMETIC:
                return (Kind.NUMBER,) * len(operands)
            return (Kind.BOOLEAN if operators[0] in LOGIC else Kind.ANY,) * len(operands)
        case Call(name, arguments, _) if name in functions:
            takes = functions[name].takes
            return tuple(takes[min(index, len(takes) - 1)] for index in range(len(arguments)))
        case IsIn(_, options):
            return (Kind.ANY,) * (1 + len(options))
    return (Kind.ANY,) * len(children(node))


def _named(node: Node) -> str:
    match node:
        case Unary(operator, _) | Chain((operator, *_), _):
            return f"`{operator}`"
        case Call(name, _, _):
            return f"{name}()"
    return "It"
