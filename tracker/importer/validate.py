"""Fourth stage: checks, type by type, in DHIS2's order. The lists below say what is checked, and when.

A list stops at the first step of an object that fails, because what follows stands on it; `every` goes through all of
its steps, because they do not depend on each other. Letters say for which actions a step runs: C creates, U updates,
D deletes. A superuser may ask for the least that must hold for a row to be stored at all: these steps have a `!`.
Source: DHIS2 2.42, tracker import, validation order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dhis2api.objects.uids import is_uid
from tracker.errors import E1048
from tracker.importer.checks import access, attribute_values, data_values, enrollments, events, relationships
from tracker.importer.checks import tracked_entities as entities
from tracker.importer.checks.existence import existence
from tracker.importer.context import Context
from tracker.importer.items import KIND, Action, Item
from tracker.params import ValidationMode

Check = Callable[[Any, Context], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One check with what it is run for, or several that all run."""

    when: str
    check: Check | None = None
    steps: tuple[Step, ...] = ()


def on(when: str, check: Check) -> Step:
    return Step(when, check)


def every(*steps: Step) -> Step:
    return Step("CU", steps=steps)


TRACKED_ENTITY = (
    on("CUD!", existence),
    on("CU!", entities.mandatory_members),
    on("CU!", entities.metadata),
    on("U!", entities.immutable_members),
    on("CUD", access.tracked_entity_is_writable),
    on("CU!", attribute_values.tracked_entity_attributes),
)
ENROLLMENT = (
    on("CUD!", existence),
    on("CU!", enrollments.mandatory_members),
    on("CU!", enrollments.metadata),
    on("U!", enrollments.immutable_members),
    on("CU!", enrollments.relations),
    on("CUD", access.enrollment_is_writable),
    every(
        on("CU!", enrollments.notes),
        on("CU", enrollments.enrolled_once),
        on("CU", enrollments.geometry),
        on("CU!", enrollments.dates),
        on("CU!", attribute_values.enrollment_attributes),
    ),
)
EVENT = (
    on("CUD!", existence),
    on("CU!", events.mandatory_members),
    on("CU!", events.metadata),
    on("U!", events.immutable_members),
    on("CU!", events.relations),
    on("U", events.blocked_form),
    on("CUD", access.event_is_writable),
    every(
        on("CU", events.category_option_dates),
        on("CU!", events.dates),
        on("CU", enrollments.event_geometry),
        on("CU!", enrollments.notes),
        on("CU!", data_values.data_values),
        on("U", events.status_change),
        on("CU!", events.assigned_user),
    ),
)
RELATIONSHIP = (
    on("CUD!", relationships.existence),
    on("CU!", relationships.mandatory_members),
    on("CU!", relationships.metadata),
    on("C!", relationships.self_link),
    on("C!", relationships.constraints),
    on("CD", relationships.access),
    on("C!", relationships.is_new),
)


def validate(context: Context) -> None:
    """Check every object of the bundle. Errors: FailFast where the import asked for that."""
    bundle = context.bundle
    if not context.is_delete:
        enrollments.gather_enrolled(context)
    for items, steps in (
        (bundle.tracked_entities, TRACKED_ENTITY), (bundle.enrollments, ENROLLMENT), (bundle.events, EVENT),
        (bundle.relationships, RELATIONSHIP),
    ):  # fmt: skip
        if items:
            _run(items, steps, context)
    if not context.is_delete:
        events.repeat_only_repeatable_stages(context)


def _run(items: list[Any], steps: tuple[Step, ...], context: Context) -> None:
    plans = {action: _plan(steps, action, context) for action in Action}
    for item in items:
        for group in plans[item.action]:
            for check in group:
                check(item, context)
            if item.is_ignored:
                break


def _plan(steps: tuple[Step, ...], action: Action, context: Context) -> list[tuple[Check, ...]]:
    """The checks that run for an action: one group after another, all checks of a group."""
    is_least = context.params.validation_mode is ValidationMode.SKIP and context.viewer.is_superuser
    plan: list[tuple[Check, ...]] = [(uid_syntax,)] if context.profile.reports_malformed_uids else []
    for step in steps:
        group = tuple(
            part.check for part in step.steps or (step,)
            if action[0] in part.when and (not is_least or "!" in part.when) and part.check is not None
        )  # fmt: skip
        if group:
            plan.append(group)
    return plan


def uid_syntax(item: Item, context: Context) -> None:
    """E1048; later versions refuse the request."""
    if not is_uid(item.uid):
        context.error(E1048, item, KIND[item.tracker_type], item.uid)
