"""The `filter` language: text to conditions, conditions to a `Q`.

Values go to the database as parameters and names are looked up in the schema: no text of a request becomes SQL.
Source: DHIS2 2.42, metadata API, object filter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from dhis2api.errors import ApiError
from dhis2api.objects.base_members import display_name_of
from dhis2api.objects.errors import INVALID_QUERY
from dhis2api.objects.query.documents import DocumentFilter
from dhis2api.objects.query.lookups import NEGATED, JsonSize, Translation
from dhis2api.objects.query.operators import Operator, find_operator
from dhis2api.objects.query.values import parse_value
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from dhis2api.objects.uids import is_uid
from sharing.access import Principal, can_read_type, data_readable, data_writable, judge, readable

MAX_FILTERS = 200

_PIECE = re.compile(r"([A-Za-z0-9.]+):([A-Za-z!$^]{2,15})(?::(\[[^\]]*\]?|[^,]*))?(?:,|$)")
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)
_ATTRIBUTE_ID = "attributeValues.attribute.id"
# Django drops an empty Q from a disjunction; these two stay what they say.
_NOTHING = Q(pk__in=[])
_EVERYTHING = ~_NOTHING
# What a reference to a user shows is what a filter may ask of it without the right to read users.
_OF_USER_REFERENCES = frozenset({"id", "code", "name", "displayName", "username"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One `property:operator:value`."""

    path: str
    operator: str
    value: str | None

    @property
    def text(self) -> str:
        return ":".join(part for part in (self.path, self.operator, self.value) if part is not None)


def parse_filters(texts: Sequence[str]) -> list[Condition]:
    """The conditions of a request's `filter` values.

    A single occurrence may hold several conditions separated by commas; each occurrence on its own may have commas
    in its value as long as no piece after one reads like a condition.
    Errors: ApiError E1003 (400) naming the text.
    """
    found: list[Condition] = []
    for text in texts:
        found += _split(text)
    if len(found) > MAX_FILTERS:
        raise ApiError(INVALID_QUERY, f"More than {MAX_FILTERS} filters")
    return found


def _split(text: str) -> list[Condition]:
    pieces = []
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            break
        pieces.append(Condition(match[1], match[2], match[3]))
        position = match.end()
    if position >= len(text) and pieces:
        return pieces
    parts = text.split(":", 2)
    if len(parts) < 2:
        raise ApiError(INVALID_QUERY, f"Invalid filter => {text}")
    return [Condition(parts[0], parts[1], parts[2] if len(parts) == 3 else None)]


@dataclass(frozen=True, slots=True)
class FilterScope:
    """What a filter may depend on besides its own text."""

    principal: Principal
    locale: str | None = None


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
        raise ApiError(INVALID_QUERY, f"`{condition.operator}` is not a valid operator.")
    if operator.values != "none" and condition.value is None:
        raise ApiError(INVALID_QUERY, f"Invalid filter => {condition.text}")
    if condition.path == _ATTRIBUTE_ID and condition.value is not None:
        return compile_condition(schema, Condition(condition.value, "!null", None), scope)
    if condition.path == "identifiable":
        names = [n for n in ("id", "code", "name", "shortName") if schema.has(n) and schema.properties[n].column]
        return _any(_on_property(schema, schema.properties[n], operator, condition) for n in names)
    if condition.path.startswith("access."):
        return _on_access(schema, condition, scope)
    return _on_path(schema, condition, operator, scope)


def _any(found: Any) -> Q:
    joined = Q()
    for one in found:
        joined |= one
    return joined


def _on_path(schema: Schema, condition: Condition, operator: Operator, scope: FilterScope) -> Q:
    steps = condition.path.split(".")
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
            return _on_json(current, prop, steps[position + 1 :], prefix, operator, condition)
        if prop.target is None:
            raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
        prefix.append(prop.query_path)
        crossed = crossed or prop.collection
        current = get_schema(prop.target)
        if can_read_type(current.rules, scope.principal):
            allowed &= readable(current.rules, scope.principal, "__".join([*prefix, ""]))
        elif steps[position + 1] not in _OF_USER_REFERENCES:
            raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
    rest = steps[len(prefix) :]
    prop = current.properties.get(rest[0])
    path = "__".join([*prefix, ""]) if prefix else ""
    if len(rest) == 1 and prop is not None and prop.query_path and prop.collection and prop.shape is not Shape.JSON:
        return _on_collection(schema, path + prop.query_path, operator, condition, allowed)
    found = _on_end(current, rest, path, operator, condition, scope) & allowed
    if not crossed:
        return found
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
    return _on_property(current, prop, operator, condition, path)


