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


def complete_data_set(context: Context, day: datetime.date, period: Period, unit: OrgUnit, combo: OptionCombo) -> None:
    """Register completion: after the values, in the order in which every import takes its locks."""
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
    context.summary.data_set_complete = day.isoformat()


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
