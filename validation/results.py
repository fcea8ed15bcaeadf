"""Stored results, listed and deleted in a fixed number of queries (DHIS2 2.42, validation results)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.timezone import make_aware

from dhis2api.errors import ApiError, Code
from dhis2api.objects.query.fields import Selection, parse_fields
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_by_pk
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import compile_selections
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from dhis2api.web.timestamps import format_timestamp
from metadata.maintenance import require_maintainer
from metadata.models import OrganisationUnit, ValidationRule
from validation import errors as codes
from validation.access import readable_rules, visible_results
from validation.models import ValidationResult
from validation.params import ResultListParams, ResultRemovalParams

# Members that refer to objects: their types and the columns of their keys.
REFERENCES = {
    "validationRule": ("validationRule", "validation_rule_id"),
    "organisationUnit": ("organisationUnit", "organisation_unit_id"),
    "attributeOptionCombo": ("categoryOptionCombo", "attribute_option_combo_id"),
}
# What analytics builds its table of results from.
FOR_ANALYTICS = """
    SELECT rule.uid AS rule_uid, result.period_id, result.organisation_unit_id, result.attribute_option_combo_id,
        result.created
    FROM validation_validationresult AS result
    JOIN metadata_validationrule AS rule ON rule.id = result.validation_rule_id
"""
NAMES = tuple(Selection(name) for name in ("id", "name", "displayName"))
LARGEST = 2**63 - 1
DIGITS = len(str(LARGEST))
MOST = 50_000  # results in one answer


def list_results(params: ResultListParams, user: Any, context: ReadingContext) -> tuple[list[dict[str, Any]], int]:
    """A page of the results that the user may see, newest first, and how many there are in all.

    Errors: E7500, E7501 for what does not exist, E7502 for a text that is no period (409); E1003 for unreadable fields;
        409 for more results than one answer holds.
    """
    selections = parse_fields(",".join(params.fields) or ":all")
    rows = visible_results(user).filter(
        _of_units(params.ou), _of_rules(params.vr, readable_rules(user)), _touching(params.pe)
    )
    if params.created_date is not None:
        rows = rows.filter(created__gte=params.created_date)
    total = rows.count()
    if not params.is_paged and total > MOST:
        raise ApiError(codes.TOO_MANY_RESULTS, MOST)
    page = rows.order_by("-pk")
    if params.is_paged:
        page = page[params.offset : params.offset + params.page_size]
    return show_results(_columns(page), selections, context), total


def get_result(text: str, fields: Sequence[str], user: Any, context: ReadingContext) -> dict[str, Any]:
    """One result. Errors: 404 for one that does not exist or that the user may not see."""
    selections = parse_fields(",".join(fields) or ":all")
    found = show_results(_columns(visible_results(user).filter(pk=_key(text))), selections, context)
    if not found:
        raise ApiError(codes.RESULT_UNKNOWN, text)
    return found[0]


def delete_result(text: str, user: Any) -> None:
    """Delete one. Errors: 403 without the authority, 404 as `get_result`."""
    require_maintainer(user.principal)
    deleted, _ = visible_results(user).filter(pk=_key(text)).delete()
    if not deleted:
        raise ApiError(codes.RESULT_UNKNOWN, text)


def delete_results(params: ResultRemovalParams, user: Any) -> None:
    """Delete all that fit, of those that the user may see. Errors: 403 without the authority; E7500-E7503 (409)."""
    require_maintainer(user.principal)
    rows = visible_results(user).filter(
        _of_units(params.ou), _of_rules(params.vr, readable_rules(user)), _touching([params.pe] if params.pe else [])
    )
    if params.created:
        period = _named_period(params.created, codes.E7503)
        rows = rows.filter(created__gte=_midnight(period.start), created__lt=_midnight(_day_after(period.end)))
    if params.notification_sent is not None:
        rows = rows.filter(notification_sent=params.notification_sent)
    rows.delete()


def show_results(
    rows: Iterable[Mapping[str, Any]], selections: tuple[Selection, ...], context: ReadingContext
) -> list[dict[str, Any]]:
    """Results as `fields` says; what they refer to is loaded in one query a type, and one for each collection shown.

    Shapes: `rows` are dicts of the model's columns, with `iso`, the period.
    """
    found = list(rows)
    objects = {}
    for member, (singular, column) in REFERENCES.items():
        asked = next((s.children for s in selections if s.name == member and s.children), NAMES)
        plan = compile_selections(get_schema(singular), asked)
        objects[member] = load_by_pk(plan, {row[column] for row in found}, context).shown
    # What stands in brackets of a reference is picked by now, and may have other names.
    flat = tuple(
        Selection(s.name, None if s.name in REFERENCES else s.children, s.transformers, s.excluded) for s in selections
    )
    return [pick(_shown(row, objects), flat) for row in found]


def show_period(iso: str) -> dict[str, Any]:
    """A period as results refer to it."""
    period = find_period(iso)
    name = period.display_name if period else iso
    shown: dict[str, Any] = {"id": iso, "code": iso, "name": name, "displayName": name}
    if period is not None:
        shown |= {
            "periodType": period.type.name, "startDate": period.start.isoformat(), "endDate": period.end.isoformat(),
        }  # fmt: skip
    return shown


def _shown(row: Mapping[str, Any], objects: Mapping[str, Mapping[int, Any]]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": row["id"]} if row.get("id") is not None else {}
    if row.get("created") is not None:
        shown["created"] = format_timestamp(row["created"])
    shown["period"] = show_period(row["iso"])
    for member, (_, column) in REFERENCES.items():
        shown[member] = objects[member].get(row[column])
    shown |= {"leftsideValue": row["leftside_value"], "rightsideValue": row["rightside_value"]}
    if row["day_in_period"] is not None:
        shown["dayInPeriod"] = row["day_in_period"]
    return shown | {"notificationSent": row["notification_sent"]}


def _columns(rows: QuerySet[ValidationResult]) -> Iterable[Mapping[str, Any]]:
    return rows.values(
        "id", "created", "leftside_value", "rightside_value", "day_in_period", "notification_sent",
        *(column for _, column in REFERENCES.values()), iso=F("period__iso"),
    )  # fmt: skip


def _key(text: str) -> int:
    """Errors: 404 for what no result can have as its number."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text) <= LARGEST):
        raise ApiError(codes.RESULT_UNKNOWN, text)
    return int(text)


