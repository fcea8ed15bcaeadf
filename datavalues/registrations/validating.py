"""What is wrong with a registration, in words; the first fault counts. Source: DHIS2 2.42, completeness."""

from __future__ import annotations

from collections.abc import Callable

from datavalues import errors as codes
from datavalues.importer.checks import MAX_STORED_BY
from datavalues.importer.context import Context, OptionCombo
from datavalues.importer.data_sets import is_assigned
from datavalues.registrations.records import Registration
from datavalues.registrations.resolving import Named, is_given
from datavalues.summary import FreeConflict

Fault = FreeConflict | None
Check = Callable[[Context, Named, Registration], Fault]


def first_fault(context: Context, named: Named, item: Registration) -> Fault:
    """The first thing that is wrong with a registration, or None."""
    for check in CHECKS:
        fault = check(context, named, item)
        if fault is not None:
            return fault
    return None


def _data_set_is_known(context: Context, named: Named, item: Registration) -> Fault:
    if item.data_set in named.data_sets:
        return None
    return FreeConflict(item.data_set or "dataSet", codes.E7600.message(item.data_set or ""))


def _period_is_known(context: Context, named: Named, item: Registration) -> Fault:
    if named.periods.get(item.period) is not None:
        return None
    return FreeConflict(item.period or "period", codes.E7611.message(item.period or ""))


def _org_unit_is_known(context: Context, named: Named, item: Registration) -> Fault:
    text = item.organisation_unit
    if named.org_units.get(text) is not None:
        return None
    return FreeConflict(text or "organisationUnit", codes.E7612.message(text or ""))


def _combo_is_known(context: Context, named: Named, item: Registration) -> Fault:
    given = item.attribute_option_combo if is_given(item.attribute_option_combo) else item.cc or item.cp
    if not is_given(given):
        if context.params.require_attribute_option_combo:
            return FreeConflict("attributeOptionCombo", codes.E7631.message())
        return None
    if named.combo(item) is not None:
        return None
    shown = given if is_given(item.attribute_option_combo) else f"{item.cc or ''}: {item.cp or ''}"
    return FreeConflict(shown, codes.E7615.message(shown))


def _org_unit_is_the_users(context: Context, named: Named, item: Registration) -> Fault:
    if context.capture_scope.covers(named.org_units[item.organisation_unit].path):
        return None
    return FreeConflict(item.organisation_unit, codes.E7617.message(item.organisation_unit, context.principal.uid))


def _combo_fits(context: Context, named: Named, item: Registration) -> Fault:
    data_set, combo = named.data_sets[item.data_set], _combo(context, named, item)
    if not context.params.strict_attribute_option_combos or combo.category_combo == data_set.category_combo:
        return None
    words = f"Attribute option combo: `{combo.uid}` must be part of category combo of data set: `{data_set.uid}`"
    return FreeConflict(combo.uid, words)


def _period_is_within_dates(context: Context, named: Named, item: Registration) -> Fault:
    period, combo = named.periods[item.period], _combo(context, named, item)
    options = [context.metadata.options[pk] for pk in combo.options]
    begins = all(option.start_date is None or option.start_date <= period.start for option in options)
    ends = all(option.end_date is None or period.end <= option.end_date for option in options)
    if begins and ends:
        return None
    return FreeConflict(item.period, codes.E7638.message(item.period, combo.uid))


def _org_unit_is_within_places(context: Context, named: Named, item: Registration) -> Fault:
    path, combo = named.org_units[item.organisation_unit].path, _combo(context, named, item)
    restricted = [paths for paths in (context.metadata.options[pk].paths for pk in combo.options) if paths]
    if all(any(path == top or path.startswith(top + "/") for top in paths) for paths in restricted):
        return None
    return FreeConflict(item.organisation_unit, codes.E7639.message(item.organisation_unit, combo.uid))


def _period_type_fits(context: Context, named: Named, item: Registration) -> Fault:
    data_set, period = named.data_sets[item.data_set], named.periods[item.period]
    if not context.params.strict_periods or period.type.name == data_set.period_type:
        return None
    return FreeConflict(item.period, f"Period type of period: `{item.period}` not valid for data set: `{data_set.uid}`")


def _org_unit_is_assigned(context: Context, named: Named, item: Registration) -> Fault:
    data_set, unit = named.data_sets[item.data_set], named.org_units[item.organisation_unit]
    if not context.params.strict_organisation_units or is_assigned(context, data_set, unit):
        return None
    words = f"Data set: `{data_set.uid}` must be assigned to organisation unit: `{item.organisation_unit}`"
    return FreeConflict(item.organisation_unit, words)


def _names_are_short(context: Context, named: Named, item: Registration) -> Fault:
    for member, text in (("storedBy", item.stored_by), ("lastUpdatedBy", item.last_updated_by)):
        if text is not None and len(text) > MAX_STORED_BY:
            return FreeConflict(member, f"Invalid {member}: it is longer than {MAX_STORED_BY} characters")
    return None


def _date_is_readable(context: Context, named: Named, item: Registration) -> Fault:
    if not is_given(item.date) or named.day(item) is not None:
        return None
    return FreeConflict("date", f"`{item.date}` is not a date, expected yyyy-MM-dd")


def _data_is_writable(context: Context, named: Named, item: Registration) -> Fault:
    data_set, combo = named.data_sets[item.data_set], _combo(context, named, item)
    if data_set.pk not in named.writable:
        return FreeConflict(item.data_set, codes.E7601.message(item.data_set))
    if combo.pk == context.metadata.default_combo.pk or context.principal.is_superuser:
        return None
    for option in (context.metadata.options[pk] for pk in combo.options):
        if not option.is_writable:
            return FreeConflict(combo.uid, codes.E7616.message(combo.uid, option.uid))
    return None


def _combo(context: Context, named: Named, item: Registration) -> OptionCombo:
    return named.combo(item) or context.metadata.default_combo


# DHIS2's order, and the date, which DHIS2 cannot read a payload without.
CHECKS: tuple[Check, ...] = (
    _data_set_is_known,
    _period_is_known,
    _org_unit_is_known,
    _combo_is_known,
    _org_unit_is_the_users,
    _combo_fits,
    _period_is_within_dates,
    _org_unit_is_within_places,
    _period_type_fits,
    _org_unit_is_assigned,
    _names_are_short,
    _date_is_readable,
    _data_is_writable,
)
