"""Filters and order on the members of documents: SQL over `content`, with jsonpaths made of schema names alone.

A member may stand in an item of a collection; then some item must match, as with collections that have tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, FloatField, Func, Q, TextField
from django.db.models.expressions import Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from dhis2api.objects.document_references import step_path
from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.operators import Operator
from dhis2api.objects.query.values import parse_value
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema
from dhis2api.web.timestamps import format_timestamp

# A lookup's predicate on a text `value`; `{}` is the parameter.
_ON_TEXT = {
    "exact": "value = {}",
    "iexact": "lower(value) = lower({})",
    "gt": "value > {}",
    "gte": "value >= {}",
    "lt": "value < {}",
    "lte": "value <= {}",
    "contains": "strpos(value, {}) > 0",
    "icontains": "strpos(lower(value), lower({})) > 0",
    "startswith": "starts_with(value, {})",
    "istartswith": "starts_with(lower(value), lower({}))",
    "endswith": "right(value, length({0})) = {0}",
    "iendswith": "right(lower(value), length({0})) = lower({0})",
    "in": "value = ANY({})",
}
_COMPARED = frozenset({"exact", "gt", "gte", "lt", "lte"})


class AnyValue(Func):
    """Whether a value at `path` of a jsonb column fits a predicate on its text, `value`.

    `predicate` is SQL of this module with `{}` for its parameters, never text of a request; a parameter may be a
    subquery.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, path: str, predicate: str = "TRUE", parameters: Any = (), **extra: Any) -> None:
        super().__init__(column, *[p for p in parameters if isinstance(p, Subquery)], **extra)
        self.path, self.predicate = path, predicate
        self.parameters = [p for p in parameters if not isinstance(p, Subquery)]

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, *queries = (compiler.compile(source) for source in self.source_expressions)
        column_sql, column_parameters = column
        sql = self.predicate
        parameters: list[Any] = []
        if queries:
            sql, parameters = sql.format(queries[0][0]), list(queries[0][1])
        elif self.parameters:
            parameters = self.parameters * (sql.count("{}") + sql.count("{0}"))
            sql = sql.format("%s")
        return (
            f"EXISTS (SELECT FROM jsonb_path_query({column_sql}, %s::jsonpath) AS found(json), "
            f"LATERAL (SELECT found.json #>> '{{}}' AS value) AS texts WHERE {sql})",
            [*column_parameters, self.path, *parameters],
        )


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """A condition on a member of a document.

    `words` cuts the value of a `token`; `on_target` compiles the rest of a path that goes on in the object referred
    to, its access included, to the uids that fit.
    """

    operator: Operator
    condition: Condition
    words: Callable[[str], list[str]]
    on_target: Callable[[Schema, list[str]], Any]

    def compile(self, schema: Schema, steps: list[str]) -> Q:
        """The rows of `schema` that fit. Errors: E1003 for an unknown member, or an operator that does not fit."""
        current, path = schema, "$"
        for position, step in enumerate(steps):
            prop = current.properties.get(step)
            rest = steps[position + 1 :]
            if prop is None or (prop.target is None and rest):
                raise self.condition.fault("path", f"Unknown path property: {self.condition.path}")
            if not rest and (prop.collection or prop.kind is Kind.COMPLEX):
                return self._on_collection(f'{path}."{prop.name}"', prop)
            path = step_path(path, prop)
            if not rest:
                break
            if prop.refers and rest != ["id"]:
                uids = Subquery(self.on_target(get_schema(prop.target), rest))
                return Q(AnyValue("content", f"{path}.id", "value IN {}", [uids]))
            if prop.refers:
                break
            current = get_schema(prop.target)
        return self._on_values(f"{path}.id" if prop.refers else path, prop)

    def _on_values(self, path: str, prop: Property) -> Q:
        if not prop.readable:
            raise self.condition.fault("path", f"Unknown path property: {self.condition.path}")
        if self.operator.values == "none":
            found = AnyValue("content", path, "value <> ''" if self.operator.lookup == "empty" else "TRUE")
            return Q(found) if self.operator.negated else ~Q(found)
        lookup = self.operator.lookup.removeprefix("not_")
        if lookup == "token":
            words = self.words(self.condition.value or "")
            parts = [Q(AnyValue("content", path, _ON_TEXT["icontains"], [word])) for word in words]
            joined = Q(*parts) if parts else Q(pk__in=[])
            return ~joined if self.operator.negated else joined
        predicate, parameter = self._predicate(lookup, prop)
        return Q(AnyValue("content", path, f"NOT ({predicate})" if self.operator.negated else predicate, [parameter]))

    def _predicate(self, lookup: str, prop: Property) -> tuple[str, Any]:
        if prop.kind in (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN) and self.operator.text_only:
            raise self.condition.fault("operator", f"`{self.condition.path}` is no text: the operator does not fit")
        if lookup == "in":
            return _ON_TEXT["in"], [self._text(prop, text) for text in self.condition.listed()]
        value = self.condition.value or ""
        if self.operator.text_only:
            return _ON_TEXT[lookup], value.replace("%", "")
        if prop.kind in (Kind.INTEGER, Kind.NUMBER):
            return _ON_TEXT[lookup].replace("value", "value::numeric"), float(self._parsed(prop, value))
        return _ON_TEXT[lookup], self._text(prop, value)

    def _text(self, prop: Property, text: str) -> str:
        """The text that a stored value would have."""
        if prop.refers:
            return text
        value = self._parsed(prop, text)
        if prop.kind is Kind.BOOLEAN:
            return "true" if value else "false"
        return format_timestamp(value) if prop.kind is Kind.DATE else str(value)

    def _parsed(self, prop: Property, text: str) -> Any:
        try:
            return parse_value(prop, text)
        except ValueError as error:
            raise self.condition.fault("value", str(error)) from None

    def _on_collection(self, path: str, prop: Property) -> Q:
        if self.operator.values == "none":
            some = "found.json NOT IN ('[]', '{}', 'null')" if prop.collection else "TRUE"
            found = Q(AnyValue("content", path, some))
            return found if self.operator.negated else ~found
        if not self.operator.comparison or not prop.collection:
            message = f"`{self.condition.path}` has no single value: the operator does not fit"
            raise self.condition.fault("operator", message)
        size = self.condition.size()
        lookup = self.operator.lookup.removeprefix("not_")
        predicate = _ON_TEXT[lookup].replace("value", "value::numeric")
        sized = Q(AnyValue("content", f"{path}.size()", predicate, [size]))
        if self.operator.negated:
            return ~sized
        # What is absent has no members.
        absent = ~Q(AnyValue("content", path))
        return sized | absent if _fits(0, lookup, size) else sized


def order_expression(prop: Property) -> Any:
    """What a list is ordered by for a simple member."""
    shown = KeyTextTransform(prop.name, "content")
    if prop.kind in (Kind.INTEGER, Kind.NUMBER):
        return Cast(shown, FloatField())
    return Cast(shown, TextField())


def _fits(size: int, lookup: str, bound: int) -> bool:
    return {
        "exact": size == bound, "gt": size > bound, "gte": size >= bound, "lt": size < bound, "lte": size <= bound,
    }[lookup]  # fmt: skip
