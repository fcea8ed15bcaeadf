"""What refuses a single value: the checks of the import, under the codes and in the order of `/api/dataValues`.

Source: DHIS2 2.42, data values, single values (E2017-E2031).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from datavalues import errors as codes
from datavalues.importer import strict_checks
from datavalues.importer.check import Check, Record, record_at
from datavalues.importer.checks import BY_NAME, COMMENT_TOO_LONG
from datavalues.importer.context import DataSet
from datavalues.importer.data_sets import data_sets_of, is_assigned, load_assignments, named_data_set
from datavalues.importer.file_checks import FILE_UNKNOWN, take_files_turn
from datavalues.locking import (
    is_expired,
    is_open_for_input,
    latest_open_period,
    load_approvals,
    load_lock_exceptions,
    may_edit_expired,
)
from datavalues.single.keys import Values
from dhis2api.errors import CONFLICT, ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.periods import period_containing
from dhis2api.value_types import FILE_TYPES
from files.models import FileResource
from metadata import models
from sharing.access import readable

Rule = Callable[[Values, int], None]


def require_open_unit(values: Values, position: int) -> None:
    """E2019: the org unit was closed before the period began, or opened after it ended."""
    unit, period = values.resolved.org_unit[position], values.resolved.period[position]
    opening, closed = models.OrganisationUnit.objects.values_list("opening_date", "closed_date").get(pk=unit.pk)
    if (opening is not None and opening > period.end) or (closed is not None and closed < period.start):
        raise ApiError(codes.E2019, unit.uid)


def require_data_set(values: Values, position: int) -> None:
    """E1105, E2021: the data set that is named must be readable and contain the data element."""
    named = values.names[position].data_set
    if not named:
        return
    context, element = values.context, values.resolved.data_element[position]
    rules = get_schema("dataSet").rules
    found = models.DataSet.objects.filter(readable(rules, context.principal), uid=named).first()
    if found is None:
        raise ApiError(codes.E1105, named)
    context.metadata.named_data_sets[named] = found.pk
    if all(data_set.pk != found.pk for data_set in data_sets_of(context, element.pk)):
        raise ApiError(codes.E2021, named, element.uid)


def require_no_future(values: Values, position: int) -> None:
    """E2022: the most open future periods of the element's data sets, in their most frequent type."""
    element, period = values.resolved.data_element[position], values.resolved.period[position]
    of_element = data_sets_of(values.context, element.pk)
    if not of_element:
        return
    today = timezone.localdate(values.context.now)
    most = max(data_set.open_future_periods for data_set in of_element)
    frequent = min(of_element, key=lambda data_set: _days(period_containing(data_set.period_type, today)))
    widest = max((data_set for data_set in of_element if data_set.period_type == frequent.period_type),
                 key=lambda data_set: data_set.open_future_periods)  # fmt: skip
    latest = latest_open_period(widest, today)
    if widest.open_future_periods < most:
        latest = period_containing(frequent.period_type, today).shift(most - 1)
    if period.end > latest.end:
        raise ApiError(codes.E2022, period.iso, latest.iso, element.uid)


def _days(period: Any) -> int:
    return (period.end - period.start).days


def require_unlocked(values: Values, position: int) -> None:
    """E2017: approved, or past the expiry days. With `force` superusers pass."""
    context, resolved = values.context, values.resolved
    if context.params.force:
        return
    period, unit = resolved.period[position], resolved.org_unit[position]
    combo = resolved.attribute_option_combo[position]
    approvals = load_approvals(_targets(values, position), [period], [unit.path], hold=True)
    for data_set in _targets(values, position):
        if approvals.is_approved(data_set, period, unit.path, combo.pk):
            raise ApiError(codes.E2017, f"`{data_set.uid}` is approved for period `{period.iso}` at `{unit.uid}`")
    locked = None if may_edit_expired(context.principal) else _expired(values, position)
    if locked is not None:
        raise ApiError(codes.E2017, f"`{locked.uid}` is past its expiry days for period `{period.iso}`")


def _expired(values: Values, position: int) -> DataSet | None:
    """The data set whose expiry days are over: the one that is named, else all that contain the element must be."""
    context, resolved = values.context, values.resolved
    period, unit = resolved.period[position], resolved.org_unit[position]
    judged = _named(values, position) or data_sets_of(context, resolved.data_element[position].pk)
    if not judged or not all(is_expired(data_set, period, context.now) for data_set in judged):
        return None
    exceptions = load_lock_exceptions(judged, [period])
    if any((data_set.pk, period.iso, unit.pk) in exceptions for data_set in judged):
        return None
    return max(judged, key=lambda data_set: data_set.expiry_days)


