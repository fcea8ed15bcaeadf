"""Completing one data set, as the data entry app does (DHIS2 2.42, data entry)."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from datavalues import errors as codes
from datavalues.attribute_combos import require_writable
from datavalues.cells import named_org_unit, named_period
from datavalues.importer.compulsory import unfilled_operands
from datavalues.models import CompleteDataSetRegistration
from datavalues.stored_periods import period_keys
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from metadata import models
from metadata.attribute_combos import attribute_option_combo
from sharing.access import data_writable, readable


class Attribute(msgspec.Struct):
    """An attribute option combo by category combo and options."""

    combo: str | None = None
    options: list[str] | None = None


class DataSetCompletion(msgspec.Struct, rename="camel"):
    """Whether a data set is complete, for what and where."""

    data_set: str = ""
    period: str = ""
    org_unit: str = ""
    attribute: Attribute | None = None
    completed: bool = True


COMPLETION = msgspec.json.Decoder(DataSetCompletion)


@transaction.atomic
def complete(asked: DataSetCompletion, user: Any) -> None:
    """Register that a data set is complete, or that it is not.

    Errors: E1105, E1101, E1102, E2020 for what is named; 409 for a data set or options whose data the user may not
        write, and for compulsory operands without a value if the data set insists on them.
    """
    data_set = _data_set(asked.data_set, user)
    period, unit = named_period(asked.period), named_org_unit(asked.org_unit, user)
    attribute = asked.attribute or Attribute()
    combo = attribute_option_combo(attribute.combo or "", attribute.options or [])
    require_writable(combo, user.principal)
    cell = data_set.pk, period_keys([period])[period.iso], unit.pk, combo.pk
    unfilled = unfilled_operands([cell]).get(cell)
    if asked.completed and unfilled is not None and unfilled.blocks:
        raise ApiError(codes.COMPULSORY_UNFILLED, ", ".join(unfilled.names))
    now = timezone.now()
    CompleteDataSetRegistration.objects.update_or_create(
        data_set_id=cell[0], period_id=cell[1], organisation_unit_id=cell[2], attribute_option_combo_id=cell[3],
        create_defaults=_columns(asked, user, now) | {"stored_by": user.username}, defaults=_columns(asked, user, now),
    )  # fmt: skip
    record_writer(now)


def _data_set(uid: str, user: Any) -> models.DataSet:
    rules = get_schema("dataSet").rules
    known = models.DataSet.objects.filter(readable(rules, user.principal), uid=uid)
    data_set = known.first()
    if data_set is None:
        raise ApiError(codes.E1105, uid)
    if not known.filter(data_writable(rules, user.principal)).exists():
        raise ApiError(codes.NO_DATA_WRITE, uid)
    return data_set


def _columns(asked: DataSetCompletion, user: Any, now: datetime.datetime) -> dict[str, Any]:
    return {
        "completed": asked.completed, "date": timezone.localdate(now), "last_updated": now,
        "last_updated_by": user.username,
    }  # fmt: skip
