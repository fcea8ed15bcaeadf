"""Lists, adds and removes lock exceptions (DHIS2 2.42, data values, locking)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from datavalues import errors as codes
from datavalues.lock_exceptions.params import LockExceptionListParams, LockExceptionParams
from datavalues.models import LockException
from datavalues.stored_periods import period_keys
from dhis2api.errors import E1003, ApiError
from dhis2api.objects.query.conditions import parse_filters
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.registry import get_schema
from dhis2api.periods import find_period
from dhis2api.web.timestamps import format_timestamp
from metadata import models
from metadata.hierarchy import capture_scope
from sharing.access import Principal, Verdict, judge, readable

MONTH = timedelta(days=30)
PATHS = {
    "organisationUnit.id": "organisation_unit__uid",
    "dataSet.id": "data_set__uid",
    "period": "period__iso",
    "period.id": "period__iso",
}
COLUMNS = ("data_set__uid", "data_set__name", "organisation_unit__uid", "organisation_unit__name", "period__iso",
           "created")  # fmt: skip


def list_lock_exceptions(params: LockExceptionListParams, user: Any) -> tuple[list[dict[str, Any]], int]:
    """A page of the exceptions of data sets that the user reads, newest first, and their number.

    Errors: E1003 for fields and filters that cannot be read.
    """
    selections = parse_fields(",".join(params.fields) or ":all")
    rows = _readable(user.principal).filter(_condition(params.filter)).order_by("-created", "-pk")
    total = rows.count()
    if params.is_paged:
        rows = rows[params.offset : params.offset + params.page_size]
    return [pick(_shown(*row), selections) for row in rows.values_list(*COLUMNS)], total


def list_combinations(user: Any) -> list[dict[str, Any]]:
    """The distinct data sets and periods that have exceptions."""
    rows = _readable(user.principal).order_by("data_set__name", "data_set__uid", "period__iso")
    pairs = rows.values_list("data_set__uid", "data_set__name", "period__iso").distinct()
    return [
        {"name": f"{name} ({_period(iso)['name']})", "dataSet": {"id": uid, "name": name}, "period": _period(iso)}
        for uid, name, iso in pairs
    ]


@transaction.atomic
def add_lock_exceptions(params: LockExceptionParams, user: Any) -> None:
    """Except those of the org units that report the data set.

    Errors: 409 for what does not exist, or if none of them reports it; 403 for org units where the user enters no
        data, superusers excepted, and for a data set that he may not change.
    """
    data_set, period = _data_set(params.ds, user.principal), find_period(params.pe)
    if data_set is None or period is None:
        raise ApiError(codes.LOCK_EXCEPTION_SUBJECT)
    units = _org_units(params.ou)
    if not _verdict(data_set, user.principal).update:
        raise ApiError(codes.LOCK_EXCEPTION_DATA_SET)
    _check_scope(units, user)
    linked = data_set.organisation_units.filter(pk__in=[unit.pk for unit in units])
    keys = list(linked.values_list("pk", flat=True))
    if not keys:
        raise ApiError(codes.LOCK_EXCEPTION_UNLINKED, ",".join(unit.uid for unit in units), data_set.uid)
    row = {"data_set_id": data_set.pk, "period_id": period_keys([period])[period.iso], "created": timezone.now()}
    LockException.objects.bulk_create(
        (LockException(organisation_unit_id=key, **row) for key in keys), ignore_conflicts=True
    )


def remove_old_lock_exceptions(now: datetime, months: int) -> int:
    """Remove exceptions that were made more than so many months ago; how many.

    Source: DHIS2 2.42, scheduling, LOCK_EXCEPTION_CLEANUP.
    """
    return LockException.objects.filter(created__lt=now - months * MONTH).delete()[0]


def remove_lock_exceptions(params: LockExceptionParams, user: Any) -> None:
    """Remove the exception of an org unit, or without one all of the data set and period.

    Errors: 409 for a combination that has none, 403 as for adding.
    """
    data_set, period = _data_set(params.ds, user.principal), find_period(params.pe)
    if data_set is None or period is None:
        raise ApiError(codes.LOCK_EXCEPTION_UNKNOWN)
    if not _verdict(data_set, user.principal).delete:
        raise ApiError(codes.LOCK_EXCEPTION_DATA_SET)
    rows = LockException.objects.filter(data_set=data_set, period__iso=period.iso)
    if params.ou:
        units = _org_units(params.ou)
        _check_scope(units, user)
        rows = rows.filter(organisation_unit__in=units)
    if not rows.delete()[0]:
        raise ApiError(codes.LOCK_EXCEPTION_UNKNOWN)


def _readable(principal: Principal) -> QuerySet[LockException]:
    return LockException.objects.filter(readable(get_schema("dataSet").rules, principal, "data_set__"))


def _condition(filters: list[str]) -> Q:
    found = Q()
    for condition in parse_filters(filters):
        path = PATHS.get(condition.path)
        if path is None:
            raise ApiError(E1003, f"Unknown path property: {condition.path}")
        if condition.operator not in ("eq", "in"):
            raise ApiError(E1003, f"Operator `{condition.operator}` is not supported here, use eq or in")
        values = condition.listed() if condition.operator == "in" else [condition.value or ""]
        found &= Q(**{f"{path}__in": [_canonical(path, text.strip()) for text in values]})
    return found


def _canonical(path: str, text: str) -> str:
    period = find_period(text) if path == "period__iso" else None
    return period.iso if period else text


def _shown(data_set: str, data_set_name: str, unit: str, unit_name: str, iso: str, created: Any) -> dict[str, Any]:
    period = _period(iso)
    return {
        "name": f"{data_set_name} ({unit_name}, {period['name']})", "period": period,
        "organisationUnit": {"id": unit, "name": unit_name}, "dataSet": {"id": data_set, "name": data_set_name},
        "created": format_timestamp(created),
    }  # fmt: skip


def _period(iso: str) -> dict[str, str]:
    period = find_period(iso)
    return {"id": iso, "name": period.display_name if period else iso}


def _data_set(uid: str, principal: Principal) -> models.DataSet | None:
    return models.DataSet.objects.filter(readable(get_schema("dataSet").rules, principal), uid=uid).first()


def _verdict(data_set: models.DataSet, principal: Principal) -> Verdict:
    return judge(get_schema("dataSet").rules, data_set.sharing, principal)


def _org_units(text: str) -> list[models.OrganisationUnit]:
    uids = [uid.strip() for uid in text.strip().removeprefix("[").removesuffix("]").split(",") if uid.strip()]
    if not uids:
        raise ApiError(codes.LOCK_EXCEPTION_NO_ORG_UNIT)
    found = {unit.uid: unit for unit in models.OrganisationUnit.objects.filter(uid__in=uids)}
    for uid in uids:
        if uid not in found:
            raise ApiError(codes.LOCK_EXCEPTION_ORG_UNIT, uid)
    return list(found.values())


def _check_scope(units: list[models.OrganisationUnit], user: Any) -> None:
    scope = capture_scope(user.pk)
    if not user.principal.is_superuser and not all(scope.covers(unit.path) for unit in units):
        raise ApiError(codes.LOCK_EXCEPTION_SCOPE)