def _of_units(uids: Sequence[str]) -> Q:
    return Q(organisation_unit__in=_keys(OrganisationUnit.objects.all(), uids, codes.E7500)) if uids else Q()


def _of_rules(uids: Sequence[str], known: QuerySet[ValidationRule]) -> Q:
    return Q(validation_rule__in=_keys(known, uids, codes.E7501)) if uids else Q()


def _keys(known: QuerySet[Any], uids: Sequence[str], code: Code) -> list[int]:
    found = dict(known.filter(uid__in=set(uids)).values_list("uid", "pk"))
    for uid in uids:
        if uid not in found:
            raise ApiError(code, uid)
    return list(found.values())


def _touching(texts: Sequence[str]) -> Q:
    """Results of periods that have a day in common with one of these."""
    condition = Q()
    for text in texts:
        period = _named_period(text, codes.E7502)
        condition |= Q(period__start_date__lte=period.end, period__end_date__gte=period.start)
    return condition


def _named_period(text: str, code: Code) -> Period:
    period = find_period(text)
    if period is None:
        raise ApiError(code, text)
    return period


def _midnight(day: datetime.date) -> datetime.datetime:
    return make_aware(datetime.datetime.combine(day, datetime.time.min))


def _day_after(day: datetime.date) -> datetime.date:
    return day if day == datetime.date.max else day + datetime.timedelta(days=1)
