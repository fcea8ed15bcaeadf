"""Which rules run for an object, compiled: those of an enrollment, or those of an event of a stage.

An enrollment runs the rules without a stage and looks at what they do with attributes; an event runs those of its stage
as well and looks at what they do with data elements. Actions on no field at all are taken by both.
Source: DHIS2 2.42, tracker import, program rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.importer.known import ProgramStage
from tracker.rules.actions import PERFORM, Act
from tracker.rules.known import MESSAGES, ActionType, ProgramRules, Rule, RuleAction
from tracker.rules.scopes import Scope
from tracker.rules.screening import Run, Screen, runner, screens


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The rules of an object, in order: condition, rule, what it does. `always` are the places of those that no screen
    looks at."""

    steps: Sequence[tuple[Run, Rule, tuple[Act, ...]]]
    screens: Sequence[Screen]
    always: Sequence[int]
    sends: bool  # whether any sends messages

    def due(self, scope: Scope) -> list[int]:
        """The places of the rules that may do something, in order."""
        places = list(self.always)
        for screen in self.screens:
            places += screen.due(scope)
        places.sort()
        return places


def enrollment_plan(rules: ProgramRules) -> Plan:
    """What runs for the enrollments of a program."""
    return _plan(rules, None)


def event_plan(rules: ProgramRules, stage: ProgramStage) -> Plan:
    """What runs for the events of a stage."""
    return _plan(rules, stage)


def _plan(rules: ProgramRules, stage: ProgramStage | None) -> Plan:
    steps = []
    for rule in rules.rules:
        if rule.stage is not None and (stage is None or rule.stage != stage.pk):
            continue
        acts = tuple(act for action in rule.actions if (act := _act(action, rules, stage)) is not None)
        if acts:
            steps.append((runner(rule.condition), rule, acts))
    every = [act for _, _, acts in steps for act in acts]
    assigned = {act.name for act in every if act.name is not None}
    return Plan(
        steps, *screens([rule.condition for _, rule, _ in steps], assigned),
        any(act.action.type in MESSAGES for act in every),
    )  # fmt: skip


def _act(action: RuleAction, rules: ProgramRules, stage: ProgramStage | None) -> Act | None:
    """None for what does not concern such objects, or could not be told of them."""
    field, other = (action.attribute, action.element) if stage is None else (action.element, action.attribute)
    if field is None and other is not None:
        return None
    is_assignment = action.type == ActionType.ASSIGN
    if stage is not None and field is not None and field not in stage.elements and not is_assignment:
        return None
    name = None
    if is_assignment:
        name = (action.attribute_uid if stage is None else action.element_uid) if field else action.target
        variable = rules.variables.get(name or "") if field is None else None
        if variable is not None:
            field = variable.attribute if stage is None else variable.element_key
    if stage is not None and field is not None and field not in stage.elements:
        field = None  # later rules see it, the event does not
    return Act(action, field, name, runner(action.data) if action.data else None, PERFORM[action.type])
