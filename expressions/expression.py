"""An expression that was read: what it names, what it says, what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from expressions.functions.signatures import AGGREGATE_OF
from expressions.items import NO_MODIFIERS, Item, ItemKind
from expressions.kinds import Kind, Value
from expressions.nodes import Call, ForEach, ItemNode, Node, children
from expressions.over_rules.compiling import compile_rule
from expressions.over_values.cells import Cell, Place, settled
from expressions.over_values.compiling import compile_values
from expressions.printing import print_node
from expressions.rule_scope import RuleScope
from expressions.strategies import MissingValueStrategy

if TYPE_CHECKING:
    from expressions.dialects import Dialect

# What a text is made of, as far as items are concerned: texts and comments hold none.
PIECES = re.compile(
    r"""(?P<other>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|/\*.*?\*/)"""
    r"|(?P<item>[A-Z]*\{[^{}]*\}|\#\{[^{}]*\}|\[\w+\]|PS_EVENTDATE:\w+)",
    re.DOTALL,
)
NOTHING: Mapping[str, Kind] = {}


class Expression:
    """A well-formed expression of a dialect. Made by `expressions.reading.read`; immutable, shared by threads."""

    def __init__(self, text: str, dialect: Dialect, node: Node, for_each: ForEach | None) -> None:
        self.text = text
        self.dialect = dialect
        self.node = node
        self.for_each = for_each

    def __str__(self) -> str:
        """The canonical text, without comments; it reads as the same expression."""
        head = f"forEach {self.for_each.variable} in :DEG:{self.for_each.group} --> " if self.for_each else ""
        return head + print_node(self.node)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items, each once, in the order of the text."""
        return tuple(dict.fromkeys(item for item, _ in _occurrences(self.node)))

    @cached_property
    def sampled(self) -> tuple[Item, ...]:
        """Items within the aggregate functions of a predictor: their values are those of sample periods."""
        return tuple(dict.fromkeys(item for item, sampled in _occurrences(self.node) if sampled))

    @cached_property
    def unsampled(self) -> tuple[Item, ...]:
        """Items outside of aggregate functions."""
        return tuple(dict.fromkeys(item for item, sampled in _occurrences(self.node) if not sampled))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names of the functions that are called."""
        names, pending = set(), [self.node]
        while pending:
            node = pending.pop()
            if isinstance(node, Call):
                names.add(node.name)
            pending.extend(children(node))
        return frozenset(names)

    @property
    def samples(self) -> bool:
        """Whether there are aggregate functions."""
        return not self.functions.isdisjoint(AGGREGATE_OF)

    @cached_property
    def mentioned(self) -> tuple[Item, ...]:
        """The items as they stand in the text, without modifiers, and those of quoted conditions."""
        written: list[Item] = []
        replace_items(self.text, lambda text: written.append(self._item(text)) or text)
        keys = {item.key for item in written}
        quoted = (item for item in self.items if item.modifiers == NO_MODIFIERS and item.key not in keys)
        return tuple(dict.fromkeys([*written, *(item for item in quoted if item.kind is not ItemKind.SUB_EXPRESSION)]))

    def describe(self, name_of: Callable[[Item], str]) -> str:
        """The text, as it was written, with each item replaced by a name."""
        return replace_items(self.text, lambda text: name_of(self._item(text)))

    def _item(self, text: str) -> Item:
        return next(item for form in self.dialect.items if (item := form.read(text)) is not None)

    @cached_property
    def _over_values(self) -> Callable[[Cell], Value]:
        return compile_values(self.node)

    @cached_property
    def over_rule(self) -> Callable[[RuleScope], Value]:
        """`run` itself, for who runs it very often."""
        return compile_rule(self.node)

    def evaluate(
        self,
        values: Mapping[str, Value],
        strategy: str = MissingValueStrategy.SKIP_IF_ALL_VALUES_MISSING,
        *,
        kinds: Mapping[str, Kind] = NOTHING,
        samples: Sequence[Mapping[str, Value]] = (),
        place: Place | None = None,
        candidates: Mapping[str, Sequence[Value]] | None = None,
    ) -> Value:
        """What it gives for values by the key of their items; None for no value (NaN and infinite are none).

        Shapes: numbers are Decimal. `kinds` are those of items that are no numbers: what stands for a missing one
            depends on it. `samples`: values of the sample periods, which aggregate functions see. `place`: what the
            functions of org units ask. `candidates`: of program indicators, the values of an item in all events.
        Source: DHIS2 2.42, expressions, missing values.
        """
        cell = Cell(values, strategy, kinds, samples, place, candidates)
        return settled(self._over_values(cell), cell)

    def evaluate_samples(
        self, samples: Sequence[Mapping[str, Value]], strategy: str, *, kinds: Mapping[str, Kind] = NOTHING,
        place: Place | None = None,
    ) -> list[Value]:  # fmt: skip
        """What it gives in each sample period; its aggregate functions, computed once, see all of them."""
        around = Cell({}, strategy, kinds, samples, place)
        return [settled(self._over_values(cell), cell) for cell in map(around.sample, samples)]

    def run(self, scope: RuleScope) -> Value:
        """What it gives in a program rule; numbers are floats. Errors: EvaluationError."""
        return self.over_rule(scope)


def replace_items(text: str, replace: Callable[[str], str]) -> str:
    """An expression's text with its items replaced; what looks like one in texts and comments is left alone."""
    return PIECES.sub(lambda found: replace(found[0]) if found["item"] else found[0], text)


def _occurrences(root: Node) -> list[tuple[Item, bool]]:
    """The items in the order of the text, each with whether an aggregate function stands around it."""
    found = []
    pending = [(root, False)]
    seen_already: set[tuple[int, bool]] = set()  # an argument that is evaluated in both leads there twice
    while pending:
        node, sampled = pending.pop()
        if (id(node), sampled) in seen_already:
            continue
        seen_already.add((id(node), sampled))
        if isinstance(node, ItemNode):
            found.append((node.item, sampled))
        below: list[tuple[Node, bool]] = []
        for index, child in enumerate(children(node)):
            below += [(child, seen) for seen in _views(node, index, sampled)]
        pending.extend(reversed(below))
    return found


def _views(node: Node, index: int, sampled: bool) -> tuple[bool, ...]:
    """Where an argument is evaluated: in the sample periods (True), in the output period (False), or in both."""
    aggregate = AGGREGATE_OF.get(node.name) if isinstance(node, Call) else None
    if aggregate is None:
        return (sampled,)
    if aggregate in ("normDistCum", "normDistDen"):
        return (False, True) if index == 0 else (False,)
    return (aggregate != "percentileCont" or index == 1,)