def _on_document(
    current: Schema, rest: list[str], path: str, operator: Operator, condition: Condition, scope: FilterScope
) -> Q:
    """The condition on a member of a document, which `path` leads to."""

    def on_target(target: Schema, steps: list[str]) -> Any:
        if not can_read_type(target.rules, scope.principal) and steps[0] not in _OF_USER_REFERENCES:
            raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
        inner = Condition(".".join(steps), condition.operator, condition.value)
        rows = target.model._base_manager.filter(readable(target.rules, scope.principal))
        return rows.filter(compile_condition(target, inner, scope)).values("uid")

    member = DocumentFilter(
        operator, condition.value, condition.path, lambda: _list(condition), _WORDS.findall, on_target
    )
    found = current.model._base_manager.filter(member.compile(current, rest))
    return Q(**{f"{path}pk__in": found.values("pk")})


def _on_missing(
    current: Schema, step: str, rest: list[str], path: str, operator: Operator, condition: Condition,
    scope: FilterScope,
) -> Q:  # fmt: skip
    """Names that no column has: display names, and custom attributes by their uid."""
    translated = {display_name_of(p): p for p in current.properties.values() if p.translation_key}.get(step)
    if current.singular == "user" and step in ("name", "displayName") and len(rest) == 1:
        return _any(
            _on_property(current, current.properties[n], operator, condition, path) for n in ("firstName", "surname")
        )
    if translated is not None and len(rest) == 1:
        return _on_translated(current, translated, operator, condition, scope, path)
    if is_uid(step) and current.has_attributes and len(rest) == 1:
        return _on_text(f"{path}attribute_values__{step}", operator, condition, json_text=True)
    raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")


def _on_translated(
    schema: Schema, prop: Property, operator: Operator, condition: Condition, scope: FilterScope, path: str
) -> Q:
    if not scope.locale or not schema.translatable:
        return _on_property(schema, prop, operator, condition, path)
    shown = translated_text(prop, scope.locale, path)
    manager = schema.model._base_manager
    name = "displayed_text"
    inner = manager.annotate(**{name: shown}).filter(_on_text(name, operator, condition))
    if path:
        return Q(**{f"{path}pk__in": inner.values("pk")})
    return Q(pk__in=inner.values("pk"))


def translated_text(prop: Property, locale: str, path: str = "") -> Coalesce:
    """SQL for the member's text in `locale`, its own text where there is no translation."""
    own = Cast(F(prop.query_path), TextField())
    return Coalesce(Translation(F("translations"), Value(prop.translation_key), Value(locale)), own)


def _on_property(schema: Schema, prop: Property, operator: Operator, condition: Condition, path: str = "") -> Q:
    column = f"{path}{prop.query_path}"
    if prop.shape is Shape.JSON:
        return _on_size_of(schema, F(prop.query_path), operator, condition, path)
    if operator.values == "none":
        return _without_value(column, operator, is_text=prop.is_text)
    if prop.is_text:
        return _on_text(column, operator, condition, is_id=prop.name == "id", prop=prop)
    if operator.text_only:
        raise _not_supported(condition, prop)
    if operator.values == "list":
        values = [parse_value(prop, text) for text in _list(condition)]
        return Q(**{f"{column}__{operator.lookup}": values})
    return Q(**{f"{column}__{operator.lookup}": parse_value(prop, condition.value)})


def _on_text(
    column: str, operator: Operator, condition: Condition, *, is_id: bool = False, json_text: bool = False,
    prop: Property | None = None,
) -> Q:  # fmt: skip
    if operator.values == "none":
        return _without_value(column, operator, is_text=True)
    if operator.lookup == "token":
        return _token(column, condition.value, is_id, negated=operator.negated, json_text=json_text)
    if operator.values == "list":
        if json_text:
            found = _any(Q(**{column: value}) for value in _list(condition))
            return ~found & Q(**{f"{column}__isnull": False}) if operator.negated else found
        return Q(**{f"{column}__{operator.lookup}": _list(condition)})
    value = condition.value
    if prop is not None and prop.enum_type is not None and not operator.text_only:
        value = parse_value(prop, value)
    if operator.text_only:
        value = value.replace("%", "")
    if json_text and operator.negated:
        positive = operator.lookup.removeprefix("not_")
        return ~Q(**{f"{column}__{positive}": value}) & Q(**{f"{column}__isnull": False})
    return Q(**{f"{column}__{operator.lookup}": value})


