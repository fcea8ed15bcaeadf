"""One filled form held against the rules that name its data elements (DHIS2 2.42, data entry, validation).

A form knows its attribute option combo, so that rules are looked at under it, whatever is stored.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from analytics.items.operands import resolve
from datavalues import errors as data_codes
from datavalues.cells import named_period
from dhis2api.errors import ApiError
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period
from expressions.items import ItemKind
from metadata import models
from metadata.attribute_combos import attribute_option_combo
from metadata.visibility import hidden_option_combos
from sharing.access import judge, readable
from validation.access import of_readable_data, readable_rules, visible_org_unit
from validation.params import FormParams
from validation.results import show_results
from validation.rules.analysis import Analysis, Violation, find_violations
from validation.rules.loading import Rule, load_rules

LIMIT = 500  # violations of one form

# Cells of the form that have neither a value nor a comment.
UNEXPLAINED = """
    SELECT element.uid, element.name, combo.uid, combo.name
    FROM metadata_datasetelement AS member
    JOIN metadata_dataelement AS element ON element.id = member.data_element_id
    JOIN metadata_categoryoptioncombo AS combo
        ON combo.category_combo_id = coalesce(member.category_combo_id, element.category_combo_id)
    WHERE member.data_set_id = %(data_set)s AND NOT EXISTS (
        SELECT 1 FROM datavalue AS stored JOIN metadata_period AS period ON period.id = stored.period_id
        WHERE stored.data_element_id = element.id AND period.iso = %(period)s
          AND stored.organisation_unit_id = %(unit)s AND stored.category_option_combo_id = combo.id
          AND stored.attribute_option_combo_id = %(combo)s AND NOT stored.deleted
          AND (trim(coalesce(stored.value, '')) <> '' OR trim(coalesce(stored.comment, '')) <> '')
    )
    ORDER BY element.name, element.uid, combo.name, combo.uid
"""


def validate_form(uid: str, params: FormParams, user: Any, context: ReadingContext) -> dict[str, Any]:
    """What violates rules, and what lacks a comment.

    Errors: E1105, E1101, E1102, E1104, E2020, E2040, E1110, E1111, E2041 (409) for what is named; E2010 (409) and 403
        for what the user may not read.
    """
    rules = get_schema("dataSet").rules
    data_set = models.DataSet.objects.filter(readable(rules, user.principal), uid=uid).first()
    if data_set is None:
        raise ApiError(data_codes.E1105, uid)
    if not judge(rules, data_set.sharing, user.principal).data_read:
        raise ApiError(data_codes.E2010, data_set.uid)
    period, unit = named_period(params.pe), visible_org_unit(params.ou, user)
    combo = _combo(params)
    hidden = hidden_option_combos(user.principal)
    if combo.pk in hidden:
        raise ApiError(data_codes.VALUE_HIDDEN, combo.uid)
    found = find_violations(Analysis(
        rules=_rules_of(data_set, period, user), periods={period.type: [period]},
        org_units=models.OrganisationUnit.objects.filter(pk=unit.pk), today=timezone.localdate(), limit=LIMIT,
        attribute_option_combo=combo.pk,
    ))  # fmt: skip
    return {
        "validationRuleViolations": show_results(map(_row, found), parse_fields(":all"), context),
        "commentRequiredViolations": (
            _unexplained(data_set, period, unit, combo) if data_set.no_value_requires_comment else []
        ),
    }


def _combo(params: FormParams) -> models.CategoryOptionCombo:
    if not params.aoc:
        return attribute_option_combo(params.cc, params.cp)
    found = models.CategoryOptionCombo.objects.filter(uid=params.aoc).first()
    if found is None:
        raise ApiError(data_codes.E1104, params.aoc)
    return found


def _rules_of(data_set: models.DataSet, period: Period, user: Any) -> list[Rule]:
    """The rules of the period's type that name a data element of the form, and are meant for forms."""
    rows = readable_rules(user).filter(~Q(skip_form_validation=True), period_type=period.type.name)
    rules = of_readable_data(load_rules(rows).rules, user)
    members = set(data_set.data_set_elements.values_list("data_element_id", flat=True))
    items = {item.key: item for rule in rules for item in rule.items if item.kind is ItemKind.DATA_ELEMENT}
    named = {operand.item.key for operand in resolve(items.values()) if operand.element.pk in members}
    return [rule for rule in rules if not rule.keys.isdisjoint(named)]


def _row(found: Violation) -> dict[str, Any]:
    return {
        "id": found.result, "created": None, "iso": found.period.iso, "validation_rule_id": found.rule.pk,
        "organisation_unit_id": found.org_unit, "attribute_option_combo_id": found.attribute_option_combo,
        "leftside_value": found.left, "rightside_value": found.right, "day_in_period": found.day,
        "notification_sent": found.notification_sent,
    }  # fmt: skip


def _unexplained(
    data_set: models.DataSet, period: Period, unit: models.OrganisationUnit, combo: models.CategoryOptionCombo
) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(UNEXPLAINED, {"data_set": data_set.pk, "period": period.iso, "unit": unit.pk, "combo": combo.pk})
        return [
            {
                "id": f"{element}.{option_combo}", "displayName": f"{name} {option_combo_name}",
                "dataElement": {"id": element, "displayName": name},
                "categoryOptionCombo": {"id": option_combo, "displayName": option_combo_name},
            }
            for element, name, option_combo, option_combo_name in cursor.fetchall()
        ]  # fmt: skip
