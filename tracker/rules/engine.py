"""Running the rules: for every valid enrollment and event of an import, what the rules that hold want done.

Nothing is decided here, and nothing told: what comes of it stands in `tracker.rules.outcomes`. Families are looked at
one after the other; a rule that fails is one thing among those that are to be told, and the next rule runs.
Source: DHIS2 2.42, tracker import, program rules.
"""

from __future__ import annotations

from collections.abc import Iterable

from expressions.errors import EvaluationError
from expressions.functions.dates import to_date
from tracker.importer.checks.data_values import enforces_values
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.effects import Assignment, Demand, Effect, Failure, Issue, Message
from tracker.rules.facts import Facts
from tracker.rules.families import Family
from tracker.rules.known import ActionType
from tracker.rules.plans import Act, Plan, enrollment_plan, event_plan
from tracker.rules.scopes import Scope
from tracker.rules.values import to_text

ON_COMPLETE = frozenset({ActionType.ERRORONCOMPLETE, ActionType.WARNINGONCOMPLETE})


def run_rules(context: Context) -> None:
    """Evaluate the rules of the valid objects; what they want done is in `context.effects` then."""
    if not context.known.rules:
        return
    plans: dict[tuple[int, int | None], Plan] = {}
    for family in _families(context):
        if family.enrollment is not None:
            _run_enrollment(family, plans, context.effects)
        for item in family.items:
            _run_event(family, item, plans, context.effects)


def _families(context: Context) -> Iterable[Family]:
    """What was sent of programs with rules, by enrollment; the events of an event program together."""
    rules, facts = context.known.rules, Facts(context)
    families: dict[str | int, Family] = {}
    for enrollment in context.bundle.enrollments:
        program = enrollment.program
        if not enrollment.is_ignored and program.pk in rules:
            families[enrollment.uid] = Family(facts, program, rules[program.pk], enrollment.uid, enrollment)
    for event in context.bundle.events:
        program = event.program
        if event.is_ignored or program.pk not in rules:
            continue
        uid = event.enrollment if program.has_registration else None
        family = families.get(uid or program.pk)
        if family is None:
            family = families[uid or program.pk] = Family(facts, program, rules[program.pk], uid, None)
        family.items.append(event)
    while families:
        yield families.pop(next(iter(families)))


def _run_enrollment(family: Family, plans: dict[tuple[int, int | None], Plan], effects: list[Effect]) -> None:
    key = family.program.pk, None
    if key not in plans:
        plans[key] = enrollment_plan(family.rules)
    if plans[key].steps:
        _run(plans[key], Scope(family, family.enrollment, None), effects)


def _run_event(
    family: Family, item: EventItem, plans: dict[tuple[int, int | None], Plan], effects: list[Effect]
) -> None:
    key = family.program.pk, item.stage.pk
    plan = plans.get(key)
    if plan is None:
        plan = plans[key] = event_plan(family.rules, item.stage)
    if not plan.steps:
        return
    is_enforced = enforces_values(item)
    if not is_enforced and not plan.sends:
        return
    scope = Scope(family, item, family.facts.event(item))
    if is_enforced:
        _run(plan, scope, effects)
        return
    # Messages do not wait for the values to count.
    wanted: list[Effect] = []
    _run(plan, scope, wanted)
    effects += [effect for effect in wanted if isinstance(effect, Message)]


def _run(plan: Plan, scope: Scope, effects: list[Effect]) -> None:
    for condition, rule, acts in plan.steps:
        try:
            if condition(scope) is not True:
                continue
        except EvaluationError as error:
            effects.append(Failure(scope.item, rule, to_text(str(error)) or ""))
            continue
        for act in acts:
            try:
                effect = _effect(act, scope)
            except EvaluationError as error:
                effect = Failure(scope.item, rule, to_text(str(error)) or "")
            if effect is not None:
                effects.append(effect)


def _effect(act: Act, scope: Scope) -> Effect | None:
    """What an action comes to; an assignment is seen by the rules that follow at once. Errors: EvaluationError."""
    action, item = act.action, scope.item
    if action.type in ON_COMPLETE and item.status != "COMPLETED":
        return None
    if action.type == ActionType.ASSIGN:
        return _assign(act, scope)
    if action.type == ActionType.SETMANDATORYFIELD:
        return None if act.key is None else Demand(item, action.rule, act.key, _sent(act.key, scope))
    if action.type == ActionType.SENDMESSAGE:
        return Message(item, action.rule, action.template) if action.template else None
    value = None if act.data is None else act.data(scope)
    if action.type == ActionType.SCHEDULEMESSAGE:
        try:
            date = to_date(value)
        except EvaluationError:
            date = None
        return Message(item, action.rule, action.template, date) if action.template and date else None
    return Issue(item, action, to_text(value))


def _assign(act: Act, scope: Scope) -> Assignment | None:
    if act.name is None:
        raise EvaluationError("An assignment needs a field, or a variable as its content")
    text = None if act.data is None else to_text(act.data(scope))
    scope.assign(act.name, text)
    if act.key is None:
        return None
    is_sent, sent = _sent(act.key, scope)
    return Assignment(scope.item, act.action.rule, act.key, text, is_sent, sent)


def _sent(key: int, scope: Scope) -> tuple[bool, str | None]:
    """Whether the payload says anything of a field, and what."""
    if isinstance(scope.item, EnrollmentItem):
        sent = scope.family.sent_attributes
        return key in sent, sent.get(key)
    element = scope.family.facts.context.known.data_elements_by_pk.get(key)
    values = scope.event.sent if scope.event is not None else {}
    return (False, None) if element is None else (element.uid in values, values.get(element.uid))
