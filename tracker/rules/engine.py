"""Running the rules: for every valid enrollment and event of an import, what the rules that hold want done.

Nothing is decided here, and nothing told: what comes of it stands in `tracker.rules.outcomes`. Families are looked at
one after the other; a rule that fails is one thing among those that are to be told, and the next rule runs.
Source: DHIS2 2.42, tracker import, program rules.
"""

from __future__ import annotations

from collections.abc import Iterable

from expressions.errors import EvaluationError
from tracker.importer.checks.data_values import enforces_values
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.effects import Effect, Failure, Message
from tracker.rules.facts import Facts
from tracker.rules.families import Family
from tracker.rules.known import Rule
from tracker.rules.plans import Plan, enrollment_plan, event_plan
from tracker.rules.scopes import Scope, View
from tracker.rules.values import shortened, to_text


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
    enrollments: dict[str | int, EnrollmentItem] = {}
    events: dict[str | int, list[EventItem]] = {}
    for enrollment in context.bundle.enrollments:
        if not enrollment.is_ignored and enrollment.program.pk in rules:
            enrollments[enrollment.uid] = enrollment
            events[enrollment.uid] = []
    for event in context.bundle.events:
        program = event.program
        if not event.is_ignored and program.pk in rules:
            key = event.enrollment if program.has_registration else program.pk
            events.setdefault(key, []).append(event)
    for key, items in events.items():
        enrollment = enrollments.get(key)
        program = (enrollment or items[0]).program
        uid = key if program.has_registration else None
        yield Family(facts, program, rules[program.pk], uid, enrollment, items)


def _run_enrollment(family: Family, plans: dict[tuple[int, int | None], Plan], effects: list[Effect]) -> None:
    key = family.program.pk, None
    if key not in plans:
        plans[key] = enrollment_plan(family.rules)
    if plans[key].steps:
        _run(plans[key], Scope(View(family, family.enrollment, None)), effects)


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
    scope = Scope(View(family, item, family.event(item)))
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
            effects.append(_failure(scope, rule, error))
            continue
        for act in acts:
            try:
                effect = act.perform(act, scope)
            except EvaluationError as error:
                effect = _failure(scope, rule, error)
            if effect is not None:
                effects.append(effect)


def _failure(scope: Scope, rule: Rule, error: EvaluationError) -> Failure:
    # The runner has shortened the rule's text already; its own words come after that.
    return Failure(scope.view.item, rule, to_text(shortened(str(error))) or "")
