"""SQL comparisons that Django has not, as ORM lookups: negated ones, and one with any number of keys.

Django's `~Q` over a collection means "no member is"; DHIS2's negative operators mean "some member is not", which
needs the comparison itself negated. Nulls match neither.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import Field, ForeignKey, Func, IntegerField, TextField
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    IContains,
    IEndsWith,
    IExact,
    In,
    IRegex,
    IStartsWith,
    Lookup,
    StartsWith,
)


def _negated(base: type[Lookup], name: str) -> type[Lookup]:
    def as_sql(self: Any, compiler: Any, connection: Any) -> tuple[str, Any]:
        # Django finds the SQL operator by the lookup's own name, so the positive lookup has to write it.
        try:
            sql, parameters = base(self.lhs, self.rhs).as_sql(compiler, connection)
        except EmptyResultSet as nothing:
            raise FullResultSet from nothing  # none of no values: everything
        return f"NOT ({sql})", parameters

    return type(f"Not{base.__name__}", (base,), {"lookup_name": name, "as_sql": as_sql})


_POSITIVE = (Exact, IExact, Contains, IContains, StartsWith, IStartsWith, EndsWith, IEndsWith, In, IRegex)
NEGATED = {base.lookup_name: f"not_{base.lookup_name}" for base in _POSITIVE}
for _base in _POSITIVE:
    Field.register_lookup(_negated(_base, NEGATED[_base.lookup_name]))


@ForeignKey.register_lookup  # foreign keys do not look where other fields do
@Field.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=keys`: as `in`, with one parameter for any number of keys, which costs a tenth for thousands."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]


class JsonSize(Func):
    """The number of members of a jsonb object, or of items of a jsonb array; 0 where it is absent."""

    arity = 1
    output_field = IntegerField()

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column_sql, parameters = compiler.compile(self.source_expressions[0])
        sql = (
            "(SELECT CASE jsonb_typeof(v) WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(v)) "
            f"WHEN 'array' THEN jsonb_array_length(v) ELSE 0 END FROM (SELECT {column_sql} AS v) AS sized)"
        )
        return sql, list(parameters)


class Translation(Func):
    """The text of one translation in a `translations` column, or null."""

    arity = 3
    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, key, locale = self.source_expressions
        column_sql, column_parameters = compiler.compile(column)
        key_sql, key_parameters = compiler.compile(key)
        locale_sql, locale_parameters = compiler.compile(locale)
        sql = (
            f"(SELECT entry->>'value' FROM jsonb_array_elements({column_sql}) AS entry "
            f"WHERE entry->>'property' = {key_sql} AND entry->>'locale' = {locale_sql} LIMIT 1)"
        )
        return sql, [*column_parameters, *key_parameters, *locale_parameters]
