"""What an export asks for: parameters become identifiers of rows, constraints and access are checked.

No value is read here. Source: DHIS2 2.42, data values, export (E2001-E2012).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from datavalues import errors as codes
from datavalues.formats.adx import DEFAULT_ID_SCHEME
from datavalues.params import ExportParams
from datavalues.schemes import TYPES, Schemes, SchemeTexts, parse_scheme, resolve_schemes
from dhis2api.errors import BAD_REQUEST, ApiError, Code
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import look_back
from dhis2api.periods import Period, find_period
from dhis2api.web.timestamps import parse_duration
from metadata import models
from metadata.attribute_combos import combination, find_combinations
from metadata.hierarchy import Scope, data_view_scope
from metadata.id_schemes import UID, IdScheme, SchemeKind, attribute_exists, scheme_path
from metadata.visibility import hidden_option_combos
from sharing.access import Principal, judge, readable


@dataclass(slots=True)
class ExportQuery:
    """Which values are wanted, by primary keys."""

    schemes: Schemes
    data_elements: list[int]
    data_sets: list[int] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)  # canonical ISO
    start_date: datetime.date | None = None
    end_date: datetime.date | None = None
    org_units: list[int] = field(default_factory=list)
    subtrees: list[str] = field(default_factory=list)  # paths
    attribute_option_combos: list[int] | None = None  # None: all that may be seen
    hidden_attribute_option_combos: list[int] = field(default_factory=list)
    include_deleted: bool = False
    last_updated: datetime.datetime | None = None
    limit: int | None = None
    single: tuple[Any, Period, Any] | None = None  # data set, period, org unit of a set in the narrow sense


def compile_query(params: ExportParams, *, principal: Principal, user_pk: int, is_adx: bool = False) -> ExportQuery:
    """Resolve and check the parameters.

    ADX: objects are named by uid or code, mixed, unless an input scheme is given; the answer names them by code.

    Unknown identifiers and unreadable periods are dropped silently, as in DHIS2, and so surface as E2001, E2002 or
    E2006. Errors: 409 with the last of E2001-E2009 that applies, then the first of E2010-E2012.
    """

    def scheme(name: str) -> InputScheme:
        return _scheme(params, f"input_{name}id_scheme", is_adx=is_adx)

    data_sets = _find(models.DataSet, params.data_set, scheme("data_set_"))
    elements = _find_readable(principal, "dataElement", params.data_element, scheme("data_element_"))
    groups = _find_readable(principal, "dataElementGroup", params.data_element_group, scheme("data_element_group_"))
    unit_scheme = scheme("org_unit_")
    units = _find(models.OrganisationUnit, params.org_unit, unit_scheme)
    unit_groups = _find_readable(principal, "organisationUnitGroup", params.org_unit_group, unit_scheme)
    combos = _attribute_option_combos(params, UID_OR_CODE if is_adx else ONLY_UID)
    periods = [period for period in map(find_period, params.period) if period is not None]
    faults = list(_faults(params, bool(data_sets or elements or groups), periods, units, unit_groups))
    if faults:
        raise ApiError(*faults[-1])
    scope = data_view_scope(user_pk)
    _check_access(principal, scope, data_sets, combos or [], units)
    by_dates = not periods
    return ExportQuery(
        schemes=_output_schemes(params, DEFAULT_ID_SCHEME if is_adx else None),
        data_elements=_data_elements(data_sets, elements, groups, narrows=is_adx),
        data_sets=[data_set.pk for data_set in data_sets],
        periods=[period.iso for period in periods],
        start_date=params.start_date if by_dates else None,
        end_date=params.end_date if by_dates else None,
        org_units=[] if params.children else [unit.pk for unit in units] + _members(unit_groups, scope),
        subtrees=[unit.path for unit in units] if params.children else [],
        attribute_option_combos=None if combos is None else [combo.pk for combo in combos],
        hidden_attribute_option_combos=hidden_option_combos(principal),
        include_deleted=params.include_deleted,
        last_updated=_last_updated(params),
        limit=params.limit,
        single=_single(params, data_sets, periods, units),
    )


InputScheme = tuple[IdScheme, ...]  # any of them may be meant
ONLY_UID: InputScheme = (UID,)
UID_OR_CODE: InputScheme = (UID, IdScheme(SchemeKind.CODE))

Fault = tuple[Code, *tuple[object, ...]]


def _faults(
    params: ExportParams, has_elements: bool, periods: list[Period], units: list[Any], unit_groups: list[Any]
) -> Iterator[Fault]:
    """In DHIS2's order; the last one is reported."""
    has_dates = params.start_date is not None and params.end_date is not None
    if not has_elements:
        yield (codes.E2001,)
    if not (periods or has_dates or params.last_updated or params.last_updated_duration):
        yield (codes.E2002,)
    if has_dates and not periods and params.start_date > params.end_date:
        yield (codes.E2004,)
    if params.last_updated_duration and find_duration(params.last_updated_duration) is None:
        yield (codes.E2005, params.last_updated_duration)
    if not (units or unit_groups):
        yield (codes.E2006,)
    if params.children and unit_groups:
        yield (codes.E2007,)
    if params.children and not units:
        yield (codes.E2008,)
    if params.limit is not None and params.limit < 0:
        yield (codes.E2009, params.limit)


