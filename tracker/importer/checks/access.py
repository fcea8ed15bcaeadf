"""Who may write what: org unit scopes, data sharing, ownership.

Superusers pass sharing, ownership and authorities, but not the scopes. Source: DHIS2 2.42, tracker import, access.
"""

from __future__ import annotations

from tracker.errors import (
    E1000,
    E1001,
    E1003,
    E1083,
    E1091,
    E1095,
    E1096,
    E1099,
    E1100,
    E1102,
    E1103,
    E1104,
)
from tracker.importer.context import Context
from tracker.importer.items import Action, EnrollmentItem, EventItem, Item, TrackedEntityItem
from tracker.importer.known import (
    CategoryOption,
    OptionCombo,
    Program,
    StoredEnrollment,
    StoredEvent,
    StoredTrackedEntity,
    TrackedEntityType,
)
from tracker.importer.raw_values import has_entries

CASCADE_ENTITY, CASCADE_ENROLLMENT = "F_TEI_CASCADE_DELETE", "F_ENROLLMENT_CASCADE_DELETE"
UNCOMPLETE_EVENT, EDIT_EXPIRED = "F_UNCOMPLETE_EVENT", "F_EDIT_EXPIRED"
OPEN_LEVELS = frozenset({"OPEN", "AUDITED"})


def captures(context: Context, path: str | None) -> bool:
    """Whether the user enters data at the org unit of that path."""
    verdicts, path = context.memo.captures, path or ""
    verdict = verdicts.get(path)
    if verdict is None:
        verdict = verdicts[path] = context.viewer.capture.covers(path)
    return verdict


def searches(context: Context, path: str | None) -> bool:
    """Whether the user finds what lies at the org unit of that path."""
    verdicts, path = context.memo.searches, path or ""
    verdict = verdicts.get(path)
    if verdict is None:
        verdict = verdicts[path] = context.viewer.search.covers(path)
    return verdict


def may(context: Context, authority: str) -> bool:
    """Whether the user holds an authority."""
    return context.viewer.principal.has_any((authority,))


def has_ownership(context: Context, entity: StoredTrackedEntity, program: Program) -> bool:
    """Whether a stored tracked entity is within the user's reach in a program; without an owner, by where it is."""
    if context.viewer.is_superuser:
        return True
    pair = entity.pk, program.pk
    owner = context.known.owners.get(pair)
    path = owner.path if owner is not None else entity.org_unit_path
    if program.access_level in OPEN_LEVELS:
        return searches(context, path)
    if captures(context, path):
        return True
    return program.access_level == "PROTECTED" and pair in context.known.temporary


def may_write_entity(context: Context, entity: StoredTrackedEntity) -> bool:
    """Data write on its type, and on a tracker program of the type in which it is within reach."""
    if context.viewer.is_superuser:
        return True
    known = context.known
    type = known.types_by_pk.get(entity.type)
    return type is not None and type.data_write and any(
        program.data_write and has_ownership(context, entity, program)
        for program in known.programs_of_type.get(entity.type, ())
    )  # fmt: skip


def may_read_entity(context: Context, entity: StoredTrackedEntity) -> bool:
    """Data read on its type, and on a tracker program of the type in which it is within reach."""
    if context.viewer.is_superuser:
        return True
    known = context.known
    type = known.types_by_pk.get(entity.type)
    if type is None or not type.data_read:
        return False
    programs = known.programs_of_type.get(entity.type, ())
    if not programs:
        return searches(context, entity.org_unit_path)
    return any(program.data_read and has_ownership(context, entity, program) for program in programs)


def may_use_enrollment(context: Context, enrollment: StoredEnrollment, *, write: bool) -> bool:
    """What a stored enrollment at a side of a relationship asks for."""
    known = context.known
    program = known.programs_by_pk.get(enrollment.program)
    entity = known.tracked_entities_by_pk.get(enrollment.tracked_entity or 0)
    if program is None or entity is None:
        return False
    allowed = program.data_write if write else program.data_read
    return allowed and _reads_type(context, program) and has_ownership(context, entity, program)


def may_use_event(context: Context, event: StoredEvent, *, write: bool) -> bool:
    """What a stored event at a side of a relationship asks for; where it took place must be in the search scope."""
    known = context.known
    program, stage = known.programs_by_pk.get(event.program), known.stages_by_pk.get(event.program_stage)
    if program is None or stage is None or not searches(context, event.org_unit_path):
        return False
    combo = known.option_combos_by_pk.get(event.attribute_option_combo)
    if any(not (option.data_write if write else option.data_read) for option in _options(context, combo)):
        return False
    if not program.has_registration:
        return program.data_write if write else program.data_read
    entity = known.tracked_entities_by_pk.get(event.tracked_entity or 0)
    allowed = (stage.data_write if write else stage.data_read) and program.data_read and _reads_type(context, program)
    return allowed and (entity is None or _is_reachable(context, entity, program))


def tracked_entity_is_writable(item: TrackedEntityItem, context: Context) -> None:
    """E1000, E1001 of new ones; E1003 of stored ones, and on deletion E1000 of where they are, and E1100."""
    stored, user = item.stored, context.user
    if stored is None:
        if not captures(context, item.org_unit.path):
            context.error(E1000, item, user, item.org_unit)
        if not item.type.data_write:
            context.error(E1001, item, user, item.type)
        return
    if item.action is Action.DELETE and not captures(context, stored.org_unit_path):
        context.error(E1000, item, user, _uid_of(stored.org_unit_path))
    if not may_write_entity(context, stored):
        context.error(E1003, item, user, item)
    if (
        item.action is Action.DELETE and stored.pk in context.known.with_enrollments
        and not may(context, CASCADE_ENTITY)
    ):  # fmt: skip
        context.error(E1100, item, user, item)


