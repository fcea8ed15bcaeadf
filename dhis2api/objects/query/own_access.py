"""Conditions on the caller's own rights: `access.read:eq:true` and kin."""

from __future__ import annotations

from django.db.models import Q

from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.operators import find_operator
from dhis2api.objects.query.scope import EVERYTHING, NOTHING, FilterScope
from dhis2api.objects.schema import Schema
from sharing.access import readable, rows_with

_RIGHTS = frozenset({"write", "update", "delete", "manage", "data.read", "data.write"})


def on_access(schema: Schema, condition: Condition, scope: FilterScope) -> Q:
    """`access.read:eq:true` and kin: the caller's own rights."""
    operator = find_operator(condition.operator)
    if operator.lookup.removeprefix("not_") != "exact":
        raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
    wanted = ((condition.value or "").lower() == "true") != operator.negated
    right = condition.path.removeprefix("access.")
    if right == "read":
        found = readable(schema.rules, scope.principal)
    elif right in _RIGHTS:
        found = rows_with(schema.rules, scope.principal, right)
    else:
        raise condition.fault("path", f"Unknown path property: {condition.path}")
    if not found:
        return EVERYTHING if wanted else NOTHING
    return found if wanted else ~found