def _check_access(
    principal: Principal, scope: Scope, data_sets: list[Any], combos: list[Any], units: list[Any]
) -> None:
    rules = get_schema("dataSet").rules
    for data_set in data_sets:
        if not judge(rules, data_set.sharing, principal).data_read:
            raise ApiError(codes.E2010, data_set.uid)
    hidden = set(hidden_option_combos(principal))
    for combo in combos:
        if combo.pk in hidden:
            raise ApiError(codes.E2011, combo.uid)
    for unit in units:
        if not scope.covers(unit.path):
            raise ApiError(codes.E2012, unit.uid)


def _find(model: Any, texts: Sequence[str], scheme: InputScheme, visible: Q | None = None) -> list[Any]:
    paths = [path for path in map(scheme_path, scheme) if path is not None]
    if not texts or not paths:
        return []
    named = Q()
    for path in paths:
        named |= Q(**{f"{path}__in": list(texts)})
    return list(model.objects.filter(named, visible or Q()).order_by("pk"))


def _find_readable(principal: Principal, singular: str, texts: Sequence[str], scheme: InputScheme) -> list[Any]:
    """Only what the user may read; the rest is as unknown to him as what does not exist."""
    schema = get_schema(singular)
    return _find(schema.model, texts, scheme, readable(schema.rules, principal))


def _attribute_option_combos(params: ExportParams, scheme: InputScheme) -> list[Any] | None:
    """Those named themselves, else the one that a category combo and options name; None if none is asked for.

    Errors: E1110, E1111, E2040, E2041 where these name none.
    """
    if params.attribute_option_combo:
        return _find(models.CategoryOptionCombo, params.attribute_option_combo, scheme)
    wanted = combination(params.attribute_combo, params.attribute_options)
    found = find_combinations([wanted]).get(wanted)
    if isinstance(found, ApiError):
        raise found
    return None if found is None else _find(models.CategoryOptionCombo, [found], ONLY_UID)


def _scheme(params: ExportParams, name: str, *, is_adx: bool) -> InputScheme:
    text = getattr(params, name) or params.input_id_scheme
    if not text:
        return UID_OR_CODE if is_adx else ONLY_UID
    try:
        scheme = parse_scheme(text)
    except ValueError as error:
        raise ApiError(BAD_REQUEST, error) from error
    if scheme.kind is SchemeKind.ATTRIBUTE:
        raise ApiError(BAD_REQUEST, f"`{text}` cannot be an input scheme: use uid, code or name")
    return (scheme,)


def _output_schemes(params: ExportParams, default: str | None) -> Schemes:
    try:
        schemes = resolve_schemes(params.schemes, SchemeTexts(general=default))
    except ValueError as error:
        raise ApiError(BAD_REQUEST, error) from error
    for scheme in (getattr(schemes, name) for name in TYPES):
        if not attribute_exists(scheme):
            raise ApiError(BAD_REQUEST, f"Attribute `{scheme.attribute}` of the identifier scheme does not exist")
    return schemes


def _data_elements(data_sets: list[Any], elements: list[Any], groups: list[Any], *, narrows: bool) -> list[int]:
    """The elements of the sets and those named themselves; with groups, theirs alone.

    `narrows`: elements that are named choose among those of the sets, as ADX shows no others.
    """
    if groups:
        through = models.DataElementGroup.data_elements.through
        members = through.objects.filter(dataelementgroup_id__in=[group.pk for group in groups])
        return sorted(set(members.values_list("dataelement_id", flat=True)))
    if narrows and elements:
        return [element.pk for element in elements]
    of_sets = models.DataSetElement.objects.filter(data_set_id__in=[data_set.pk for data_set in data_sets])
    return sorted(set(of_sets.values_list("data_element_id", flat=True)) | {element.pk for element in elements})


def _members(unit_groups: list[Any], scope: Scope) -> list[int]:
    """The units of the groups as far as the user may see them: DHIS2 would show all, and so the data of any unit."""
    if not unit_groups:
        return []
    through = models.OrganisationUnitGroup.organisation_units.through
    members = through.objects.filter(
        scope.to_q("organisationunit__"), organisationunitgroup_id__in=[group.pk for group in unit_groups]
    )
    return list(members.values_list("organisationunit_id", flat=True))


def find_duration(text: str) -> datetime.timedelta | None:
    """The length that a text like `10d` names; None if it names none: E2005 says so once all has been looked at."""
    try:
        return parse_duration(text)
    except ValueError:
        return None


def _last_updated(params: ExportParams) -> datetime.datetime | None:
    since = params.last_updated
    if since is None and params.last_updated_duration:
        since = timezone.now() - find_duration(params.last_updated_duration)
    return since and min(since, look_back(since) or since)


def _single(
    params: ExportParams, data_sets: list[Any], periods: list[Period], units: list[Any]
) -> tuple[Any, Period, Any] | None:
    if len(data_sets) == len(periods) == len(units) == 1 and not params.data_element_group:
        return data_sets[0], periods[0], units[0]
    return None