def _without_value(column: str, operator: Operator, *, is_text: bool) -> Q:
    """`null` and `empty`, which for a text are different things."""
    found = Q(**{f"{column}__isnull": not operator.negated})
    if operator.lookup != "empty" or not is_text:
        return found
    return found & Q(**{f"{column}__{NEGATED['exact']}": ""}) if operator.negated else found | Q(**{column: ""})


def _token(column: str, value: str, is_id: bool, *, negated: bool, json_text: bool) -> Q:
    words = _WORDS.findall(value)
    if not words or (is_id and any(len(word) < 4 for word in words)):
        return _EVERYTHING if negated else _NOTHING
    if negated and not json_text:
        return _any(Q(**{f"{column}__{NEGATED['icontains']}": word}) for word in words)
    found = Q()
    for word in words:
        found &= Q(**{f"{column}__icontains": word})
    return ~found & Q(**{f"{column}__isnull": False}) if negated else found


def _on_collection(schema: Schema, path: str, operator: Operator, condition: Condition, allowed: Q) -> Q:
    rows = schema.model._base_manager
    if operator.values == "none":
        found = rows.filter(Q(**{f"{path}__isnull": False}) & allowed).values("pk")
        return Q(pk__in=found) if operator.negated else ~Q(pk__in=found)
    if not operator.comparison:
        raise ApiError(INVALID_QUERY, f"`{condition.operator}` is not a valid operator.")
    counted = rows.filter(allowed).annotate(member_count=Count(path, distinct=True))
    return Q(pk__in=counted.filter(**{f"member_count__{operator.lookup}": _size(condition)}).values("pk"))


def _on_size_of(schema: Schema, value: Any, operator: Operator, condition: Condition, path: str = "") -> Q:
    """The number of items of a JSON value of `schema`, which `path` leads to."""
    sized = schema.model._base_manager.annotate(json_size=JsonSize(value))
    if operator.values == "none":
        found = Q(json_size__gt=0) if operator.negated else Q(json_size=0)
    elif operator.comparison:
        found = Q(**{f"json_size__{operator.lookup}": _size(condition)})
    else:
        raise ApiError(INVALID_QUERY, f"`{condition.operator}` is not a valid operator.")
    return Q(**{f"{path}pk__in": sized.filter(found).values("pk")})


def _on_json(
    schema: Schema, prop: Property, rest: list[str], prefix: list[str], operator: Operator, condition: Condition
) -> Q:
    """Members inside a JSON value: `sharing.users:empty`, `sharing.public:like:rw`."""
    if prefix or (prop.kind is not Kind.COMPLEX and prop.name != "sharing"):
        raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
    if prop.name == "sharing" and rest[0] in ("users", "userGroups"):
        return _on_size_of(schema, KeyTransform(rest[0], prop.query_path), operator, condition)
    value: Any = prop.query_path
    for step in rest[:-1]:
        value = KeyTransform(step, value)
    inner = schema.model._base_manager.annotate(json_text=Cast(KeyTextTransform(rest[-1], value), TextField()))
    return Q(pk__in=inner.filter(_on_text("json_text", operator, condition)).values("pk"))


def _on_access(schema: Schema, condition: Condition, scope: FilterScope) -> Q:
    """`access.read:eq:true` and kin: the caller's own rights."""
    wanted = (condition.value or "").lower() == "true"
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
        raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
    if not found:
        return _EVERYTHING if wanted else _NOTHING
    return found if wanted else ~found


def _judged(schema: Schema, right: str, scope: FilterScope) -> Q:
    """Rights that depend on more than grants, decided by the rule table for each distinct `sharing`."""
    if scope.principal.is_superuser:
        return _EVERYTHING
    if not schema.shareable:
        return _EVERYTHING if getattr(judge(schema.rules, None, scope.principal), right) else _NOTHING
    rows = schema.model._base_manager.filter(readable(schema.rules, scope.principal)).values_list("pk", "sharing")
    return Q(pk__in=[pk for pk, sharing in rows if getattr(judge(schema.rules, sharing, scope.principal), right)])


def _list(condition: Condition) -> list[str]:
    text = condition.value or ""
    if not (text.startswith("[") and text.endswith("]")):
        raise ApiError(INVALID_QUERY, f"Invalid argument `{text}` for in operator.")
    return [part.strip() for part in text[1:-1].split(",") if part.strip()]


def _size(condition: Condition) -> int:
    try:
        return int(condition.value)
    except ValueError:
        raise ApiError(INVALID_QUERY, f"Collection size must be integer `{condition.value}`") from None


def _not_supported(condition: Condition, prop: Property) -> ApiError:
    kind = prop.klass.rsplit(".", 1)[-1]
    return ApiError(INVALID_QUERY, f"Value `{condition.value}` of type `{kind}` is not supported by this operator.")
