"""Checks of events, but for their values and who may write them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.utils import timezone

from dhis2api.periods import PERIOD_TYPES, InvalidPeriod, period_containing
from tracker.errors import (
    E1008,
    E1010,
    E1011,
    E1013,
    E1029,
    E1031,
    E1033,
    E1039,
    E1043,
    E1046,
    E1047,
    E1050,
    E1051,
    E1054,
    E1055,
    E1056,
    E1057,
    E1079,
    E1089,
    E1115,
    E1116,
    E1117,
    E1118,
    E1120,
    E1123,
    E1128,
    E1313,
    E1316,
    E1326,
)
from tracker.importer.checks.access import EDIT_EXPIRED, may
from tracker.importer.checks.tracked_entities import is_blank
from tracker.importer.context import Context
from tracker.importer.items import Action, EventItem
from tracker.importer.raw_values import split_options

BEFORE_IT_HAPPENED = frozenset({"SCHEDULE", "OVERDUE", "SKIPPED"})
HAPPENED = frozenset({"ACTIVE", "COMPLETED", "VISITED"})


def mandatory_members(item: EventItem, context: Context) -> None:
    """E1123, E1008. Stage and program stand in for each other where they can."""
    record = item.record
    if item.org_unit is None and is_blank(record.org_unit):
        context.error(E1123, item, "orgUnit")
    if item.stage is None and is_blank(record.program_stage):
        context.error(E1123, item, "programStage")
    if item.program is None and is_blank(record.program):
        if item.stage is not None and item.stage.program is None:
            context.error(E1008, item, item.stage)
        else:
            context.error(E1123, item, "program")


def metadata(item: EventItem, context: Context) -> None:
    """E1011, E1010, E1013."""
    record = item.record
    if item.org_unit is None:
        context.error(E1011, item, record.org_unit)
    if item.program is None:
        context.error(E1010, item, record.program)
    if item.stage is None:
        context.error(E1013, item, record.program_stage)


def immutable_members(item: EventItem, context: Context) -> None:
    """E1128. An enrollment that is missing is told of by `relations`."""
    stored = item.stored
    if item.stage.pk != stored.program_stage:
        context.error(E1128, item, "programStage")
    if item.enrollment is not None and item.enrollment != stored.enrollment_uid:
        context.error(E1128, item, "enrollment")


def relations(item: EventItem, context: Context) -> None:
    """E1089, E1029, E1033, E1079, E1313, then those of the attribute option combo."""
    program, stage = item.program, item.stage
    if stage.program != program.pk:
        context.error(E1089, item, item, stage, program)
    if item.org_unit.pk not in program.org_units:
        context.error(E1029, item, item.org_unit, program)
    if program.has_registration:
        _belongs_to_enrollment(item, context)
    record = item.record
    if record.attribute_option_combo or record.attribute_category_options:
        _option_combo_fits(item, context)
    elif item.option_combo is None:
        context.error(E1055, item)


def _belongs_to_enrollment(item: EventItem, context: Context) -> None:
    if item.enrollment is None:
        context.error(E1033, item, item)
        return
    stored = context.known.enrollments.get(item.enrollment)
    if stored is None and item.parent is not None:
        # One without a program is refused itself, and the event with it.
        if item.parent.program is not None and item.parent.program.pk != item.program.pk:
            context.error(E1079, item, item, item.program, item.enrollment)
    elif item.parent is None or not stored.deleted:
        # A stored one counts as it is stored: what the payload says of it may be refused, and the event go in.
        if stored is None or stored.deleted or stored.program != item.program.pk:
            context.error(E1079, item, item, item.program, item.enrollment)
        if stored is None or stored.deleted or stored.tracked_entity is None:
            context.error(E1313, item, item)


def _option_combo_fits(item: EventItem, context: Context) -> None:
    """E1115, E1116; if all are known, E1055, E1054, E1117."""
    record, known, program, combo = item.record, context.known, item.program, item.option_combo
    texts = split_options(record.attribute_category_options or "")
    unknown = [text for text in texts if known.category_options.get(text) is None]
    if record.attribute_option_combo and combo is None:
        context.error(E1115, item, record.attribute_option_combo)
    for text in unknown:
        context.error(E1116, item, text)
    if unknown or (record.attribute_option_combo and combo is None):
        return
    if not record.attribute_option_combo and combo is None:
        context.error(E1117, item, program.category_combo_uid, texts)
    elif combo.is_default and not program.has_default_combo:
        context.error(E1055, item)
    elif combo.category_combo != program.category_combo:
        context.error(E1054, item, combo, program.category_combo_uid)
    elif texts and not combo.is_default and {known.category_options[text].pk for text in texts} != set(combo.options):
        context.error(E1117, item, combo, texts)


def blocked_form(item: EventItem, context: Context) -> None:
    """E1326."""
    if item.stage.block_entry_form and item.stored.status == "COMPLETED" and item.status == "COMPLETED":
        context.error(E1326, item, item)


def category_option_dates(item: EventItem, context: Context) -> None:
    """E1056, E1057: the options of the event must be open on its day."""
    combo = item.option_combo
    if combo is None or not combo.options:
        return
    day = _day(item.occurred_at or item.scheduled_at or context.now)
    for key in combo.options:
        option = context.known.category_options_by_pk.get(key)
        if option is None:
            continue
        if option.start_date is not None and day < option.start_date:
            context.error(E1056, item, day, option.start_date, option.name)
        if option.end_date is not None:
            grace = item.program.open_days_after_co_end_date
            if (day - option.end_date).days > grace:
                end = option.end_date + timedelta(days=grace)
                context.error(E1057, item, day, end, option.name, item.program.name)


def dates(item: EventItem, context: Context) -> None:
    """E1031 and E1050, which end the check; E1051, E1043, E1046, E1047."""
    program = item.program
    if item.occurred_at is None and (not program.has_registration or item.status in HAPPENED):
        context.error(E1031, item, item)
        return
    if item.scheduled_at is None and item.status == "SCHEDULE":
        context.error(E1050, item, item)
        return
    if item.completed_at is not None and item.status != "COMPLETED":
        context.error(E1051, item, item, item.status)
    if program.complete_events_expiry_days > 0 or (program.expiry_days > 0 and program.expiry_period_type):
        _has_not_expired(item, context)


def _has_not_expired(item: EventItem, context: Context) -> None:
    if may(context, EDIT_EXPIRED):
        return
    program, stored = item.program, item.stored
    if program.complete_events_expiry_days > 0:
        was_completed = stored is not None and stored.status == "COMPLETED"
        completed = stored.completed_at if was_completed else item.completed_at
        if completed is not None and (context.now - completed).days >= program.complete_events_expiry_days:
            context.error(E1043, item, item)
    if program.expiry_days > 0 and program.expiry_period_type in PERIOD_TYPES:
        reference = item.occurred_at or item.scheduled_at
        if reference is None:
            context.error(E1046, item, item)
            return
        if _days_since_period(program.expiry_period_type, _day(reference), context) > program.expiry_days:
            context.error(E1047, item, item)


def _days_since_period(period_type: str, day: date, context: Context) -> int:
    """How many days ago the period ended in which a day lies."""
    today = timezone.localdate(context.now)
    try:
        return (today - period_containing(period_type, day).end).days
    except InvalidPeriod:  # at the ends of the calendar
        return (today - day).days


def status_change(item: EventItem, context: Context) -> None:
    """E1316: what has happened cannot become something that is to happen."""
    if item.stored.status in HAPPENED and item.status in BEFORE_IT_HAPPENED:
        context.error(E1316, item, item.stored.status, item.status)


def assigned_user(item: EventItem, context: Context) -> None:
    """E1118; E1120, a warning: the assignment is passed over."""
    if item.sent_user is None:
        return
    if item.assigned_user is None:
        uid, username = item.sent_user
        context.error(E1118, item, username or uid)
    elif not item.stage.enable_user_assignment:
        context.warn(E1120, item, item.stage)
        item.assigned_user = None


def repeat_only_repeatable_stages(context: Context) -> None:
    """E1039: of all events that are valid so far; a stage of an event program may always repeat."""
    by_place: dict[tuple[str | None, int], list[EventItem]] = defaultdict(list)
    for item in context.bundle.events:
        stage = item.stage
        if stage is not None and not stage.repeatable and not item.is_ignored and item.program.has_registration:
            by_place[item.enrollment, stage.pk].append(item)
    for (enrollment, stage), items in by_place.items():
        stored = context.known.enrollments.get(enrollment or "")
        has_one = stored is not None and bool(context.known.events_of.get((stored.pk, stage)))
        for item in items:
            if len(items) > 1 or (has_one and item.action is Action.CREATE):
                context.error(E1039, item, item.stage)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
