"""Reads registrations: constraints and access first, then one statement whose rows are streamed.

Source: DHIS2 2.42, completeness registrations (E2002-E2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from datavalues import errors as codes
from datavalues.export_query import find_duration
from datavalues.models import CompleteDataSetRegistration
from datavalues.registrations.params import RegistrationExportParams
from datavalues.registrations.records import ITEM, ROOT
from dhis2api.errors import ApiError, Code
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from dhis2api.web.xml import DXF, clean_text
from metadata import models
from metadata.hierarchy import Scope, capture_scope
from sharing.access import readable

BATCH = 2_000
MEMBERS = ("period", "dataSet", "organisationUnit", "attributeOptionCombo", "date", "storedBy", "lastUpdatedBy",
           "completed")  # fmt: skip
_SCHEMES = {"uid": "uid", "id": "uid", "code": "code", "name": "name"}


def export_registrations(params: RegistrationExportParams, *, user: Any, format: str) -> Iterator[bytes]:
    """The registrations that the parameters ask for, as chunks of a document in `format` ("json" or "xml").

    Errors: E2012, then the last of E2013, E2002-E2009 that applies, before the first chunk.
    """
    rows = _compile(params, user)
    return (_as_xml if format == "xml" else _as_json)(_rows(rows, params))


def _compile(params: RegistrationExportParams, user: Any) -> QuerySet[CompleteDataSetRegistration]:
    data_sets = list(
        models.DataSet.objects.filter(
            readable(get_schema("dataSet").rules, user.principal), uid__in=params.data_set
        ).values_list("pk", flat=True)
    )
    periods = [period for period in map(find_period, params.period) if period is not None]
    units = list(models.OrganisationUnit.objects.filter(uid__in=params.org_unit))
    groups = list(
        models.OrganisationUnitGroup.objects.filter(
            readable(get_schema("organisationUnitGroup").rules, user.principal), uid__in=params.org_unit_group
        )
    )
    scope = capture_scope(user.pk)
    for unit in units:
        if not scope.covers(unit.path):
            raise ApiError(codes.E2012, unit.uid)
    faults = list(_faults(params, data_sets, periods, units, groups))
    if faults:
        raise ApiError(*faults[-1])
    wanted = Q(data_set_id__in=data_sets) & _places(params, units, groups, scope)
    if periods:
        wanted &= Q(period__iso__in=[period.iso for period in periods])
    elif params.start_date and params.end_date:
        wanted &= Q(period__start_date__gte=params.start_date, period__end_date__lte=params.end_date)
    since = _since(params)
    if since is not None:
        wanted &= Q(date__gte=since)
    rows = CompleteDataSetRegistration.objects.filter(wanted).order_by("pk")
    return rows if params.limit is None else rows[: params.limit]


def _faults(
    params: RegistrationExportParams, data_sets: list[int], periods: list[Period], units: list[Any], groups: list[Any]
) -> Iterator[tuple[Code, *tuple[object, ...]]]:
    """In DHIS2's order; the last one is reported."""
    has_dates = params.start_date is not None and params.end_date is not None
    if not data_sets:
        yield (codes.E2013,)
    if not (periods or has_dates or params.created or params.created_duration):
        yield (codes.E2002,)
    if periods and has_dates:
        yield (codes.E2003,)
    if has_dates and params.start_date > params.end_date:
        yield (codes.E2004,)
    if params.created_duration and find_duration(params.created_duration) is None:
        yield (codes.E2005, params.created_duration)
    if not (units or groups):
        yield (codes.E2006,)
    if params.children and groups:
        yield (codes.E2007,)
    if params.children and not units:
        yield (codes.E2008,)
    if params.limit is not None and params.limit < 0:
        yield (codes.E2009, params.limit)


def _places(params: RegistrationExportParams, units: list[Any], groups: list[Any], scope: Scope) -> Q:
    """Members of groups as far as the user may see them."""
    if params.children:
        return Scope(tuple(unit.path for unit in units)).to_q("organisation_unit__")
    named = Q(organisation_unit__in=units)
    if not groups:
        return named
    through = models.OrganisationUnitGroup.organisation_units.through
    members = through.objects.filter(scope.to_q("organisationunit__"), organisationunitgroup__in=groups)
    return named | Q(organisation_unit_id__in=members.values("organisationunit_id"))


def _since(params: RegistrationExportParams) -> date | None:
    if params.created is not None:
        return timezone.localdate(params.created)
    duration = find_duration(params.created_duration) if params.created_duration else None
    return None if duration is None else timezone.localdate(timezone.now() - duration)


def _rows(rows: QuerySet[CompleteDataSetRegistration], params: RegistrationExportParams) -> Iterator[Sequence[Any]]:
    """Values in the order of `MEMBERS`."""
    found = rows.values_list(
        "period__iso",
        f"data_set__{_scheme(params, 'data_set')}",
        f"organisation_unit__{_scheme(params, 'org_unit')}",
        f"attribute_option_combo__{_scheme(params, 'attribute_option_combo')}",
        "date", "stored_by", "last_updated_by", "completed",
    )  # fmt: skip
    with transaction.atomic():
        yield from found.iterator(chunk_size=BATCH)


def _scheme(params: RegistrationExportParams, name: str) -> str:
    text = getattr(params, f"{name}_id_scheme") or params.id_scheme or "uid"
    return _SCHEMES.get(text.lower(), "uid")


def _as_json(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Nothing found is `{}`, as DHIS2 answers."""
    before = b'{"completeDataSetRegistrations":['
    for row in rows:
        members = {name: value for name, value in zip(MEMBERS, row, strict=True) if value is not None}
        yield before + orjson.dumps(members)
        before = b","
    yield b"]}" if before == b"," else b"{}"


def _as_xml(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    opening = f"<?xml version='1.0' encoding='UTF-8'?>\n<{ROOT} xmlns={quoteattr(DXF)}".encode()
    before = opening + b">"
    for row in rows:
        members = {name: value for name, value in zip(MEMBERS, row, strict=True) if value is not None}
        attributes = "".join(f" {name}={quoteattr(_text(value))}" for name, value in members.items())
        yield before + f"<{ITEM}{attributes}/>".encode()
        before = b""
    yield f"</{ROOT}>".encode() if not before else opening + b"/>"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else clean_text(str(value))
