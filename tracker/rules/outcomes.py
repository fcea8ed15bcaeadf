"""What comes of the rules: errors and warnings, and values on the objects, which are checked as if they had been sent.

Source: DHIS2 2.42, tracker import, program rules, validation after the rule engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from configuration.settings import system_setting
from tracker.errors import E1300, E1301, E1306, E1307, E1308, E1309, E1310, E1314, E1317
from tracker.importer.checks.attribute_values import assigned_attributes
from tracker.importer.checks.data_values import assigned_values
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem
from tracker.importer.preheat_values import POINTERS, load_targets
from tracker.rules.effects import Assignment, Demand, Failure, Issue
from tracker.rules.known import ActionType
from tracker.rules.values import are_same

ERRORS = frozenset({ActionType.SHOWERROR, ActionType.ERRORONCOMPLETE})


def validate_rules(context: Context) -> None:
    """Turn what rules want done into values, errors and warnings. Errors: FailFast where the import asked for that."""
    if not context.effects:
        return
    assignments = [effect for effect in context.effects if isinstance(effect, Assignment)]
    if assignments:
        overwrites = bool(system_setting("ruleEngineAssignOverwrite"))
        for assignment in assignments:
            _assign(assignment, overwrites, context)
    for effect in context.effects:
        tell = TELL.get(type(effect))
        if tell is not None:
            tell(effect, context)
    if assignments:
        _check_assigned(context)


def _check_assigned(context: Context) -> None:
    """Values that rules assigned are good, or not, as sent ones are."""
    bundle = context.bundle
    enrollments = [item for item in bundle.enrollments if item.assigned and not item.is_ignored]
    events = [item for item in bundle.events if item.assigned and not item.is_ignored]
    known = context.known
    fields: list[Any] = [known.attributes_by_pk[key] for item in enrollments for key in item.assigned]
    fields += [known.data_elements_by_pk[key] for item in events for key in item.assigned]
    if any(field.value_type in POINTERS or getattr(field, "unique", False) for field in fields):
        load_targets(context)
    for enrollment in enrollments:
        assigned_attributes(enrollment, context)
    for event in events:
        assigned_values(event, context)


def _assign(effect: Assignment, overwrites: bool, context: Context) -> None:
    """A value for what the payload leaves open is taken; one that differs from what it says is refused, unless rules
    have the last word (`ruleEngineAssignOverwrite`). Of several rules the last one counts."""
    item, rule, known = effect.item, effect.rule, context.known
    is_enrollment = isinstance(item, EnrollmentItem)
    field: Any = (known.attributes_by_pk if is_enrollment else known.data_elements_by_pk).get(effect.key)
    if field is None:
        return
    is_sent, text = effect.sent
    if is_sent and not overwrites and not are_same(text, effect.value, field.value_type):
        context.error(E1309 if is_enrollment else E1307, item, rule.uid, field, effect.value or "")
        return
    if not is_sent or overwrites:
        item.assigned = item.assigned or {}
        item.assigned[field.pk] = effect.value
    if is_enrollment:
        context.warn(E1310, item, rule.uid, field, item.tracked_entity)
    else:
        context.warn(E1308, item, rule.uid, field, item)


def _tell_issue(effect: Issue, context: Context) -> None:
    action, value = effect.action, effect.value
    text = action.text if value is None else action.text_with(value)
    report = context.error if action.type in ERRORS else context.warn
    report(E1300, effect.item, action.rule.uid, text)


def _tell_demand(effect: Demand, context: Context) -> None:
    """What a rule makes mandatory must be there: sent, assigned, or stored and not taken away."""
    item, known = effect.item, context.known
    field: Any
    if isinstance(item, EnrollmentItem):
        field = known.attributes_by_pk.get(effect.key)
        entity = known.tracked_entities.get(item.tracked_entity or "")
        is_stored = entity is not None and effect.key in entity.attributes
        missing, emptied = E1306, E1317
    else:
        field = known.data_elements_by_pk.get(effect.key)
        is_stored = item.stored is not None and field is not None and field.uid in item.stored.data_values
        missing, emptied = E1301, E1314
    assigned = (item.assigned or {}).get(effect.key)
    if field is None or assigned is not None:
        return
    if effect.is_emptied:
        context.error(emptied, item, effect.rule.uid, field)
    elif not is_stored:
        context.error(missing, item, effect.rule.uid, field)


def _tell_failure(effect: Failure, context: Context) -> None:
    context.warn(E1300, effect.item, effect.rule.uid, effect.reason)


TELL: dict[type, Callable[[Any, Context], None]] = {
    Issue: _tell_issue, Demand: _tell_demand, Failure: _tell_failure,
}  # fmt: skip
