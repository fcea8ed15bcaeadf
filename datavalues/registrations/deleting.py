"""Deletes registrations of some data sets in one org unit, or in those below it too.

DHIS2 asks neither for write access to the data nor for the capture hierarchy; this server asks for both.
Source: DHIS2 2.42, completeness registrations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from datavalues import errors as codes
from datavalues.attribute_combos import require_writable
from datavalues.importer.context import DataSet
from datavalues.importer.data_sets import load_data_sets
from datavalues.locking import is_expired, load_approvals, load_lock_exceptions, may_edit_expired
from datavalues.models import CompleteDataSetRegistration
from datavalues.registrations.params import RegistrationDeleteParams
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from metadata import models
from metadata.attribute_combos import attribute_option_combo
from metadata.hierarchy import capture_scope
from sharing.access import Principal, data_writable, readable


@transaction.atomic
def delete_registrations(params: RegistrationDeleteParams, *, user: Any) -> None:
    """Delete what the parameters name; there need not be any.

    Errors: 409 for an unknown data set, period or org unit, for data sets and options that the user may not write, org
        units that are not his, and locked data sets, all of which are named. Nothing is deleted then.
    """
    data_sets = _data_sets(params.ds, user.principal)
    period = find_period(params.pe) if params.pe else None
    if period is None:
        raise ApiError(codes.UNKNOWN_PERIOD, params.pe)
    units = _org_units(params)
    scope = capture_scope(user.pk)
    for unit in units:
        if not scope.covers(unit.path):
            raise ApiError(codes.E2020, unit.uid)
    combo = attribute_option_combo(params.cc, params.cp)
    require_writable(combo, user.principal)
    locked = locked_data_sets(data_sets, period, units, combo.pk, user.principal)
    if locked:
        raise ApiError(codes.LOCKED_DATA_SETS, ",".join(data_set.uid for data_set in locked))
    CompleteDataSetRegistration.objects.filter(
        data_set_id__in=[data_set.pk for data_set in data_sets], period__iso=period.iso,
        organisation_unit__in=units, attribute_option_combo=combo,
    ).delete()  # fmt: skip


def locked_data_sets(
    data_sets: Sequence[DataSet], period: Period, units: Sequence[Any], combo: int, principal: Principal
) -> list[DataSet]:
    """The data sets that are expired or approved in any of the org units."""
    now = timezone.now()
    expired = [] if may_edit_expired(principal) else [each for each in data_sets if is_expired(each, period, now)]
    exceptions = load_lock_exceptions(expired, [period])
    approvals = load_approvals(data_sets, [period], [unit.path for unit in units], hold=True)
    return [
        each for each in data_sets
        if any(
            (each in expired and (each.pk, period.iso, unit.pk) not in exceptions)
            or approvals.is_approved(each, period, unit.path, combo)
            for unit in units
        )
    ]  # fmt: skip


def _data_sets(uids: Sequence[str], principal: Principal) -> list[DataSet]:
    rules = get_schema("dataSet").rules
    known = models.DataSet.objects.filter(readable(rules, principal), uid__in=uids)
    found = load_data_sets(Q(pk__in=known.values("pk")))
    missing = [uid for uid in uids if uid not in {data_set.uid for data_set in found}]
    if missing or not uids:
        raise ApiError(codes.UNKNOWN_DATA_SET, ",".join(missing))
    writable = set(known.filter(data_writable(rules, principal)).values_list("uid", flat=True))
    for uid in uids:
        if uid not in writable:
            raise ApiError(codes.NO_DATA_WRITE, uid)
    return found


def _org_units(params: RegistrationDeleteParams) -> list[models.OrganisationUnit]:
    unit = models.OrganisationUnit.objects.filter(uid=params.ou).first()
    if unit is None:
        raise ApiError(codes.UNKNOWN_ORG_UNIT, params.ou)
    return [unit, *models.OrganisationUnit.objects.filter(parent=unit)] if params.multi_ou else [unit]
