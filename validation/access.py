"""Whose violations a user may see: those of rules that he may read, of org units where he enters or views data, under
attribute option combos whose data he may read. Superusers have places in the hierarchy, too.

What a user has computed is no way around the sharing of programs and data sets: DHIS2 asks analytics for such values,
which refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from datavalues.errors import E1102, E2020
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from expressions.items import ItemKind
from metadata.hierarchy import Scope, capture_scope, data_view_scope
from metadata.models import DataSet, OrganisationUnit, Program, ProgramIndicator, ValidationRule
from metadata.visibility import hidden_option_combos
from sharing.access import data_readable, readable
from validation.models import ValidationResult
from validation.rules.loading import Rule

# Items that stand for data of a program or data set: the model of their first part, whose sharing it has, and where.
SHARED = (
    ((ItemKind.PROGRAM_DATA_ELEMENT, ItemKind.PROGRAM_ATTRIBUTE), Program, "program", ""),
    ((ItemKind.PROGRAM_INDICATOR,), ProgramIndicator, "program", "program__"),
    ((ItemKind.REPORTING_RATE,), DataSet, "dataSet", ""),
)


def scope_of(user: Any) -> Scope:
    """The places of a user."""
    return Scope((*capture_scope(user.pk).paths, *data_view_scope(user.pk).paths))


def readable_rules(user: Any) -> QuerySet[ValidationRule]:
    """The rules that a user may read."""
    return ValidationRule.objects.filter(readable(get_schema("validationRule").rules, user.principal))


def of_readable_data(rules: Iterable[Rule], user: Any) -> list[Rule]:
    """The rules without those that name data of a program or data set which the user may not read; three queries."""
    kept = list(rules)
    for kinds, model, singular, prefix in SHARED:
        named = {item.parts[0] for rule in kept for item in rule.items if item.kind in kinds}
        if not named:
            continue
        rows = model.objects.filter(uid__in=named)
        shared = rows.filter(data_readable(get_schema(singular).rules, user.principal, prefix))
        hidden = set(rows.exclude(pk__in=shared.values("pk")).values_list("uid", flat=True))
        kept = [
            rule for rule in kept
            if not any(item.kind in kinds and item.parts[0] in hidden for item in rule.items)
        ]  # fmt: skip
    return kept


def visible_results(user: Any) -> QuerySet[ValidationResult]:
    """The stored results that a user may see."""
    shared = readable(get_schema("validationRule").rules, user.principal, "validation_rule__")
    hidden = Q(attribute_option_combo__in=hidden_option_combos(user.principal))
    return ValidationResult.objects.filter(scope_of(user).to_q("organisation_unit__"), shared).exclude(hidden)


def visible_org_unit(uid: str, user: Any) -> OrganisationUnit:
    """Errors: E1102 for one that does not exist, E2020 for one that lies elsewhere."""
    unit = OrganisationUnit.objects.filter(uid=uid).first()
    if unit is None:
        raise ApiError(E1102, uid)
    if not scope_of(user).covers(unit.path):
        raise ApiError(E2020, uid)
    return unit
