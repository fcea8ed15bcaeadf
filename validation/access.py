"""Whose violations a user may see: those of rules that he may read, of org units where he enters or views data, under
attribute option combos whose data he may read. Superusers have places in the hierarchy, too."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from datavalues.errors import E1102, E2020
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from metadata.hierarchy import Scope, capture_scope, data_view_scope
from metadata.models import OrganisationUnit, ValidationRule
from metadata.visibility import hidden_option_combos
from sharing.access import readable
from validation.models import ValidationResult


def scope_of(user: Any) -> Scope:
    """The places of a user."""
    return Scope((*capture_scope(user.pk).paths, *data_view_scope(user.pk).paths))


def readable_rules(user: Any) -> QuerySet[ValidationRule]:
    """The rules that a user may read."""
    return ValidationRule.objects.filter(readable(get_schema("validationRule").rules, user.principal))


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
