"""Which rules of an object are worth running: most conditions do not hold, and say so by the same few values.

Rules that ask for the same names are screened together. Which of them hold, or fail, is kept by the values of
these names for one import, so that an event looks up a handful of keys instead of evaluating fifty conditions. What
a condition gives must depend on nothing else: rules that count over events, ask for the groups of an org unit, or see
what other rules assign are always run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from expressions.dialects import PROGRAM_RULE
from expressions.errors import EvaluationError, ExpressionError
from expressions.items import ItemKind
from expressions.kinds import Value
from expressions.nodes import Call, ItemNode, Literal, Node, children
from expressions.over_rules.of_variables import OF_VARIABLES
from expressions.reading import read

if TYPE_CHECKING:
    from tracker.rules.scopes import Scope

MOST = 2_000  # sets of values that one screen keeps
HAS_VALUE = "d2:hasValue"
# Who imports stays the same throughout.
STEADY = frozenset({HAS_VALUE, "d2:hasUserRole", "d2:inUserGroup"})

Run = Callable[["Scope"], Value]


class Names(NamedTuple):
    """What a condition asks for: values of variables, of the environment, and whether variables have one."""

    variables: frozenset[str] = frozenset()
    environment: frozenset[str] = frozenset()
    presence: frozenset[str] = frozenset()


def runner(text: str) -> Run:
    """What evaluates a text; of one that cannot be read, something that says so each time."""
    try:
        return read(text, PROGRAM_RULE).over_rule
    except ExpressionError as error:
        message = f"`{text}`: {error}"

    def fail(scope: Scope) -> Value:
        raise EvaluationError(message)

    return fail


class Screen:
    """Conditions that ask for the same names, by their places among the rules."""

    __slots__ = ("_key_of", "_known", "_places", "_runs")

    def __init__(self, names: Names) -> None:
        self._key_of = _key(names)
        self._known: dict[Any, tuple[int, ...]] = {}
        self._places: list[int] = []
        self._runs: list[Run] = []

    def add(self, place: int, run: Run) -> None:
        self._places.append(place)
        self._runs.append(run)

    def due(self, scope: Scope) -> Sequence[int]:
        """The places of those that hold or fail."""
        try:
            key = self._key_of(scope)
        except EvaluationError:
            return self._places  # a condition may do without what is not there
        found = self._known.get(key)
        if found is None:
            pairs = zip(self._places, self._runs, strict=True)
            found = tuple(place for place, run in pairs if _is_due(run, scope))
            if len(self._known) < MOST:
                self._known[key] = found
        return found


def screens(conditions: Sequence[str], assigned: Collection[str]) -> tuple[list[Screen], list[int]]:
    """The screens of the conditions of an object, and the places of those that are always run."""
    by_names: dict[Names, Screen] = {}
    always = []
    for place, text in enumerate(conditions):
        names = _names(text)
        if names is None or not names.variables.isdisjoint(assigned) or not names.presence.isdisjoint(assigned):
            always.append(place)
            continue
        if names not in by_names:
            by_names[names] = Screen(names)
        by_names[names].add(place, runner(text))
    return list(by_names.values()), always


def _is_due(run: Run, scope: Scope) -> bool:
    try:
        return run(scope) is True
    except EvaluationError:
        return True


def _key(names: Names) -> Callable[[Scope], Any]:
    """What tells one outcome from another. Values of one name are of one kind."""
    variables, environment, presence = (itemgetter(*sorted(group)) if group else None for group in names)
    if variables is not None and environment is None and presence is None:
        return lambda scope: variables(scope.variables)
    if variables is not None and presence is None:
        return lambda scope: (variables(scope.variables), environment(scope.environment))

    def key(scope: Scope) -> Any:
        return (
            variables and variables(scope.variables), environment and environment(scope.environment),
            presence and presence(scope.presence),
        )  # fmt: skip

    return key


@lru_cache(maxsize=10_000)  # as many as are read and kept
def _names(text: str) -> Names | None:
    """What a condition asks for; None where it cannot be read, or depends on more than these names."""
    try:
        pending: list[Node] = [read(text, PROGRAM_RULE).node]
    except ExpressionError:
        return None
    found: dict[ItemKind | str, set[str]] = {ItemKind.VARIABLE: set(), ItemKind.ENVIRONMENT: set(), HAS_VALUE: set()}
    while pending:
        node = pending.pop()
        if isinstance(node, Call) and node.name in OF_VARIABLES:
            if node.name not in STEADY:
                return None
            argument = node.arguments[0]
            if node.name == HAS_VALUE and isinstance(argument, Literal):
                found[HAS_VALUE].add(str(argument.value))
                continue
            if node.name == HAS_VALUE and isinstance(argument, ItemNode) and argument.item.kind is ItemKind.VARIABLE:
                found[HAS_VALUE].add(argument.item.parts[0])
                continue
        if isinstance(node, ItemNode) and node.item.kind in found:
            found[node.item.kind].add(node.item.parts[0])
        pending.extend(children(node))
    return Names(*(frozenset(found[kind]) for kind in (ItemKind.VARIABLE, ItemKind.ENVIRONMENT, HAS_VALUE)))