def require_input_period(values: Values, position: int) -> None:
    """E2025: the input periods of the data set that is named, or of any that contains the element."""
    context, period = values.context, values.resolved.period[position]
    judged = _named(values, position) or data_sets_of(context, values.resolved.data_element[position].pk)
    if judged and not any(is_open_for_input(data_set, period, timezone.localdate(context.now)) for data_set in judged):
        raise ApiError(codes.E2025, period.iso, judged[0].uid)


def _named(values: Values, position: int) -> tuple[DataSet, ...]:
    named = named_data_set(values.context, values.names[position].data_set)
    return () if named is None else (named,)


def _targets(values: Values, position: int) -> tuple[DataSet, ...]:
    """The data sets that a value is entered for: the one that is named, else those that fit it."""
    named = _named(values, position)
    if named:
        return named
    context, resolved = values.context, values.resolved
    unit, combo = resolved.org_unit[position], resolved.attribute_option_combo[position]
    load_assignments(context, [unit])
    return tuple(
        data_set for data_set in data_sets_of(context, resolved.data_element[position].pk)
        if is_assigned(context, data_set, unit) and data_set.category_combo == combo.category_combo
    )  # fmt: skip


Refuse = Callable[[Values, Record, Any], ApiError]


def _by(name: str, refuse: Refuse) -> Rule:
    """A check of the import, by its name, that refuses in words of its own."""

    def rule(values: Values, position: int) -> None:
        check = BY_NAME[name]
        if not check.applies(values.context):
            return
        for failing, wrong in check.find(values.context, values.resolved):
            if failing == position:
                raise refuse(values, record_at(values.resolved, position), wrong)

    return rule


def _outside_dates(values: Values, record: Record, wrong: strict_checks.OutsideDates) -> ApiError:
    code = codes.E2023 if wrong.is_before else codes.E2024
    return ApiError(code, record.period, wrong.date, values.resolved.attribute_option_combo[record.index].uid)


def _value_type(values: Values, record: Record, wrong: Any) -> ApiError:
    return ApiError(codes.E2030, values.resolved.data_element[record.index].value_type)


def _closed_combo(column: str) -> Refuse:
    return lambda values, record, wrong: ApiError(codes.E2031, getattr(values.resolved, column)[record.index].uid)


def _plainly(check: Check) -> Refuse:
    """The import's own words, without a code."""
    return lambda values, record, wrong: ApiError(CONFLICT, next(check.tell(values.context, record, wrong)).message)


def _file(values: Values, record: Record, wrong: str) -> ApiError:
    uid = (record.value or "").strip()
    return ApiError(codes.FILE_UNKNOWN, uid) if wrong == FILE_UNKNOWN else ApiError(codes.E2026, uid)


def require_fitting_file(values: Values, position: int) -> None:
    """E2027: the data element bounds the size (`maxFileSize`, bytes) or the content types of its files."""
    element, uid = values.resolved.data_element[position], values.resolved.value[position]
    if element.value_type not in FILE_TYPES or not uid:
        return
    options = models.DataElement.objects.values_list("value_type_options", flat=True).get(pk=element.pk)
    file = FileResource.objects.filter(uid=uid.strip()).first()
    if file is None or not isinstance(options, dict):
        return
    most, types = options.get("maxFileSize"), options.get("allowedContentTypes")
    if isinstance(most, int | float) and 0 < most < file.content_length:
        raise ApiError(codes.E2027, f"{file.content_length} bytes are more than {most}")
    if isinstance(types, list) and types and file.content_type not in types:
        raise ApiError(codes.E2027, f"{file.content_type} is none of {', '.join(map(str, types))}")


def hold_files(values: Values, position: int) -> None:
    """Refuses nothing: nobody else takes or deletes files until a file value is gone."""
    take_files_turn(values.resolved)


MAY_WRITE_OPTIONS: tuple[Rule, ...] = (
    _by("E7614", _closed_combo("category_option_combo")),
    _by("E7616", _closed_combo("attribute_option_combo")),
)
LOCKS: tuple[Rule, ...] = (require_unlocked, require_input_period)

# After the key, in DHIS2's order.
SAVING: tuple[Rule, ...] = (
    require_open_unit,
    require_data_set,
    require_no_future,
    _by("E7638", _outside_dates),
    _by("E7619", _value_type),
    _by("E7620", lambda values, record, wrong: ApiError(codes.E2028, COMMENT_TOO_LONG)),
    _by("E7621", lambda values, record, wrong: ApiError(codes.E2029, record.data_element)),
    *MAY_WRITE_OPTIONS,
    *(_by(name, _plainly(BY_NAME[name])) for name in ("E7632", "E7634", "E7636")),
    *LOCKS,
    _by("E2026", _file),
    require_fitting_file,
)
DELETING: tuple[Rule, ...] = (require_data_set, *MAY_WRITE_OPTIONS, *LOCKS, hold_files)
