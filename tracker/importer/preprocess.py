"""Third stage: what each object of the payload means here is put onto it, so that checks look nothing up twice.

Source: DHIS2 2.42, tracker import, preprocessors.
"""

from __future__ import annotations

from typing import Any

from metadata.models.categories import DEFAULT_CATEGORY_OPTION
from tracker.importer.context import Context
from tracker.importer.items import (
    Action,
    EnrollmentItem,
    EventItem,
    RelationshipItem,
    TrackedEntityItem,
    relationship_key,
)
from tracker.importer.known import AssignedUser, OptionCombo, Program, ProgramStage
from tracker.importer.raw_values import split_options
from tracker.params import ImportStrategy


def preprocess(context: Context) -> None:
    """Resolve the items of the bundle, those of parents before those of children."""
    _set_actions(context)
    for entity in context.bundle.tracked_entities:
        _resolve_tracked_entity(entity, context)
    for enrollment in context.bundle.enrollments:
        _resolve_enrollment(enrollment, context)
    combos: dict[Any, OptionCombo | None] = {}
    for event in context.bundle.events:
        _resolve_event(event, context, combos)
    for relationship in context.bundle.relationships:
        name = relationship.record.relationship_type or ""
        stored, known = relationship.stored, context.known
        relationship.type = (
            known.relationship_types_by_pk.get(stored.type) if context.is_delete and stored
            else known.relationship_types.get(name)
        )  # fmt: skip
    if not context.is_delete:
        _drop_repeated_relationships(context)


def _set_actions(context: Context) -> None:
    """What is stored of each object, and what is to be done. Deleted rows count as stored: their uids are not free."""
    known, bundle, strategy = context.known, context.bundle, context.params.import_strategy
    literal = None if strategy is ImportStrategy.CREATE_AND_UPDATE else Action(strategy.value)
    groups: tuple[tuple[list[Any], dict[str, Any]], ...] = (
        (bundle.tracked_entities, known.tracked_entities), (bundle.enrollments, known.enrollments),
        (bundle.events, known.events), (bundle.relationships, known.relationships),
    )  # fmt: skip
    for items, rows in groups:
        for item in items:
            item.stored = stored = rows.get(item.uid)
            item.action = literal or (Action.CREATE if stored is None else Action.UPDATE)


def _resolve_tracked_entity(item: TrackedEntityItem, context: Context) -> None:
    known = context.known
    if context.is_delete:
        if item.stored is not None:
            item.type = known.types_by_pk.get(item.stored.type)
        return
    item.type = known.types.get(item.record.tracked_entity_type)
    item.org_unit = known.org_units.get(item.record.org_unit)


def _resolve_enrollment(item: EnrollmentItem, context: Context) -> None:
    known, stored = context.known, item.stored
    if context.is_delete:
        if stored is not None:
            item.tracked_entity = stored.tracked_entity_uid
            item.program = known.programs_by_pk.get(stored.program)
    else:
        item.program = known.programs.get(item.record.program)
        item.org_unit = known.org_units.get(item.record.org_unit)
    item.parent = context.bundle.tracked_entity.get(item.tracked_entity)


def _resolve_event(item: EventItem, context: Context, combos: dict[Any, OptionCombo | None]) -> None:
    known, stored, record = context.known, item.stored, item.record
    if context.is_delete:
        if stored is not None:
            item.enrollment = stored.enrollment_uid
            item.program = known.programs_by_pk.get(stored.program)
            item.stage = known.stages_by_pk.get(stored.program_stage)
    else:
        item.program, item.stage = _program_and_stage(item, context)
        item.org_unit = known.org_units.get(record.org_unit)
        key = item.program, record.attribute_option_combo, record.attribute_category_options
        if key not in combos:
            combos[key] = _option_combo(*key, context)
        item.option_combo = combos[key]
        if item.status == "VISITED":
            item.status = "ACTIVE"
        if item.sent_user is not None:
            item.assigned_user = _assigned_user(item.sent_user, context)
        if item.program is not None and not item.program.has_registration:
            # Until the program has an enrollment to hold its events, a validation goes without.
            item.enrollment = item.program.placeholder_uid or None
            return
    item.parent = context.bundle.enrollment.get(item.enrollment)


def _program_and_stage(item: EventItem, context: Context) -> tuple[Program | None, ProgramStage | None]:
    """An event may leave its program to its stage, and in an event program its stage to the program."""
    known, record = context.known, item.record
    stage = known.stages.get(record.program_stage)
    if record.program:
        program = known.programs.get(record.program)
    else:
        program = known.programs_by_pk.get(stage.program) if stage is not None and stage.program else None
    if program is not None and not record.program_stage and not program.has_registration and program.stages:
        stage = known.stages_by_pk.get(program.stages[0])
    return program, stage


def _option_combo(
    program: Program | None, combo: str | None, options: str | None, context: Context
) -> OptionCombo | None:
    """The combo that is named, that of the options, or the default one where the program has no other."""
    known = context.known
    if combo:
        return known.option_combos.get(combo)
    if options and program is not None:
        found = [known.category_options.get(text) for text in split_options(options)]
        keys = frozenset(one.pk for one in found if one and one.uid != DEFAULT_CATEGORY_OPTION)
        return known.combos_of_options.get((program.category_combo, keys))
    return known.default_combo if program is not None and program.has_default_combo else None


def _assigned_user(sent: tuple[str | None, str | None], context: Context) -> AssignedUser | None:
    """Who is meant: the username decides where both are given."""
    uid, username = sent
    user = context.known.users.get(username or uid or "")
    return user if user is not None and (user.username if username else user.uid) == (username or uid) else None


def _drop_repeated_relationships(context: Context) -> None:
    """Those that the payload has twice go once, silently; incomplete ones stay, so that their faults are told."""
    kept: list[RelationshipItem] = []
    seen: set[str] = set()
    for item in context.bundle.relationships:
        if item.type is not None and item.from_side and item.to_side:
            key = relationship_key(item.type, item.from_side, item.to_side)
            if key in seen:
                continue
            seen.add(key)
        kept.append(item)
    context.bundle.relationships[:] = kept