def enrollment_is_writable(item: EnrollmentItem, context: Context) -> None:
    """E1000 where it comes to be or ceases to be, E1103, and always E1091, E1104, E1102."""
    stored, user, program = item.stored, context.user, item.program
    if item.action is Action.DELETE:
        if not captures(context, stored.org_unit_path):
            context.error(E1000, item, user, _uid_of(stored.org_unit_path))
        if stored.pk in context.known.with_events and not may(context, CASCADE_ENROLLMENT):
            context.error(E1103, item, user, item)
    elif (stored is None or stored.org_unit != item.org_unit.pk) and not captures(context, item.org_unit.path):
        context.error(E1000, item, user, item.org_unit)
    if program is None:
        return
    if not program.data_write:
        context.error(E1091, item, user, program)
    _reads_type_of(item, program, context)
    entity = context.known.tracked_entities.get(item.tracked_entity or "")
    if entity is not None and not has_ownership(context, entity, program):
        context.error(E1102, item, user, entity, program)


def event_is_writable(item: EventItem, context: Context) -> None:
    """E1000, then what the program's kind asks for, E1099 and E1083."""
    stored, program, user = item.stored, item.program, context.user
    _event_place_is_writable(item, context)
    if program is None or item.stage is None:
        return
    if not program.has_registration:
        if not program.data_write:
            context.error(E1091, item, user, program)
    else:
        if not item.stage.data_write:
            context.error(E1095, item, user, item.stage)
        if not program.data_read:
            context.error(E1096, item, user, program)
        _reads_type_of(item, program, context)
        entity = _entity_of(item, context)
        if entity is not None and not _is_reachable(context, entity, program):
            context.error(E1102, item, user, entity, program)
    combos = [item.option_combo]
    if stored is not None:
        # DHIS2 asks for the stored options alone, so that an event could be put under options that are closed.
        combos.append(context.known.option_combos_by_pk.get(stored.attribute_option_combo))
    for combo in dict.fromkeys(combos):
        if combo is not None and combo.options:
            for option in _options(context, combo):
                if not option.data_write:
                    context.error(E1099, item, user, option)
    if (
        item.action is Action.UPDATE and stored.status == "COMPLETED" and item.status != "COMPLETED"
        and not may(context, UNCOMPLETE_EVENT)
    ):  # fmt: skip
        context.error(E1083, item, user)


def _event_place_is_writable(item: EventItem, context: Context) -> None:
    """E1000. The org unit of a tracker event that stays where it is is not asked for; a date that is only planned may
    be made wherever the user searches."""
    stored, program = item.stored, item.program
    if item.action is Action.DELETE:
        path, is_planned = (
            stored.org_unit_path,
            _is_planned(stored.status, stored.occurred_at, bool(stored.data_values)),
        )
        place: object = _uid_of(path)
    else:
        unit = item.org_unit
        path, place = unit.path, unit
        if stored is not None:
            if stored.org_unit == unit.pk and program.has_registration:
                return
            # DHIS2 asks for the new place alone, so that anybody could take away an event of an event program.
            if not program.has_registration and not captures(context, stored.org_unit_path):
                path, place = stored.org_unit_path, _uid_of(stored.org_unit_path)
        is_planned = stored is None and item.status == "SCHEDULE" and _is_planned(
            item.status, item.occurred_at, has_entries(item.record.data_values)
        )  # fmt: skip
    if not (searches(context, path) if is_planned else captures(context, path)):
        context.error(E1000, item, context.user, place)


def _is_planned(status: str, occurred_at: object, has_values: bool) -> bool:
    return status == "SCHEDULE" and occurred_at is None and not has_values


def _entity_of(item: EventItem, context: Context) -> StoredTrackedEntity | None:
    """The stored tracked entity that an event is of. What the payload says of a stored enrollment does not count: it
    may be refused, and the event go in all the same."""
    known = context.known
    stored = known.enrollments.get(item.enrollment or "")
    if stored is not None:
        return known.tracked_entities_by_pk.get(stored.tracked_entity or 0)
    return known.tracked_entities.get(item.parent.tracked_entity or "") if item.parent is not None else None


def _is_reachable(context: Context, entity: StoredTrackedEntity, program: Program) -> bool:
    """Ownership as events ask for it: without an owner there is none to ask."""
    return (entity.pk, program.pk) not in context.known.owners or has_ownership(context, entity, program)


def _type_of(context: Context, program: Program) -> TrackedEntityType | None:
    return context.known.types_by_pk.get(program.tracked_entity_type or 0)


def _reads_type(context: Context, program: Program) -> bool:
    type = _type_of(context, program)
    return type is None or type.data_read


def _reads_type_of(item: Item, program: Program, context: Context) -> None:
    type = context.known.types_by_pk.get(program.tracked_entity_type)
    if type is not None and not type.data_read:
        context.error(E1104, item, context.user, program, type)


def _options(context: Context, combo: OptionCombo | None) -> list[CategoryOption]:
    options = context.known.category_options_by_pk
    return [options[key] for key in combo.options if key in options] if combo is not None else []


def _uid_of(path: str | None) -> str:
    return (path or "").rsplit("/", 1)[-1]
