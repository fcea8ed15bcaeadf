"""Conditions on the caller's own rights: `access.read:eq:true` and kin."""

from __future__ import annotations

from django.db.models import Q

from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.operators import find_operator
from dhis2api.objects.query.scope import EVERYTHING, NOTHING, FilterScope
from dhis2api.objects.schema import Schema
from sharing.access import data_readable, data_writable, judge, readable


def on_access(schema: Schema, condition: Condition, scope: FilterScope) -> Q:
    """`access.read:eq:true` and kin: the caller's own rights."""
    operator = find_operator(condition.operator)
    if operator.lookup.removeprefix("not_") != "exact":
        raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
    wanted = ((condition.value or "").lower() == "true") != operator.negated
    right = condition.path.removeprefix("access.")
    rules = schema.rules
    if right == "read":
        found = readable(rules, scope.principal)
    elif right == "data.read":
        found = data_readable(rules, scope.principal)
    elif right == "data.write":
        found = data_writable(rules, scope.principal)
    elif right in ("write", "update", "delete", "manage"):
        found = _judged(schema, right, scope)
    else:
        raise condition.fault("path", f"Unknown path property: {condition.path}")
    if not found:
        return EVERYTHING if wanted else NOTHING
    return found if wanted else ~found


def _judged(schema: Schema, right: str, scope: FilterScope) -> Q:
    """Rights that depend on more than grants, decided by the rule table for each distinct `sharing`."""
    if scope.principal.is_superuser:
        return EVERYTHING
    if not schema.shareable:
        return EVERYTHING if getattr(judge(schema.rules, None, scope.principal), right) else NOTHING
    rows = schema.model._base_manager.filter(readable(schema.rules, scope.principal)).values_list("pk", "sharing")
    return Q(pk__in=[pk for pk, sharing in rows if getattr(judge(schema.rules, sharing, scope.principal), right)])
