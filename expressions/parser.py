"""From text to a tree, built bottom up without recursion: depth and size are bounded before anything walks it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from expressions.checking import ORG_UNIT_FUNCTIONS, misfit
from expressions.dialects import Dialect
from expressions.errors import ExpressionError
from expressions.items import Item, ItemKind, Modifiers
from expressions.nodes import Call, Chain, ForEach, IsIn, ItemNode, Literal, Node, Unary, parse_date
from expressions.printing import print_node
from expressions.reading import read

DEEPEST = 100  # brackets and calls within each other
GRAMMAR = Path(__file__).with_name("grammar.lark")
WORDS = {"and": "&&", "or": "||", "not": "!"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
LARGEST_OFFSET = 4  # digits


def parse(text: str, dialect: Dialect) -> tuple[Node, ForEach | None]:
    """The tree of an expression, and what stands before it. Errors: ExpressionError, with the place."""
    token = _dialect.set(dialect)
    try:
        built: Built | tuple[ForEach, Built] = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from error
    finally:
        _dialect.reset(token)
    if isinstance(built, Built):
        return built.node, None
    for_each, body = built
    return body.node, for_each


class Built(NamedTuple):
    """A node, how deep its tree is, and the signs before it (of an exponent: they wait for what is raised)."""

    node: Node
    depth: int
    signs: tuple[str, ...] = ()


_dialect: ContextVar[Dialect] = ContextVar("dialect")


@cache
def _parser() -> Lark:
    return Lark(
        GRAMMAR.read_text(), parser="lalr", lexer="contextual", maybe_placeholders=False, transformer=_Builder()
    )  # fmt: skip


def _unexpected(error: UnexpectedInput, text: str) -> ExpressionError:
    position = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        line = text.count("\n") + 1
        return ExpressionError("Unexpected end", len(text), line, len(text) - text.rfind("\n"))
    found = text[position] if isinstance(error, UnexpectedCharacters) else str(getattr(error, "token", ""))
    return ExpressionError(f"Unexpected `{found[:40]}`", position, error.line, error.column)


def _fault(message: str, token: Token) -> ExpressionError:
    return ExpressionError(message, token.start_pos or 0, token.line or 1, token.column or 1)


def unescape(text: str) -> str:
    """A text literal without its quotes, escapes read."""
    if "\\" not in text:
        return text[1:-1]
    read = ESCAPE.sub(lambda found: _escaped(found.group(1)), text[1:-1])
    # Halves of a pair become one character; a half alone is none.
    return read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(text: str) -> str:
    return chr(int(text[1:], 16)) if text[0] == "u" and len(text) == 5 else ESCAPES.get(text, text)


@v_args(inline=True)
class _Builder(Transformer):
    """Makes nodes of what the parser recognises; it keeps nothing in between.

    The parser's tables are the same for all dialects, and take a third of a second to make: which dialect is read
    stands beside them.
    """

    @property
    def dialect(self) -> Dialect:
        return _dialect.get()

    def start(self, built: Any) -> Any:
        return built

    def for_each(self, variable: Token, group: Token, body: Built) -> tuple[ForEach, Built]:
        if not self.dialect.for_each:
            raise _fault(f"{str(self.dialect).capitalize()} has no forEach", variable)
        return ForEach(str(variable), str(group).removeprefix(":DEG:")), body

    def number(self, token: Token) -> Built:
        return Built(Literal(None, str(token)), 1)

    def text(self, token: Token) -> Built:
        return Built(Literal(unescape(str(token))), 1)

    def true(self, token: Token) -> Built:
        return Built(Literal(True), 1)

    def false(self, token: Token) -> Built:
        return Built(Literal(False), 1)

    def null(self, token: Token) -> Built:
        return Built(Literal(None), 1)

    def item(self, token: Token) -> Built:
        for form in self.dialect.items:
            if (item := form.read(str(token))) is not None:
                return Built(ItemNode(item), 1)
        raise _fault(f"`{str(token)[:60]}` is no item of {self.dialect}", token)

    def bracketed(self, built: Built) -> Built:
        return _deeper(built.node, built)

    def sign(self, operator: Token, built: Built) -> Built:
        # Nothing bounds how many signs stand before each other but this.
        return self._checked(_deeper(Unary(WORDS.get(str(operator), str(operator)), built.node), built), operator)

    @v_args(inline=False)
    def _chain(self, parts: list[Any]) -> Built:
        operators = tuple(WORDS.get(str(one), str(one)) for one in parts[1::2])
        depth = max(one.depth for one in parts[::2])
        return self._checked(Built(Chain(operators, tuple(one.node for one in parts[::2])), depth), parts[1])

    disjunction = conjunction = equality = comparison = sum = product = _chain

    @v_args(inline=False)
    def power(self, parts: list[Built]) -> Built:
        """Nested here by the dialect's grouping: from the left, or from the right, where a sign in an exponent is one
        of the whole rest."""
        if len(parts) > DEEPEST:
            raise ExpressionError(f"More than {DEEPEST} powers of powers")
        if self.dialect.left_power:
            node = parts[0].node
            for exponent in parts[1:]:
                node = Chain(("^",), (node, _signed(exponent.signs, exponent.node)))
        else:
            node = parts[-1].node
            for base, exponent in zip(parts[-2::-1], parts[:0:-1], strict=True):
                node = Chain(("^",), (base.node, _signed(exponent.signs, node)))
        return _deeper(node, *parts, by=len(parts) - 1 + max(len(one.signs) for one in parts))

    def signed_exponent(self, sign: Token, built: Built) -> Built:
        return _deeper(built.node, built)._replace(signs=(str(sign), *built.signs))

    def call(self, name: Token, *arguments: Built) -> Built:
        function = str(name)[:-1]
        signature = self.dialect.functions.get(function)
        if signature is None:
            raise _fault(f"{str(self.dialect).capitalize()} has no function `{function}`", name)
        if not signature.accepts(len(arguments)):
            raise _fault(f"{function}() does not take {len(arguments)} arguments", name)
        nodes = tuple(one.node for one in arguments)
        if function == "d2:condition":
            return _deeper(Call(function, (self._condition(nodes[0], name), *nodes[1:])), *arguments)
        if function == "d2:countIfCondition":
            return _deeper(Call(function, (nodes[0], self._item_condition(nodes, name))), *arguments)
        if function == "subExpression":
            text = f"subExpression({print_node(nodes[0])})"
            return Built(ItemNode(Item(ItemKind.SUB_EXPRESSION, (text[14:-1],), text)), 1)
        return self._checked(_deeper(Call(function, nodes), *arguments), name)

    def _checked(self, built: Built, token: Token) -> Built:
        """A node whose operands are of the kinds that it takes."""
        if not self.dialect.converts and (wrong := misfit(built.node, self.dialect.functions)) is not None:
            raise _fault(wrong, token)
        return built

    def _condition(self, node: Node, name: Token) -> Node:
        """The condition of `d2:condition`, which is quoted."""
        if not isinstance(node, Literal) or not isinstance(node.value, str):
            raise _fault("The condition of d2:condition() is an expression in quotes", name)
        try:
            return read(node.value, self.dialect).node
        except ExpressionError as error:
            raise _fault(f"In the condition of d2:condition(): {error}", name) from error

    def _item_condition(self, nodes: tuple[Node, ...], name: Token) -> Node:
        """The condition of `d2:countIfCondition`, which is quoted and written without the item."""
        item, condition = nodes
        if not isinstance(item, ItemNode) or not isinstance(condition, Literal) or not isinstance(condition.value, str):
            raise _fault("d2:countIfCondition() takes an item and a condition in quotes, like '< 5'", name)
        try:
            return read(f"{item.item.key} {condition.value}", self.dialect).node
        except ExpressionError as error:
            raise _fault(f"In the condition of d2:countIfCondition(): {error}", name) from error

    def is_in(self, name: Token, value: Built, _in: Token, *options: Built) -> Built:
        return _deeper(IsIn(value.node, tuple(one.node for one in options)), value, *options)

    def org_unit(self, name: Token, *uids: Token) -> Built:
        function = str(name)[:-1]
        if not self.dialect.org_unit_functions or function not in ORG_UNIT_FUNCTIONS:
            raise _fault(f"{str(self.dialect).capitalize()} has no function `{function}`", name)
        return Built(Call(function, names=tuple(map(str, uids))), 1)

    def dated(self, built: Built, dot: Token, date: Token) -> Built:
        try:
            iso = parse_date(str(date)).isoformat()
        except ValueError as error:
            raise _fault(f"`{date}` is no date", date) from error
        return self._modified(built, dot, Modifiers(**{"min_date" if "min" in dot else "max_date": iso}))

    def worded(self, built: Built, dot: Token, word: Token) -> Built:
        return self._modified(built, dot, Modifiers(aggregation_type=str(word)))

    def counted(self, built: Built, dot: Token, *parts: Token) -> Built:
        digits = str(parts[-1])
        if not digits.isdigit() or len(digits) > LARGEST_OFFSET:
            raise _fault(f"`{digits[:40]}` is no number of periods", parts[-1])
        sign = -1 if len(parts) == 2 and parts[0] == "-" else 1
        return self._modified(built, dot, Modifiers(period_offset=sign * int(digits)))

    def plain_dot(self, built: Built, dot: Token) -> Built:
        return self._modified(built, dot, Modifiers(year_to_date=True))

    def _modified(self, built: Built, dot: Token, modifiers: Modifiers) -> Built:
        if str(dot.rstrip(")")) not in self.dialect.dots:
            raise _fault(f"{str(self.dialect).capitalize()} has no `{dot}`", dot)
        return _deeper(_with_modifiers(built.node, modifiers, {}), built)


def _deeper(node: Node, *below: Built, by: int = 1) -> Built:
    depth = by + max((one.depth for one in below), default=0)
    if depth > DEEPEST:
        raise ExpressionError(f"Nested more than {DEEPEST} deep")
    return Built(node, depth)


def _signed(signs: tuple[str, ...], node: Node) -> Node:
    for sign in reversed(signs):
        node = Unary(sign, node)
    return node


def _with_modifiers(node: Node, modifiers: Modifiers, known: dict[str, Node]) -> Node:
    """A tree whose items all have further modifiers; `known` are the items that have them already."""
    match node:
        case ItemNode(item):
            if item.key not in known:
                known[item.key] = ItemNode(item.modified(modifiers))
            return known[item.key]
        case Unary(operator, operand):
            return Unary(operator, _with_modifiers(operand, modifiers, known))
        case Chain(operators, operands):
            return Chain(operators, tuple(_with_modifiers(one, modifiers, known) for one in operands))
        case Call(name, arguments, names):
            return Call(name, tuple(_with_modifiers(one, modifiers, known) for one in arguments), names)
        case IsIn(value, options):
            changed = tuple(_with_modifiers(one, modifiers, known) for one in options)
            return IsIn(_with_modifiers(value, modifiers, known), changed)
    return node
