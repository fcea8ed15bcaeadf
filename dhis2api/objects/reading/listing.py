"""Lists and single objects: parameters become a plan, access a WHERE, pages an OFFSET."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import NO_READ_TYPE, TOO_MANY_ROWS
from dhis2api.objects.query.conditions import Condition, parse_filters
from dhis2api.objects.query.filters import compile_filters
from dhis2api.objects.query.order import compile_order
from dhis2api.objects.query.scope import ComputedValues, FilterScope
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_objects, stream_objects
from dhis2api.objects.reading.plan import Node, compile_fields
from dhis2api.objects.reading.snapshots import holds_snapshot, streamed
from dhis2api.objects.schema import Schema
from sharing.access import can_read_type, listed, readable

STREAMED = 1_000  # longer lists go out while they are read
LIST_FIELDS = "id,displayName"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a type, in which order, and what of them; all as request texts."""

    fields: str = ""
    filters: Sequence[str] = ()
    junction: str = "AND"
    query: str = ""
    order: str = ""
    default_fields: str = LIST_FIELDS
    restriction: Q = Q()  # what the endpoint itself demands (children of a unit)


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of one page, and the number of all where it was counted for the pager."""

    objects: Iterable[dict[str, Any]]
    total: int | None

    @property
    def is_streamed(self) -> bool:
        """Whether the objects come from the database while they are read."""
        return not isinstance(self.objects, list)


def list_objects(
    schema: Schema, selection: Selection, context: ReadingContext, *, offset: int = 0, limit: int | None = None,
    streams: bool = False,
) -> Page:  # fmt: skip
    """One page (or, without `limit`, all) of the objects that the caller may read and that are for him to see.

    With `streams` more than `STREAMED` objects are not held in memory: they come while they are read, once.
    Errors: E1003 for fields, filters or values that cannot be read; 403 without the type's READ authority.
    """
    node, rows = _prepare(schema, selection, context, listed_rows(schema, context))
    total = rows.order_by().count() if limit is not None else None
    if limit is not None:
        rows = rows[offset : offset + limit]
    if not streams or (limit is not None and limit <= STREAMED):
        return Page(load_objects(node, rows, context), total)
    if holds_snapshot() and not _are_many(rows, offset, total):
        return Page(load_objects(node, rows, context), total)
    objects = streamed(lambda: stream_objects(node, rows, context), at_once=STREAMED)
    first = list(islice(objects, STREAMED + 1))
    return Page(first if len(first) <= STREAMED else chain(first, objects), total)


def _are_many(rows: QuerySet[Any], offset: int, total: int | None) -> bool:
    """Whether there are more than are held in memory: worth a connection of their own."""
    if total is not None:
        return total - offset > STREAMED
    return rows.order_by().values("pk")[STREAMED : STREAMED + 1].exists()


def iterate_objects(schema: Schema, selection: Selection, context: ReadingContext) -> Iterator[dict[str, Any]]:
    """All objects that the caller may read, a chunk at a time.

    Errors: as for a list. Nested fields that multiply are judged here by the first objects, before anything is sent.
    """
    node, rows = _prepare(schema, selection, context, readable_rows(schema, context))
    objects = stream_objects(node, rows, context)
    return chain(list(islice(objects, 1)), objects) if node.multiplies else objects


def computed_values(context: ReadingContext) -> ComputedValues:
    """What members show that no column holds, by uid, for the filters that ask for them; each is computed once.

    Errors (of the function returned): E1003 (400) for a type of too many objects.
    """
    known: dict[tuple[str, str], Mapping[str, Any]] = {}

    def values(schema: Schema, name: str, most: int) -> Mapping[str, Any]:
        if (found := known.get((schema.singular, name))) is not None:
            return found
        rows = readable_rows(schema, context).order_by()
        if rows[: most + 1].count() > most:
            raise ApiError(TOO_MANY_ROWS, name, most)
        node = compile_fields(schema, f"id,{name}", default="id")
        found = {shown["id"]: shown.get(name) for shown in stream_objects(node, rows, context)}
        return known.setdefault((schema.singular, name), found)

    return values


def get_object(schema: Schema, uid: str, fields: str, context: ReadingContext, *, default: str = "*") -> dict[str, Any]:
    """One object as `fields` says. Errors: E1005 (404) where it is missing or unreadable, which must look alike."""
    node = compile_fields(schema, fields, default=default)
    found = load_objects(node, readable_rows(schema, context).filter(uid=uid), context)
    if not found:
        raise ApiError(E1005, schema.simple_klass, uid)
    return found[0]


def readable_rows(schema: Schema, context: ReadingContext) -> QuerySet[Any]:
    """The rows of a type that the caller may read. Errors: 403 without the type's READ authority."""
    return _rows(schema, context, readable(schema.rules, context.principal))


def listed_rows(schema: Schema, context: ReadingContext) -> QuerySet[Any]:
    """The rows of a type that lists show to the caller. Errors: as for those that he may read."""
    return _rows(schema, context, listed(schema.rules, context.principal))


def _rows(schema: Schema, context: ReadingContext, visible: Q) -> QuerySet[Any]:
    if not can_read_type(schema.rules, context.principal):
        raise ApiError(NO_READ_TYPE)
    return schema.model._base_manager.filter(visible)


def _prepare(
    schema: Schema, selection: Selection, context: ReadingContext, visible: QuerySet[Any]
) -> tuple[Node, QuerySet[Any]]:
    node = compile_fields(schema, selection.fields, default=selection.default_fields)
    conditions: list[Condition] = parse_filters(selection.filters)
    scope = FilterScope(context.principal, context.locale, computed_values(context))
    rows = visible.filter(selection.restriction)
    rows = rows.filter(compile_filters(schema, conditions, scope, junction=selection.junction))
    if selection.query.strip():
        rows = _search(schema, rows, selection.query.strip())
    if context.exclude_defaults and schema.wire.default_objects:
        rows = rows.exclude(uid__in=schema.wire.default_objects)
    return node, rows.order_by(*compile_order(schema, selection.order, context.locale))


def _search(schema: Schema, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """`query`: the uid or code, or a part of the name; of users also user name and e-mail."""
    if schema.singular == "user":
        rows = rows.annotate(full_name=Concat("first_name", Value(" "), "surname"))
        return rows.filter(
            Q(full_name__icontains=text) | Q(email__icontains=text) | Q(username__icontains=text) | Q(uid=text)
        )
    found = Q(uid=text)
    if schema.has("code"):
        found |= Q(code=text)
    if schema.display_path():
        found |= Q(name__icontains=text)
    return rows.filter(found)
