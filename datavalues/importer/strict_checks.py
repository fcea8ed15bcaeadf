"""Checks of how a value's objects fit together: the strict ones (E7632-E7636) and the validity of attribute option
combos in time and place (E7638, E7639)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datavalues import errors as codes
from datavalues.importer.check import Check, Failing, Record, keyed
from datavalues.importer.context import CategoryOption, Context, OptionCombo
from datavalues.importer.data_sets import data_sets_of, is_assigned, load_assignments, named_data_set
from datavalues.importer.resolve import ResolvedChunk
from dhis2api.errors import Conflict
from dhis2api.periods import period_containing


def _period_type_unfit(context: Context, element: str | None, text: str | None) -> bool:
    found, period = context.metadata.data_elements.get(element), context.metadata.periods.get(text)
    if found is None or period is None:
        return False
    return period.type.name not in {data_set.period_type for data_set in data_sets_of(context, found.pk)}


def _outside_data_set(context: Context, element: str | None, text: str | None) -> bool:
    found = context.metadata.data_elements.get(element)
    if found is None:
        return False
    sets = data_sets_of(context, found.pk)
    wanted = context.metadata.named_data_sets.get(text)
    if wanted is not None:
        return all(data_set.pk != wanted for data_set in sets)
    return not sets


def _combo_unfit(context: Context, element: str | None, text: str | None) -> bool:
    found = context.metadata.data_elements.get(element)
    if found is None:
        return False
    combo = context.metadata.category_option_combos.get(text) or context.metadata.default_combo
    overrides = {data_set.elements[found.pk] for data_set in data_sets_of(context, found.pk)}
    return combo.category_combo not in overrides | {found.category_combo}


def _attribute_combo_unfit(context: Context, element: str | None, text: str | None) -> bool:
    found = context.metadata.data_elements.get(element)
    if found is None:
        return False
    combo = _attribute_combo(context, text)
    return combo.category_combo not in {data_set.category_combo for data_set in data_sets_of(context, found.pk)}


def _unassigned(context: Context, element: str | None, unit: str | None) -> bool:
    found, place = context.metadata.data_elements.get(element), context.metadata.org_units.get(unit)
    if found is None or place is None:
        return False
    return not any(is_assigned(context, data_set, place) for data_set in data_sets_of(context, found.pk))


_find_unassigned = keyed("data_element", "org_unit", ask=_unassigned)


def _unassigned_elements(context: Context, resolved: ResolvedChunk) -> Failing:
    load_assignments(context, set(resolved.org_unit))
    return _find_unassigned(context, resolved)


@dataclass(frozen=True, slots=True)
class OutsideDates:
    """By which date of an option a period is refused: the latest start (`is_before`), or the earliest end."""

    is_before: bool
    date: datetime.date


def _outside_dates(context: Context, element: str | None, text: str | None, combo: str | None) -> OutsideDates | None:
    """The period lies wholly before the latest start, or after the earliest end, of the combo's options."""
    found, period = context.metadata.data_elements.get(element), context.metadata.periods.get(text)
    if found is None or period is None:
        return None
    options = _options(context, _attribute_combo(context, combo))
    starts = [option.start_date for option in options if option.start_date]
    ends = [option.end_date for option in options if option.end_date]
    if starts and period.end < max(starts):
        return OutsideDates(True, max(starts))
    if ends and period.start > (end := _extended(context, found.pk, min(ends))):
        return OutsideDates(False, end)
    return None


def _extended(context: Context, element: int, end: datetime.date) -> datetime.date:
    """The end plus the periods that the element's data sets leave open after it; the latest of them counts."""
    extended = [end]
    for data_set in data_sets_of(context, element):
        if data_set.open_periods_after_end:
            last = period_containing(data_set.period_type, end).shift(data_set.open_periods_after_end)
            extended.append(last.end)
    return max(extended)


def _outside_places(context: Context, unit: str | None, combo: str | None) -> bool:
    """Each option that is restricted to org units must cover the value's."""
    place = context.metadata.org_units.get(unit)
    if place is None:
        return False
    restricted = [option.paths for option in _options(context, _attribute_combo(context, combo)) if option.paths]
    return not all(
        any(place.path == path or place.path.startswith(path + "/") for path in paths) for paths in restricted
    )


def _attribute_combo(context: Context, text: str | None) -> OptionCombo:
    return context.metadata.attribute_option_combos.get(text) or context.metadata.default_combo


def _options(context: Context, combo: OptionCombo) -> list[CategoryOption]:
    return [context.metadata.options[pk] for pk in combo.options]


def _any_dated(context: Context) -> bool:
    return any(option.start_date or option.end_date for option in context.metadata.options.values())


def _any_placed(context: Context) -> bool:
    return any(option.paths for option in context.metadata.options.values())


def _told(code: Any, prop: str | None, *columns: tuple[str, str]) -> Any:
    """Conflicts that name several objects: pairs of (schema name, column), the arguments in the same order."""

    def tell(context: Context, record: Record, wrong: Any) -> Iterator[Conflict]:
        objects = {name: _shown(context, record, column) for name, column in columns}
        yield Conflict(code, tuple(objects.values()), prop, objects, record.index)

    return tell


def _shown(context: Context, record: Record, column: str) -> str:
    text = getattr(record, column)
    return text or (context.metadata.default_combo.uid if column.endswith("option_combo") else "")


def _tell_data_set(context: Context, record: Record, wrong: bool) -> Iterator[Conflict]:
    named = named_data_set(context, record.data_set)
    data_set = named.uid if named is not None else ""
    objects = {"dataElement": record.data_element or ""} | ({"dataSet": data_set} if data_set else {})
    yield Conflict(codes.E7633, (record.data_element, data_set), "dataElement", objects, record.index)


ELEMENT = ("dataElement", "data_element")
COMBO = ("categoryOptionCombo", "category_option_combo")
ATTRIBUTE_COMBO = ("categoryOptionCombo", "attribute_option_combo")

# In DHIS2's order; each counts only when its parameter says so.
CHECKS: tuple[Check, ...] = (
    Check("E7632", keyed("data_element", "period", ask=_period_type_unfit),
          _told(codes.E7632, None, ("period", "period"), ELEMENT), lambda context: context.params.strict_periods),
    Check("E7633", keyed("data_element", "data_set", ask=_outside_data_set), _tell_data_set,
          lambda context: context.params.strict_data_elements),
    Check("E7634", keyed("data_element", "category_option_combo", ask=_combo_unfit),
          _told(codes.E7634, "categoryOptionCombo", COMBO, ELEMENT),
          lambda context: context.params.strict_category_option_combos),
    Check("E7635", keyed("data_element", "attribute_option_combo", ask=_attribute_combo_unfit),
          _told(codes.E7635, "attributeOptionCombo", ATTRIBUTE_COMBO, ELEMENT),
          lambda context: context.params.strict_attribute_option_combos),
    Check("E7636", _unassigned_elements,
          _told(codes.E7636, "orgUnit", ELEMENT, ("organisationUnit", "org_unit")),
          lambda context: context.params.strict_organisation_units),
)  # fmt: skip

VALIDITY: tuple[Check, ...] = (
    Check("E7638", keyed("data_element", "period", "attribute_option_combo", ask=_outside_dates),
          _told(codes.E7638, "period", ("period", "period"), ATTRIBUTE_COMBO), _any_dated),
    Check("E7639", keyed("org_unit", "attribute_option_combo", ask=_outside_places),
          _told(codes.E7639, "orgUnit", ("organisationUnit", "org_unit"), ATTRIBUTE_COMBO), _any_placed),
)  # fmt: skip
