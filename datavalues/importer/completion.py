"""`completeDate` of a set: registers that the data set is complete (DHIS2 2.42, data values, completeDate)."""

from __future__ import annotations

import datetime
import re

from datavalues import errors as codes
from datavalues.importer.context import Context, OptionCombo, OrgUnit
from datavalues.importer.write import store_periods
from datavalues.models import CompleteDataSetRegistration
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


def complete_data_set(
    context: Context, day: datetime.date, period: Period | None, unit: OrgUnit | None, combo: OptionCombo
) -> None:
    """Register completion; without a period or an org unit (of the user's) there is a conflict in free text instead."""
    summary = context.summary
    is_outside = unit is not None and not context.capture_scope.covers(unit.path)
    if is_outside:  # DHIS2 completes here, which lets anybody write to any place
        words = codes.E7617.message(unit.uid, context.principal.uid)
        summary.free_conflicts.append(FreeConflict("OrganisationUnit", words))
    if unit is None:
        summary.free_conflicts.append(FreeConflict("OrganisationUnit", "Org unit of the data value set is missing"))
    if period is None:
        summary.free_conflicts.append(FreeConflict("Period", "Period of the data value set is missing or invalid"))
    if unit is None or is_outside or period is None:
        return
    store_periods(context, [period])
    username = context.principal.username
    CompleteDataSetRegistration.objects.update_or_create(
        data_set_id=context.data_set.pk,
        period_id=context.metadata.period_keys[period.iso],
        organisation_unit_id=unit.pk,
        attribute_option_combo_id=combo.pk,
        defaults={
            "completed": True, "date": day, "stored_by": username, "last_updated_by": username,
            "last_updated": context.now,
        },
    )  # fmt: skip
    summary.data_set_complete = day.isoformat()
