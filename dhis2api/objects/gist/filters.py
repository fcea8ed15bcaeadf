"""The `filter` language of gists: that of lists, with groups and with questions for anybody's access.

`1:name:eq:x` puts a filter into group 1: within a group filters are joined the other way round than groups are.
`id:canWrite:{user}` asks whether a user may write the object. Source: DHIS2 2.42, metadata gist, filters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import INVALID_QUERY, NO_READ_TYPE
from dhis2api.objects.params import Junction
from dhis2api.objects.query.conditions import MAX_FILTERS, Condition, parse_filters
from dhis2api.objects.query.filters import compile_condition
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema
from sharing.access import Principal, access_matches, can_read_type

_GROUPED = re.compile(r"(\d{1,9}):(.*)", re.DOTALL)
_NEXT_GROUPED = re.compile(r",(?=\d{1,9}:[A-Za-z])")
_PATTERN = re.compile(r"[rw_%-]{1,8}")
# What each asks of the user's `access` to the object.
_QUESTIONS = {
    "canread": "access.read", "canwrite": "access.write", "candataread": "access.data.read",
    "candatawrite": "access.data.write",
}  # fmt: skip


def compile_gist_filters(schema: Schema, texts: Sequence[str], scope: FilterScope, junction: Junction) -> Q:
    """One `Q` for all filters. Errors: as for the filters of lists; 404 for a user whose access is asked for."""
    alone: list[list[Condition]] = []
    groups: dict[str, list[Condition]] = defaultdict(list)
    for occurrence, text in enumerate(texts, 1):
        start = 0
        for piece in _NEXT_GROUPED.split(text):
            group, rest = _split_group(piece)
            found = [
                replace(condition, occurrence=occurrence, start=start + len(piece) - len(rest) + condition.start)
                for condition in parse_filters([rest])
            ]
            if group is None:
                alone += [[condition] for condition in found]
            else:
                groups[group] += found
            start += len(piece) + 1
    sets = [*alone, *groups.values()]
    if sum(map(len, sets)) > MAX_FILTERS:
        raise ApiError(INVALID_QUERY, f"More than {MAX_FILTERS} filters")
    inner = Junction.AND if junction is Junction.OR else Junction.OR
    return _joined([_joined([_compile(schema, c, scope) for c in one], inner) for one in sets], junction)


def _split_group(text: str) -> tuple[str | None, str]:
    grouped = _GROUPED.fullmatch(text)
    return (grouped[1], grouped[2]) if grouped else (None, text)


def _joined(found: list[Q], junction: Junction) -> Q:
    joined = Q()
    for one in found:
        joined = (joined | one) if junction is Junction.OR else (joined & one)
    return joined


def _compile(schema: Schema, condition: Condition, scope: FilterScope) -> Q:
    question = condition.operator.lower()
    if question not in _QUESTIONS and question != "canaccess":
        return compile_condition(schema, condition, scope)
    if condition.path != "id":
        raise condition.fault("path", f"Unknown path property: {condition.path}")
    values = [part.strip() for part in (condition.value or "").strip("[]").split(",") if part.strip()]
    if question == "canaccess":
        return _on_pattern(schema, condition, values, scope)
    principal = _principal(values[0], scope) if values else scope.principal
    return compile_condition(schema, Condition(_QUESTIONS[question], "eq", "true"), FilterScope(principal))


def _on_pattern(schema: Schema, condition: Condition, values: list[str], scope: FilterScope) -> Q:
    """`canAccess:rw%` or `canAccess:[user,rw%]`: some grant of the user looks like the pattern."""
    if not values or not _PATTERN.fullmatch(values[-1]):
        raise condition.fault("value", f"Invalid filter => {condition.text}")
    principal = _principal(values[0], scope) if len(values) > 1 else scope.principal
    return access_matches(schema.rules, principal, values[-1]) or ~Q(pk__in=[])


def _principal(uid: str, scope: FilterScope) -> Principal:
    """Another user as a principal, for those who may read users."""
    if uid == scope.principal.uid:
        return scope.principal
    schema = get_schema("user")
    if not can_read_type(schema.rules, scope.principal):
        raise ApiError(NO_READ_TYPE)
    user = schema.model._base_manager.filter(uid=uid).first()
    if user is None:
        raise ApiError(E1005, "User", uid)
    return user.principal
