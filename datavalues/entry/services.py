"""Reads one filled form, and the past of one value (DHIS2 2.42, data entry). Queries: constant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from datavalues import errors as codes
from datavalues.audits.params import DataValueAuditParams
from datavalues.audits.services import data_value_audits
from datavalues.cells import named_org_unit, named_period
from datavalues.entry.params import FormParams
from datavalues.importer.context import DataSet
from datavalues.importer.data_sets import load_data_sets
from datavalues.locking import is_expired, load_approvals, load_lock_exceptions, may_edit_expired
from datavalues.models import CompleteDataSetRegistration, MinMaxDataElement
from datavalues.single.keys import KEY, ValueName, find_values, require, require_readable
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.periods import InvalidPeriod, Period
from dhis2api.web.timestamps import format_timestamp
from metadata import models
from metadata.attribute_combos import attribute_option_combo
from metadata.visibility import hidden_option_combos
from sharing.access import judge, readable

HISTORY = 13  # periods, the asked one among them

VALUES = """
    SELECT element.uid, period.iso, combo.uid, stored.value, stored.comment, stored.followup, stored.stored_by,
           stored.created, stored.last_updated
    FROM datavalue stored
    JOIN metadata_dataelement element ON element.id = stored.data_element_id
    JOIN metadata_period period ON period.id = stored.period_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = stored.category_option_combo_id
    WHERE stored.data_element_id = ANY(%(elements)s) AND period.iso = ANY(%(periods)s)
      AND stored.organisation_unit_id = %(unit)s AND stored.attribute_option_combo_id = %(attribute)s
      AND stored.category_option_combo_id <> ALL(%(hidden)s)
      AND (%(combo)s::int IS NULL OR stored.category_option_combo_id = %(combo)s) AND NOT stored.deleted
    ORDER BY element.uid, combo.uid, period.start_date DESC
