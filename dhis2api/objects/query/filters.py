"""The `filter` language: conditions to a `Q`.

Values go to the database as parameters and names are looked up in the schema: no text of a request becomes SQL.
Source: DHIS2 2.42, metadata API, object filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_changes
from datetime import datetime, time
from typing import Any

from django.db.models import Count, DateTimeField, F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Concat
from django.utils.timezone import get_default_timezone

from dhis2api.errors import ApiError
from dhis2api.objects.base_members import display_name_of
from dhis2api.objects.declarations import Computed, ComputedValue
from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.displayed import displayed_text, falls_back
from dhis2api.objects.query.documents import DocumentFilter
from dhis2api.objects.query.lookups import NEGATED, JsonSize
from dhis2api.objects.query.memory import MAX_ROWS, holds
from dhis2api.objects.query.operators import Operator, find_operator
from dhis2api.objects.query.own_access import on_access
from dhis2api.objects.query.scope import NOTHING, FilterScope
from dhis2api.objects.query.texts import WORDS, any_of, on_text, on_words, parsed, without_value
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from dhis2api.objects.uids import is_uid
from dhis2api.objects.writers import look_back
from sharing.access import can_read_type, readable

MAX_STEPS = 10  # of a path

_ATTRIBUTE_ID = "attributeValues.attribute.id"
# What a reference to a user shows is what a filter may ask of it without the right to read users.
_OF_USER_REFERENCES = frozenset({"id", "code", "name", "displayName", "username"})


def compile_filters(schema: Schema, conditions: Sequence[Condition], scope: FilterScope, *, junction: str = "AND") -> Q:
    """One `Q` for all conditions, joined by `junction` (AND or OR)."""
    joined = Q()
    for condition in conditions:
        one = compile_condition(schema, condition, scope)
        joined = (joined | one) if junction == "OR" else (joined & one)
    return joined


def compile_condition(schema: Schema, condition: Condition, scope: FilterScope) -> Q:
    """The `Q` of one condition. Errors: E1003 for an unknown property or operator, or a value of the wrong type."""
    operator = find_operator(condition.operator)
    if operator is None:
        raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
    if operator.values != "none" and condition.value is None:
        raise condition.fault("operator", f"Invalid filter => {condition.text}")
    if condition.path == _ATTRIBUTE_ID and condition.value is not None:
        return compile_condition(schema, Condition(condition.value, "!null", None), scope)
    if condition.path == "identifiable":
        names = [n for n in ("id", "code", "name", "shortName") if schema.has(n) and schema.properties[n].column]
        return any_of(_on_end(schema, [n], "", operator, condition, scope) for n in names)
    if condition.path.startswith("access."):
        return on_access(schema, condition, scope)
    return _on_path(schema, condition, operator, scope)


def _on_path(schema: Schema, condition: Condition, operator: Operator, scope: FilterScope) -> Q:
    steps = _own_steps(schema, condition.path.split("."))
    if len(steps) > MAX_STEPS:
        raise condition.fault("path", f"A path has at most {MAX_STEPS} steps")
    return _on_steps(schema, steps, condition, operator, scope)


def _on_steps(schema: Schema, steps: list[str], condition: Condition, operator: Operator, scope: FilterScope) -> Q:
    prefix: list[str] = []
    crossed = False
    allowed = Q()  # what lies on the way must be readable: an answer would tell of it otherwise
    current = schema
    for position, step in enumerate(steps[:-1]):
        prop = current.properties.get(step)
        if prop is not None and prop.shape is Shape.DOCUMENT:
            break
        if prop is None or prop.query_path is None:
            break  # a name that no column has may have parts of its own
        if prop.shape is Shape.JSON:
            path = "__".join([*prefix, ""]) if prefix else ""
            found = _on_json(current, prop, steps[position + 1 :], path, operator, condition) & allowed
            return _some_member(schema, path, found) if crossed else found
        if prop.target is None:
            raise condition.fault("path", f"Unknown path property: {condition.path}")
        if prop.collection and crossed:
            # Joined, collections would multiply: each but the last is asked for its members' keys.
            path = "__".join([*prefix, ""])
            inner = current.model._base_manager.filter(_on_steps(current, steps[position:], condition, operator, scope))
            return _some_member(schema, path, Q(**{f"{path}pk__in": inner.values("pk")}) & allowed)
        prefix.append(prop.query_path)
        crossed = crossed or prop.collection
        current = get_schema(prop.target)
        if can_read_type(current.rules, scope.principal):
            allowed &= readable(current.rules, scope.principal, "__".join([*prefix, ""]))
        elif steps[position + 1] not in _OF_USER_REFERENCES:
            raise condition.fault("path", f"Unknown path property: {condition.path}")
    rest = steps[len(prefix) :]
    prop = current.properties.get(rest[0])
    path = "__".join([*prefix, ""]) if prefix else ""
    if len(rest) == 1 and prop is not None and prop.query_path and prop.collection and prop.shape is not Shape.JSON:
        return _on_collection(schema, path + prop.query_path, operator, condition, allowed)
    found = _on_end(current, rest, path, operator, condition, scope) & allowed
    return _some_member(schema, path, found) if crossed else found


def _own_steps(schema: Schema, steps: list[str]) -> list[str]:
    """A member made of others leads to those it is made of: `userCredentials.username` is `username`."""
    first = schema.properties.get(steps[0])
    is_made = first is not None and isinstance(first.computed, Computed) and not first.simple
    return steps[1:] if is_made and len(steps) > 1 and steps[1] in first.computed.needs else steps


def _some_member(schema: Schema, path: str, found: Q) -> Q:
    # Some member must match, so there must be one. A join over a collection repeats rows: ask for the keys instead.
    member = Q(**{f"{path}pk__isnull": False})
    return Q(pk__in=schema.model._base_manager.filter(found & member).values("pk"))


def _on_end(
    current: Schema, rest: list[str], path: str, operator: Operator, condition: Condition, scope: FilterScope
) -> Q:
    """The condition on a member of the last type on the way, which `path` leads to."""
    prop = current.properties.get(rest[0])
    if prop is not None and prop.shape is Shape.DOCUMENT:
        return _on_document(current, rest, path, operator, condition, scope)
    if prop is None or prop.query_path is None:
        return _on_missing(current, rest[0], rest, path, operator, condition, scope)
    if prop.shape is Shape.REFERENCE and operator.values != "none":
        path, prop = f"{path}{prop.query_path}__", get_schema(prop.target).properties["id"]
    found = _on_property(current, prop, operator, condition, path)
    if operator.lookup != "token" or path or not prop.translation_key or not _translates(current, scope):
        return found
    # A word may also be found in the text that the caller sees.
    shown = _on_translated(current, prop, operator, condition, scope, path, anchored=False)
    return found & shown if operator.negated else found | shown


def _translates(schema: Schema, scope: FilterScope) -> bool:
    return bool(scope.locale) and schema.translatable


def _on_document(
    current: Schema, rest: list[str], path: str, operator: Operator, condition: Condition, scope: FilterScope
) -> Q:
    """The condition on a member of a document, which `path` leads to."""

    def on_target(target: Schema, steps: list[str]) -> Any:
        if not can_read_type(target.rules, scope.principal) and steps[0] not in _OF_USER_REFERENCES:
            raise condition.fault("path", f"Unknown path property: {condition.path}")
        inner = with_changes(condition, path=".".join(steps))
        rows = target.model._base_manager.filter(readable(target.rules, scope.principal))
        return rows.filter(compile_condition(target, inner, scope)).values("uid")

    member = DocumentFilter(operator, condition, WORDS.findall, on_target)
    found = current.model._base_manager.filter(member.compile(current, rest))
    return Q(**{f"{path}pk__in": found.values("pk")})


def _on_missing(
    current: Schema, step: str, rest: list[str], path: str, operator: Operator, condition: Condition,
    scope: FilterScope,
) -> Q:  # fmt: skip
    """Names that no column has: display names, and custom attributes by their uid."""
    translated = {display_name_of(p): p for p in current.properties.values() if p.translation_key}.get(step)
    if current.singular == "user" and step in ("name", "displayName") and len(rest) == 1:
        named = current.model._base_manager.annotate(full_name=Concat("first_name", Value(" "), "surname"))
        return Q(**{f"{path}pk__in": named.filter(on_text("full_name", operator, condition)).values("pk")})
    if translated is not None and len(rest) == 1:
        return _on_translated(current, translated, operator, condition, scope, path)
    if is_uid(step) and current.has_attributes and len(rest) == 1:
        return on_text(f"{path}attribute_values__{step}", operator, condition, json_text=True)
    prop = current.properties.get(step)
    if prop is None or not isinstance(prop.computed, Computed | ComputedValue) or len(rest) > 1:
        raise condition.fault("path", f"Unknown path property: {condition.path}")
    if (
        isinstance(prop.computed, Computed)
        and prop.computed.true_without
        and operator.lookup.removeprefix("not_") == "exact"
    ):
        return _on_emptiness(current, prop, operator, condition, path)
    if not path and scope.computed:
        return _on_computed(current, prop, operator, condition, scope)
    raise condition.fault("path", f"Unknown path property: {condition.path}")


def _on_emptiness(schema: Schema, prop: Property, operator: Operator, condition: Condition, path: str) -> Q:
    """A boolean that is true where a collection is empty."""
    collection = schema.properties[prop.computed.true_without].query_path
    filled = schema.model._base_manager.filter(**{f"{collection}__isnull": False}).values("pk")
    wants_empty = parsed(prop, condition.value, condition) != operator.negated
    inside = Q(**{f"{path}pk__in": filled})
    return ~inside & Q(**{f"{path}pk__isnull": False}) if wants_empty else inside


def _on_computed(schema: Schema, prop: Property, operator: Operator, condition: Condition, scope: FilterScope) -> Q:
    """A member that is made of others, in memory."""
    if operator.values == "none":
        wanted: Any = None
    elif not prop.simple:
        if not operator.comparison:
            raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
        wanted = condition.size()
    elif operator.values == "list":
        wanted = [parsed(prop, text, condition) for text in condition.listed()]
    elif operator.text_only and not prop.is_text:
        raise _not_supported(condition, prop)
    else:
        wanted = parsed(prop, condition.value, condition)
    values = scope.computed(schema, prop.name, MAX_ROWS)
    return Q(uid__in=[uid for uid, value in values.items() if holds(value, operator, wanted)])


def _on_translated(
    schema: Schema, prop: Property, operator: Operator, condition: Condition, scope: FilterScope, path: str,
    *, anchored: bool = True,
) -> Q:  # fmt: skip
    translates = _translates(schema, scope)
    if not translates and not falls_back(schema, prop):
        if operator.lookup == "token" and anchored:
            return on_words(f"{path}{prop.query_path}", condition.value, False, negated=operator.negated, anchored=True)
        return _on_property(schema, prop, operator, condition, path)
    shown = displayed_text(schema, prop, scope.locale if translates else None)
    manager = schema.model._base_manager
    name = "displayed_text"
    inner = manager.annotate(**{name: shown}).filter(on_text(name, operator, condition, anchored=anchored))
    if path:
        return Q(**{f"{path}pk__in": inner.values("pk")})
    return Q(pk__in=inner.values("pk"))


def _on_property(schema: Schema, prop: Property, operator: Operator, condition: Condition, path: str = "") -> Q:
    column = f"{path}{prop.query_path}"
    if prop.shape is Shape.JSON:
        return _on_size_of(schema, F(prop.query_path), operator, condition, path)
    if operator.values == "none":
        return without_value(column, operator, is_text=prop.is_text)
    if prop.is_text:
        return on_text(column, operator, condition, is_id=prop.name == "id", prop=prop, anchored=bool(path))
    if operator.text_only:
        raise _not_supported(condition, prop)
    if operator.values == "list":
        values = [parsed(prop, text, condition) for text in condition.listed()]
        return Q(**{f"{column}__{operator.lookup}": values})
    value = parsed(prop, condition.value, condition)
    if _is_day(schema, prop):
        return _on_day(column, operator, value)
    found = Q(**{f"{column}__{operator.lookup}": value})
    if column == "last_updated" and operator.lookup in ("gt", "gte"):
        # A client that asks again and again; what was committed since may be stamped earlier.
        earliest = look_back(value)
        return found if earliest is None else found | Q(**{f"{column}__gte": earliest})
    return found


def _is_day(schema: Schema, prop: Property) -> bool:
    """Whether a date is kept without a time."""
    return prop.kind is Kind.DATE and not isinstance(schema.model._meta.get_field(prop.query_path), DateTimeField)


def _on_day(column: str, operator: Operator, moment: datetime) -> Q:
    """A day is its first instant: compared with a later one of the same day it is before it, never equal to it."""
    local = moment.astimezone(get_default_timezone())
    if local.time() == time.min:
        return Q(**{f"{column}__{operator.lookup}": local.date()})
    if operator.lookup == "exact":
        return NOTHING
    if operator.lookup == NEGATED["exact"]:
        return Q(**{f"{column}__isnull": False})
    after = operator.lookup in ("gt", "gte")
    return Q(**{f"{column}__{'gt' if after else 'lte'}": local.date()})


def _on_collection(schema: Schema, path: str, operator: Operator, condition: Condition, allowed: Q) -> Q:
    rows = schema.model._base_manager
    if operator.values == "none":
        found = rows.filter(Q(**{f"{path}__isnull": False}) & allowed).values("pk")
        return Q(pk__in=found) if operator.negated else ~Q(pk__in=found)
    if not operator.comparison:
        raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
    counted = rows.filter(allowed).annotate(member_count=Count(path, distinct=True))
    return Q(pk__in=counted.filter(**{f"member_count__{operator.lookup}": condition.size()}).values("pk"))


def _on_size_of(schema: Schema, value: Any, operator: Operator, condition: Condition, path: str = "") -> Q:
    """The number of items of a JSON value of `schema`, which `path` leads to."""
    sized = schema.model._base_manager.annotate(json_size=JsonSize(value))
    if operator.values == "none":
        found = Q(json_size__gt=0) if operator.negated else Q(json_size=0)
    elif operator.comparison:
        found = Q(**{f"json_size__{operator.lookup}": condition.size()})
    else:
        raise condition.fault("operator", f"`{condition.operator}` is not a valid operator.")
    return Q(**{f"{path}pk__in": sized.filter(found).values("pk")})


def _on_json(schema: Schema, prop: Property, rest: list[str], path: str, operator: Operator, condition: Condition) -> Q:
    """Members inside a JSON value: `sharing.users:empty`, `sharing.public:like:rw`, `translations.locale:eq:fr`."""
    if prop.name == "translations" and len(rest) == 1 and operator.lookup in ("exact", "in"):
        values = condition.listed() if operator.values == "list" else [condition.value]
        some = (
            any_of(Q(**{f"{prop.query_path}__contains": [{rest[0]: value}]}) for value in values) if values else NOTHING
        )
        return Q(**{f"{path}pk__in": schema.model._base_manager.filter(some).values("pk")})
    if prop.kind not in (Kind.COMPLEX, Kind.GEOLOCATION) and prop.name != "sharing":
        raise condition.fault("path", f"Unknown path property: {condition.path}")
    if prop.name == "sharing" and rest in (["users"], ["userGroups"]):
        return _on_size_of(schema, KeyTransform(rest[0], prop.query_path), operator, condition, path)
    value: Any = prop.query_path
    for step in rest[:-1]:
        value = KeyTransform(step, value)
    inner = schema.model._base_manager.annotate(json_text=Cast(KeyTextTransform(rest[-1], value), TextField()))
    return Q(**{f"{path}pk__in": inner.filter(on_text("json_text", operator, condition)).values("pk")})


def _not_supported(condition: Condition, prop: Property) -> ApiError:
    kind = prop.klass.rsplit(".", 1)[-1]
    return condition.fault("operator", f"Value `{condition.value}` of type `{kind}` is not supported by this operator.")
