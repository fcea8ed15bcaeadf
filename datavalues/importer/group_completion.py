"""`completeDate` of ADX groups: each registers its data set as complete, all of them in a fixed number of queries.

DHIS2 2.42 reads no completion from ADX; the documentation says that the attribute means what it means elsewhere.
A group that cannot be completed is a conflict in free text; its values go in all the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from datavalues import errors as codes
from datavalues.importer.completion import find_prohibition, parse_complete_date
from datavalues.importer.compulsory import Cell, unfilled_operands
from datavalues.importer.context import Context, OptionCombo, OrgUnit
from datavalues.importer.preheat import load_option_combos, load_org_units
from datavalues.importer.registering import Registered, register
from datavalues.records import Group
from datavalues.summary import MAX_CONFLICTS, FreeConflict
from metadata.id_schemes import scheme_path


@dataclass(slots=True)
class Completion:
    """What a group with a `completeDate` asks for; `period` is the text by which the context knows its period."""

    group: Group
    period: str | None
    data_set: int | None
    has_values: bool


def complete_groups(context: Context) -> None:
    """Register what the groups of the import asked for; after its values were written."""
    asked = context.completions
    if not asked:
        return
    units = _units(context, {each.group.org_unit for each in asked})
    combos = _combos(context, {each.group.attribute_option_combo for each in asked})
    periods = context.metadata.periods
    cells: dict[Cell, datetime.date] = {}
    faults: dict[tuple[str, str], None] = {}
    for each in asked:
        unit, combo = units.get(each.group.org_unit), combos.get(each.group.attribute_option_combo)
        period, day = periods.get(each.period), _day(context, each, faults)
        if day is None or not each.group.data_set:
            continue  # not to be completed
        if each.data_set is None or each.group.data_set in context.metadata.closed_data_sets:
            if not each.has_values:  # whose conflict it is otherwise
                code = codes.E7600 if each.data_set is None else codes.E7601
                faults["DataSet", code.message(each.group.data_set)] = None
        elif period is None:
            faults["Period", f"Period of the group is missing or invalid: {each.period or ''}"] = None
        elif unit is None:
            faults["OrganisationUnit", codes.E7612.message(each.group.org_unit or "")] = None
        elif combo is None:
            faults["CategoryOptionCombo", codes.E7615.message(each.group.attribute_option_combo)] = None
        elif not (fault := find_prohibition(context, unit, combo)):
            cells[each.data_set, context.metadata.period_keys[period.iso], unit.pk, combo.pk] = day
        else:
            faults[fault] = None
    _register(context, _without_unfilled(context, cells, faults))
    room = MAX_CONFLICTS - len(context.summary.free_conflicts)
    context.summary.free_conflicts += [FreeConflict(*fault) for fault in list(faults)[:room]]


def _units(context: Context, texts: set[str | None]) -> Mapping[str | None, OrgUnit | None]:
    path = scheme_path(context.schemes.org_unit)
    return load_org_units(Q(**{f"{path}__in": [text for text in texts if text]}), path) if path else {}


def _combos(context: Context, texts: set[str | None]) -> Mapping[str | None, OptionCombo | None]:
    """By the text of the group: spelt ones are known already, absent and blank ones mean the default."""
    known = context.metadata.attribute_option_combos
    path = scheme_path(context.schemes.attribute_option_combo)
    new = [text for text in texts if text and text.strip() and text not in known]
    if new and path is not None:
        known |= dict.fromkeys(new) | load_option_combos(context, Q(**{f"{path}__in": new}), path)
    default = context.metadata.default_combo
    return {text: known.get(text) if text and text.strip() else default for text in texts}


def _day(context: Context, asked: Completion, faults: dict[tuple[str, str], None]) -> datetime.date | None:
    try:
        return parse_complete_date(asked.group.complete_date, timezone.localdate(context.now))
    except ValueError as error:
        faults["CompleteDataSetRegistration", str(error)] = None
        return None


def _without_unfilled(
    context: Context, cells: Mapping[Cell, datetime.date], faults: dict[tuple[str, str], None]
) -> dict[Cell, datetime.date]:
    blocked = {cell: found.names for cell, found in unfilled_operands(cells).items() if found.blocks}
    for names in blocked.values():
        words = f"All compulsory data element operands need to be filled: [{', '.join(names)}]"
        faults["CompleteDataSetRegistration", words] = None
    return {cell: day for cell, day in cells.items() if cell not in blocked}


def _register(context: Context, cells: Mapping[Cell, datetime.date]) -> None:
    register(context, {cell: Registered(day) for cell, day in cells.items()})
    for day in cells.values():
        context.summary.data_set_complete = day.isoformat()
