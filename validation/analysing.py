"""Rules run by a user over a part of the hierarchy, at once (DHIS2 2.42, data analysis, validation rules)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from configuration.settings import system_setting
from dhis2api.errors import E1005, ApiError
from dhis2api.objects.query.fields import Selection
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_by_pk
from dhis2api.objects.reading.plan import compile_selections
from dhis2api.objects.registry import get_schema
from dhis2api.web.bodies import decode_json
from dhis2api.web.timestamps import parse_date
from metadata.enums import Operator
from metadata.hierarchy import Scope
from metadata.models import OrganisationUnit, ValidationRule, ValidationRuleGroup
from metadata.visibility import hidden_option_combos
from sharing.access import readable
from validation import errors as codes
from validation.access import of_readable_data, readable_rules, visible_org_unit
from validation.notifications import hand_over
from validation.rules.analysis import Analysis, Violation, find_violations
from validation.rules.loading import load_rules
from validation.rules.periods import periods_within
from validation.rules.storing import store_violations

MAX_RESULTS = 500
# Operators as they are shown between two numbers.
SIGNS = {
    Operator.equal_to: "==", Operator.not_equal_to: "!=", Operator.greater_than: ">",
    Operator.greater_than_or_equal_to: ">=", Operator.less_than: "<", Operator.less_than_or_equal_to: "<=",
    Operator.compulsory_pair: "[Compulsory pair]", Operator.exclusive_pair: "[Exclusive pair]",
}  # fmt: skip
NAMES = tuple(Selection(name) for name in ("id", "displayName"))
WITH_DESCRIPTION = tuple(Selection(name) for name in ("id", "displayName", "displayDescription"))


class AnalysisBody(msgspec.Struct, rename="camel"):
    """What is asked for, as it is sent."""

    start_date: str | None = None
    end_date: str | None = None
    ou: str | None = None
    vrg: str | None = None
    persist: bool = False
    notification: bool = False
    max_results: int | None = None


_BODY = msgspec.json.Decoder(AnalysisBody)


def decode_analysis(data: bytes) -> AnalysisBody:
    """Errors: ApiError 400 for what cannot be read."""
    return decode_json(data, _BODY)


@transaction.atomic
def analyse(asked: AnalysisBody, user: Any, context: ReadingContext) -> list[dict[str, Any]]:
    """Violations of the rules that the user may read, by an org unit and all below it.

    Errors: 400 without an org unit or dates, for dates in the wrong order and for a number of results out of bounds;
        E1102 and E2020 (409) for the org unit, 404 for the group.
    """
    if not asked.ou:
        raise ApiError(codes.NO_ORG_UNIT)
    start, end = _date(asked.start_date), _date(asked.end_date)
    if start > end:
        raise ApiError(codes.DATES_REVERSED, start, end)
    limit = _limit(asked.max_results)
    unit = visible_org_unit(asked.ou, user)
    rules = of_readable_data(load_rules(_rules(asked.vrg, user)).rules, user)
    found = find_violations(Analysis(
        rules=rules, periods=periods_within({rule.period_type for rule in rules}, start, end),
        org_units=OrganisationUnit.objects.filter(Scope((unit.path,)).to_q()), today=timezone.localdate(), limit=limit,
        hidden=frozenset(hidden_option_combos(user.principal)),
    ))  # fmt: skip
    if asked.persist:
        found = store_violations(found)
    if asked.notification:
        hand_over(found)
    return show_violations(found, context)


def show_violations(found: Sequence[Violation], context: ReadingContext) -> list[dict[str, Any]]:
    """Violations in the flat shape of interactive analysis, without those of what was deleted meanwhile; a fixed number
    of queries."""
    rules = _named("validationRule", {each.rule.pk for each in found}, context, WITH_DESCRIPTION)
    units = _named("organisationUnit", {each.org_unit for each in found}, context)
    combos = _named("categoryOptionCombo", {each.attribute_option_combo for each in found}, context)
    paths = dict(OrganisationUnit.objects.filter(pk__in=units).values_list("pk", "path"))
    above = {uid for path in paths.values() for uid in _ancestors(path)}
    names = {
        shown["id"]: shown.get("displayName") or ""
        for shown in _named(
            "organisationUnit",
            set(OrganisationUnit.objects.filter(uid__in=above).values_list("pk", flat=True)),
            context,
        ).values()
    }
    shown = []
    for each in found:
        if each.rule.pk not in rules or each.org_unit not in paths or each.attribute_option_combo not in combos:
            continue
        rule, unit, combo = rules[each.rule.pk], units[each.org_unit], combos[each.attribute_option_combo]
        path = paths[each.org_unit]
        shown.append(
            {
                "validationRuleId": rule["id"],
                "validationRuleDescription": rule.get("displayDescription") or rule.get("displayName") or "",
                "organisationUnitId": unit["id"],
                "organisationUnitDisplayName": unit.get("displayName") or "",
                "organisationUnitPath": path,
                "organisationUnitAncestorNames": " / ".join(names.get(uid, "") for uid in _ancestors(path)),
                "periodId": each.period.iso,
                "periodDisplayName": each.period.display_name,
                "attributeOptionComboId": combo["id"],
                "attributeOptionComboDisplayName": combo.get("displayName") or "",
                "importance": each.rule.importance,
                "leftSideValue": each.left,
                "operator": SIGNS[each.rule.operator],
                "rightSideValue": each.right,
            }
        )
    return shown


def _named(
    singular: str, keys: set[int], context: ReadingContext, fields: tuple[Selection, ...] = NAMES
) -> dict[int, dict[str, Any]]:
    return dict(load_by_pk(compile_selections(get_schema(singular), fields), keys, context).shown)


def _ancestors(path: str) -> list[str]:
    return path.split("/")[1:-1]


def _rules(group: str | None, user: Any) -> QuerySet[ValidationRule]:
    """Those of a group, or all. Errors: 404 for a group that does not exist or may not be read."""
    rules = readable_rules(user)
    if not group:
        return rules
    visible = readable(get_schema("validationRuleGroup").rules, user.principal)
    found = ValidationRuleGroup.objects.filter(visible, uid=group).first()
    if found is None:
        raise ApiError(E1005, "ValidationRuleGroup", group)
    return rules.filter(validation_rule_groups=found)


def _date(text: str | None) -> datetime.date:
    try:
        return parse_date(text or "")
    except ValueError as error:
        raise ApiError(codes.NO_DATES, text or "") from error


def _limit(asked: int | None) -> int:
    most = system_setting("keyDataQualityMaxLimit")
    if asked is None:
        return min(MAX_RESULTS, most)
    if not 1 <= asked <= most:
        raise ApiError(codes.MAX_RESULTS, most, asked)
    return asked
