"""`completeDate` of a set: registers that the data set is complete (DHIS2 2.42, data values, completeDate)."""

from __future__ import annotations

import datetime
import re

from datavalues import errors as codes
from datavalues.importer.compulsory import unfilled_operands
from datavalues.importer.context import Context, OptionCombo, OrgUnit
from datavalues.importer.registering import Registered, register
from datavalues.importer.staging import store_periods
from datavalues.summary import FreeConflict
from dhis2api.periods import Period

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_complete_date(text: str | None, today: datetime.date) -> datetime.date | None:
    """None for absent, empty and `false`; today for `true`; a later day is cut to today.

    Errors: ValueError for anything but a day.
    """
    if text is None or text.strip() in ("", "false"):
        return None
    if text.strip() == "true":
        return today
    if not _DAY.fullmatch(text.strip()):
        raise ValueError(f"`{text}` is not a date, expected yyyy-MM-dd, true or false")
    try:
        return min(datetime.date.fromisoformat(text.strip()), today)
    except ValueError as error:
        raise ValueError(f"`{text}` is not a date: {error}") from error


def find_prohibition(context: Context, unit: OrgUnit, combo: OptionCombo) -> tuple[str, str] | None:
    """The type of object and the words that forbid it: only where the user may enter data can he say that it is all
    there. DHIS2 asks nothing here, which lets anybody write to any place."""
    if not context.capture_scope.covers(unit.path):
        return "OrganisationUnit", codes.E7617.message(unit.uid, context.principal.uid)
    if combo.pk != context.metadata.default_combo.pk and not context.principal.is_superuser:
        for option in (context.metadata.options[pk] for pk in combo.options):
            if not option.is_writable:
                return "CategoryOptionCombo", codes.E7616.message(combo.uid, option.uid)
    return None


def can_complete(context: Context, period: Period | None, unit: OrgUnit | None, combo: OptionCombo) -> bool:
    """Whether completion can be registered; where not, conflicts in free text say why.

    It needs a period, and an org unit and an attribute option combo that are the user's.
    """
    summary = context.summary
    prohibition = find_prohibition(context, unit, combo) if unit is not None else None
    if prohibition:
        summary.free_conflicts.append(FreeConflict(*prohibition))
    if unit is None:
        summary.free_conflicts.append(FreeConflict("OrganisationUnit", "Org unit of the data value set is missing"))
    if period is None:
        summary.free_conflicts.append(FreeConflict("Period", "Period of the data value set is missing or invalid"))
    if unit is None or prohibition or period is None:
        return False
    store_periods(context, [period])
    return True


def complete_data_set(
    context: Context, day: datetime.date, period: Period, unit: OrgUnit, combo: OptionCombo
) -> list[str]:
    """Register completion: after the values, in the order in which every import takes its locks.

    Answers the compulsory operands without a value if the data set insists on them; nothing is registered then.
    """
    cell = context.data_set.pk, context.metadata.period_keys[period.iso], unit.pk, combo.pk
    unfilled = unfilled_operands([cell]).get(cell)
    if unfilled is not None and unfilled.blocks:
        return unfilled.names
    register(context, {cell: Registered(day)})
    context.summary.data_set_complete = day.isoformat()
    return []
