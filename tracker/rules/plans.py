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
from tracker.rules.runners import Run, runner


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The rules of an object, in order: condition, rule, what it does."""

    steps: Sequence[tuple[Run, Rule, tuple[Act, ...]]]
    sends: bool  # whether any sends messages


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
    return Plan(steps, any(act.action.type in MESSAGES for _, _, acts in steps for act in acts))


def _act(action: RuleAction, rules: ProgramRules, stage: ProgramStage | None) -> Act | None:
    """None for what does not concern such objects, or could not be told of them."""
    field, other = (action.attribute, action.element) if stage is None else (action.element, action.attribute)
    if field is None and other is not None:
        return None
    is_assignment = action.type == ActionType.ASSIGN
    if stage is not None and field is not None and field not in stage.elements and not is_assignment:
        return None
    uid = action.attribute_uid if stage is None else action.element_uid
    name = None
    if is_assignment:
        name = uid if field else action.target
        variable = rules.variables.get(name or "") if field is None else None
        if variable is not None:
            field, uid = (variable.attribute, None) if stage is None else (variable.element_key, variable.element)
    if stage is not None and field is not None and field not in stage.elements:
        field = None  # later rules see it, the event does not
    return Act(action, field, uid, name, runner(action.data) if action.data else None, PERFORM[action.type])