"""


@dataclass(frozen=True, slots=True)
class Form:
    """A data set, or one value (None), for one period, org unit and attribute option combo."""

    data_set: DataSet | None
    period: Period
    unit: models.OrganisationUnit
    combo: models.CategoryOptionCombo


def read_form(params: FormParams, user: Any) -> dict[str, Any]:
    """Values, min-max limits, lock status and completeness of a form, in DHIS2's names.

    Errors: E1105, E1101, E1102, E2020, E2040, E1110, E1111, E2041 for what is named, E2010 and 403 for what the user
        may not read.
    """
    form = _find_form(params, user)
    elements = list(form.data_set.elements)
    rows = _fetch(form, elements, [form.period], hidden_option_combos(user.principal))
    return {
        "dataValues": _shown_values(rows, form),
        "minMaxValues": _limits(form, elements),
        "lockStatus": _lock_status(form, user),
        "completeStatus": _completeness(form),
    }


def read_context(name: ValueName, user: Any) -> dict[str, Any]:
    """The changes of one value, newest first, and the values of its cell in the asked period and the twelve before it,
    latest first.

    Errors: those of the key; 403 for values that the user may not read.
    """
    values = find_values([name], user)
    require(values, (*KEY, require_readable))
    resolved = values.resolved
    unit = models.OrganisationUnit.objects.get(pk=resolved.org_unit[0].pk)
    attribute = models.CategoryOptionCombo.objects.get(pk=resolved.attribute_option_combo[0].pk)
    form = Form(None, resolved.period[0], unit, attribute)
    element, combo = resolved.data_element[0].pk, resolved.category_option_combo[0].pk
    changes = DataValueAuditParams(
        ds=[], de=[resolved.data_element[0].uid], pe=[form.period.iso], ou=[unit.uid],
        co=resolved.category_option_combo[0].uid, cc=attribute.uid, audit_type=[],
    )  # fmt: skip
    audits, _ = data_value_audits(changes, user)
    return {
        "audits": audits,
        "history": _shown_values(_fetch(form, [element], _before(form.period), [], combo), form),
    }


def _find_form(params: FormParams, user: Any) -> Form:
    rules = get_schema("dataSet").rules
    data_set = models.DataSet.objects.filter(readable(rules, user.principal), uid=params.ds).first()
    if data_set is None:
        raise ApiError(codes.E1105, params.ds)
    if not judge(rules, data_set.sharing, user.principal).data_read:
        raise ApiError(codes.E2010, data_set.uid)
    period, unit = named_period(params.pe), named_org_unit(params.ou, user)
    combo = attribute_option_combo(params.cc, params.cp)
    if combo.pk in hidden_option_combos(user.principal):
        raise ApiError(codes.VALUE_HIDDEN, combo.uid)
    return Form(load_data_sets(Q(pk=data_set.pk))[0], period, unit, combo)


def _before(period: Period) -> list[Period]:
    found = [period]
    try:
        while len(found) < HISTORY:
            found.append(found[-1].previous())
    except InvalidPeriod:  # where the calendar begins
        pass
    return found


def _fetch(
    form: Form, elements: list[int], periods: Iterable[Period], hidden: list[int], combo: int | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(VALUES, {
            "elements": elements, "periods": [period.iso for period in periods], "unit": form.unit.pk,
            "attribute": form.combo.pk, "hidden": hidden, "combo": combo,
        })  # fmt: skip
        return cursor.fetchall()


def _shown_values(rows: Iterable[tuple[Any, ...]], form: Form) -> list[dict[str, Any]]:
    options = list(form.combo.category_options.order_by("pk").values_list("uid", flat=True))
    attribute = {"combo": form.combo.category_combo.uid, "options": options}
    return [
        _without_none({
            "dataElement": element, "period": period, "orgUnit": form.unit.uid, "categoryOptionCombo": combo,
            "attribute": attribute, "value": value, "comment": comment, "followUp": followup, "storedBy": stored_by,
            "created": format_timestamp(created), "lastUpdated": format_timestamp(last_updated),
        })
        for element, period, combo, value, comment, followup, stored_by, created, last_updated in rows
    ]  # fmt: skip


def _limits(form: Form, elements: list[int]) -> list[dict[str, Any]]:
    rows = MinMaxDataElement.objects.filter(source=form.unit, data_element_id__in=elements).order_by("pk")
    names = ("dataElement", "categoryOptionCombo", "minValue", "maxValue")
    columns = ("data_element__uid", "option_combo__uid", "min", "max")
    return [
        dict(zip(names, row, strict=True)) | {"orgUnit": form.unit.uid} for row in rows.values_list(*columns)
    ]  # fmt: skip


def _lock_status(form: Form, user: Any) -> str:
    """APPROVED before LOCKED before OPEN, as DHIS2 asks."""
    if load_approvals([form.data_set], [form.period], [form.unit.path]).is_approved(
        form.data_set, form.period, form.unit.path, form.combo.pk
    ):
        return "APPROVED"
    exception = (form.data_set.pk, form.period.iso, form.unit.pk)
    is_locked = is_expired(form.data_set, form.period, timezone.now()) and not may_edit_expired(user.principal)
    return "LOCKED" if is_locked and exception not in load_lock_exceptions([form.data_set], [form.period]) else "OPEN"


def _completeness(form: Form) -> dict[str, Any]:
    registered = CompleteDataSetRegistration.objects.filter(
        data_set_id=form.data_set.pk, period__iso=form.period.iso, organisation_unit=form.unit,
        attribute_option_combo=form.combo,
    ).first()  # fmt: skip
    if registered is None:
        return {"complete": False}
    return _without_none({
        "complete": registered.completed, "created": registered.date.isoformat(), "createdBy": registered.stored_by,
        "lastUpdated": format_timestamp(registered.last_updated), "lastUpdatedBy": registered.last_updated_by,
    })  # fmt: skip


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
