"""`completeDate` of a set: registers that the data set is complete (DHIS2 2.42, data values, completeDate)."""

from __future__ import annotations

import datetime
import re

from django.db import connection

from datavalues import errors as codes
from datavalues.importer.context import Context, OptionCombo, OrgUnit
from datavalues.importer.staging import store_periods
from datavalues.models import CompleteDataSetRegistration
from datavalues.summary import FreeConflict
from dhis2api.periods import Period

# Which operands have a value for one period, org unit and attribute option combo, this import's own among them.
FILLED = """
    SELECT data_element_id, category_option_combo_id FROM datavalue
    WHERE data_element_id = ANY(%(elements)s) AND period_id = %(period)s AND organisation_unit_id = %(unit)s
      AND attribute_option_combo_id = %(combo)s AND value IS NOT NULL AND NOT deleted
"""

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
) -> bool:
    """Register completion and tell whether that was possible.

    Without a period or an org unit, or with one that is not the user's, or options whose data he may not write, there
    is a conflict in free text instead.
    """
    summary = context.summary
    is_outside = unit is not None and not context.capture_scope.covers(unit.path)
    if is_outside:  # DHIS2 completes here, which lets anybody write to any place
        words = codes.E7617.message(unit.uid, context.principal.uid)
        summary.free_conflicts.append(FreeConflict("OrganisationUnit", words))
    if unit is None:
        summary.free_conflicts.append(FreeConflict("OrganisationUnit", "Org unit of the data value set is missing"))
    if period is None:
        summary.free_conflicts.append(FreeConflict("Period", "Period of the data value set is missing or invalid"))
    closed = closed_option(context, combo)
    if closed is not None:
        words = codes.E7616.message(combo.uid, closed)
        summary.free_conflicts.append(FreeConflict("CategoryOptionCombo", words))
    if unit is None or is_outside or period is None or closed is not None:
        return False
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
    return True


def closed_option(context: Context, combo: OptionCombo) -> str | None:
    """The uid of an option of an attribute option combo whose data the user may not write, if there is one."""
    if combo.pk == context.metadata.default_combo.pk or context.principal.is_superuser:
        return None
    options = (context.metadata.options[pk] for pk in combo.options)
    return next((option.uid for option in options if not option.is_writable), None)


def missing_operands(context: Context, period: Period, unit: OrgUnit, combo: OptionCombo) -> list[str]:
    """Names of the data set's compulsory operands without a value; none unless it insists on them."""
    if not context.data_set.compulsory_fields_complete_only:
        return []
    operands = list(
        context.data_set.compulsory_data_element_operands.order_by("pk").values_list(
            "data_element_id", "data_element__name", "category_option_combo_id", "category_option_combo__name"
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(FILLED, {
            "elements": [operand[0] for operand in operands], "period": context.metadata.period_keys[period.iso],
            "unit": unit.pk, "combo": combo.pk,
        })  # fmt: skip
        filled = set(cursor.fetchall())
    elements = {element for element, _ in filled}
    default = context.metadata.default_combo.pk
    return [
        name if key in (None, default) else f"{name} {combo_name}"
        for element, name, key, combo_name in operands
        if ((element, key) not in filled if key else element not in elements)
    ]
