"""Functions of program rules that ask about a variable rather than for its value, or about who asks.

A variable is named in quotes, or written as `#{name}`, `A{name}`, `V{name}`.
Source: DHIS2 2.42, program rules, functions.
"""

from __future__ import annotations

from collections.abc import Callable

from expressions.errors import EvaluationError
from expressions.items import ItemKind
from expressions.kinds import Value
from expressions.nodes import ItemNode, Literal, Node
from expressions.over_rules.candidates import NOBODY, Candidates
from expressions.over_rules.operands import as_text
from expressions.rule_scope import RuleScope

Run = Callable[[RuleScope], Value]
Compile = Callable[[Node], Run]
Arguments = tuple[Node, ...]


def _name_of(node: Node) -> tuple[str, bool]:
    """The name of a variable, and whether it is one of the environment."""
    if isinstance(node, ItemNode) and node.item.kind in (ItemKind.VARIABLE, ItemKind.ENVIRONMENT):
        return node.item.parts[0], node.item.kind is ItemKind.ENVIRONMENT
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value, False
    return "", False


def has_value(arguments: Arguments, compile: Compile) -> Run:
    """Whether a variable has a value; one that nobody knows has none."""
    name, is_environment = _name_of(arguments[0])
    if not is_environment:
        return lambda scope: scope.has_value(name)

    def run(scope: RuleScope) -> Value:
        try:
            return scope.environment[name] is not None
        except EvaluationError:
            return False

    return run


def _over_candidates(judge: Callable[[Candidates], float]) -> Callable[[Arguments, Compile], Run]:
    def compiled(arguments: Arguments, compile: Compile) -> Run:
        name, is_environment = _name_of(arguments[0])
        if is_environment:
            return lambda scope: judge(_of_environment(name, scope))
        return lambda scope: judge(scope.candidates(name))

    return compiled


def _count_if_value(arguments: Arguments, compile: Compile) -> Run:
    name, is_environment = _name_of(arguments[0])
    wanted = compile(arguments[1])
    if is_environment:
        return lambda scope: _of_environment(name, scope).count_of(as_text(wanted(scope)))
    return lambda scope: scope.candidates(name).count_of(as_text(wanted(scope)))


def _of_environment(name: str, scope: RuleScope) -> Candidates:
    text = as_text(scope.environment[name])
    return NOBODY if text is None else Candidates([text])


def last_event_date(arguments: Arguments, compile: Compile) -> Run:
    """When the value of a variable was recorded."""
    name, _ = _name_of(arguments[0])
    return lambda scope: scope.event_date(name)


def _member(sets: Callable[[RuleScope], object]) -> Callable[[Arguments, Compile], Run]:
    def compiled(arguments: Arguments, compile: Compile) -> Run:
        uid = compile(arguments[0])
        return lambda scope: as_text(uid(scope)) in sets(scope)  # type: ignore[operator]

    return compiled


OF_VARIABLES: dict[str, Callable[[Arguments, Compile], Run]] = {
    "d2:hasValue": has_value,
    "d2:count": _over_candidates(Candidates.count),
    "d2:countIfValue": _count_if_value,
    "d2:countIfZeroPos": _over_candidates(Candidates.count_not_negative),
    "d2:maxValue": _over_candidates(Candidates.greatest),
    "d2:minValue": _over_candidates(Candidates.least),
    "d2:lastEventDate": last_event_date,
    "d2:hasUserRole": _member(lambda scope: scope.user_roles),
    "d2:inUserGroup": _member(lambda scope: scope.user_groups),
    "d2:inOrgUnitGroup": _member(lambda scope: scope.org_unit_groups),
}
