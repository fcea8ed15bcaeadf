"""Runs a plan: a fixed number of queries for any number of rows, and plain dicts out of them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from dhis2api.objects.declarations import Computed, ComputedMembers
from dhis2api.objects.query.transformers import transform
from dhis2api.objects.reading.attribute_values import AttributeDetails
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.names import add_grant_names
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import ID_ONLY, Entry, Node, compile_selections
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Shape

CHUNK = 5_000  # rows held at once while a whole type is read


def load_objects(node: Node, rows: QuerySet[Any], context: ReadingContext) -> list[dict[str, Any]]:
    """The objects of `rows`, in their order, rendered as `node` says.

    Shapes: `rows` is a filtered, ordered and sliced queryset of the node's model.
    """
    return _render_all(node, _stored(node, rows), context)


def stream_objects(node: Node, rows: QuerySet[Any], context: ReadingContext) -> Iterator[dict[str, Any]]:
    """Like `load_objects` for any number of rows: `CHUNK` of them are in memory at a time."""
    columns = _columns(node)
    chunk: list[dict[str, Any]] = []
    for row in rows.values(*columns).iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _render_all(node, chunk, context)
            chunk = []
    yield from _render_all(node, chunk, context)


def load_by_pk(node: Node, keys: Iterable[int], context: ReadingContext) -> dict[int, dict[str, Any]]:
    """Primary key → rendered object, for objects referred to; their own sharing does not matter (as in DHIS2)."""
    keys = list(keys)
    if not keys:
        return {}
    stored = _stored(node, node.schema.model._base_manager.filter(pk__in=keys))
    rendered = _render_all(node, stored, context)
    return {row["pk"]: shown for row, shown in zip(stored, rendered, strict=True)}


def _load_by_uid(node: Node, context: ReadingContext) -> dict[str, dict[str, Any]]:
    stored = _stored(node, node.schema.model._base_manager.order_by("pk"))
    rendered = _render_all(node, stored, context)
    return {row["uid"]: shown for row, shown in zip(stored, rendered, strict=True)}


def _columns(node: Node) -> list[str]:
    columns = {"pk", "uid"}
    for prop in node.needed().values():
        if prop.column:
            columns.add(prop.column)
    return sorted(columns)


def _stored(node: Node, rows: QuerySet[Any]) -> list[dict[str, Any]]:
    return list(rows.values(*_columns(node)))


def _render_all(node: Node, rows: list[dict[str, Any]], context: ReadingContext) -> list[dict[str, Any]]:
    if not rows:
        return []
    needed = node.needed()
    related = {name: _related(node, prop, rows, context) for name, prop in needed.items() if _is_related(prop)}
    if "sharing" in needed and needed["sharing"].shape is Shape.JSON:
        add_grant_names(row["sharing"] for row in rows)
    details = AttributeDetails.of(node, context, _load_by_uid)
    return [_render(node, row, related, context, details) for row in rows]


def _is_related(prop: Property) -> bool:
    return prop.shape in (Shape.REFERENCE, Shape.MEMBERS, Shape.EMBEDDED) or isinstance(prop.computed, ComputedMembers)


def _related(node: Node, prop: Property, rows: list[dict[str, Any]], context: ReadingContext) -> Mapping[Any, Any]:
    """What the rows refer to through `prop`: by referred key for a reference, by row for a collection."""
    entry = node.entries.get(prop.name)
    child = entry.node if entry and entry.node else compile_selections(get_schema(prop.target), ID_ONLY)
    if prop.shape is Shape.REFERENCE:
        keys = {row[prop.column] for row in rows} - {None}
        return load_by_pk(child, keys, context)
    owners = [row["pk"] for row in rows]
    is_computed = isinstance(prop.computed, ComputedMembers)
    members = prop.computed.load(owners) if is_computed else _member_keys(prop, owners)
    shown = load_by_pk(child, {key for keys in members.values() for key in keys}, context)
    return {owner: [shown[key] for key in keys if key in shown] for owner, keys in members.items()}


def _member_keys(prop: Property, owners: list[int]) -> dict[int, list[int]]:
    link = prop.link
    order = link.order or (link.member_column,)
    pairs = (
        link.model._base_manager.filter(**{f"{link.owner_column}__in": owners})
        .order_by(link.owner_column, *order)
        .values_list(link.owner_column, link.member_column)
    )
    members: dict[int, list[int]] = defaultdict(list)
    for owner, member in pairs:
        members[owner].append(member)
    return members


def _render(
    node: Node, row: dict[str, Any], related: Mapping[str, Mapping[Any, Any]], context: ReadingContext,
    details: AttributeDetails,
) -> dict[str, Any]:  # fmt: skip
    values = _RowValues(node, row, related)
    shown: dict[str, Any] = {}
    for name, entry in node.entries.items():
        value = _value(entry, values, context, details)
        if value is None and not (node.user_reference and name == "code"):
            continue
        if context.exclude_defaults and _is_default_reference(entry.prop, value):
            continue
        key, value = transform(name, value, entry.transformers) if entry.transformers else (name, value)
        shown[key] = value
    for uid, transformers in node.attributes.items():
        value = details.typed(uid, (row.get("attribute_values") or {}).get(uid))
        if value is not None:
            key, value = transform(uid, value, transformers)
            shown[key] = value
    return shown


class _RowValues(Mapping[str, Any]):
    """A row by JSON names, as derived members read it."""

    __slots__ = ("node", "related", "row")

    def __init__(self, node: Node, row: dict[str, Any], related: Mapping[str, Mapping[Any, Any]]) -> None:
        self.node = node
        self.row = row
        self.related = related

    def __getitem__(self, name: str) -> Any:
        prop = self.node.schema.properties[name]
        if name in self.related:
            if prop.shape is Shape.REFERENCE:
                return self.related[name].get(self.row[prop.column])
            return self.related[name].get(self.row["pk"], [])
        return self.row[prop.column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.node.schema.properties)

    def __len__(self) -> int:
        return len(self.node.schema.properties)


def _value(entry: Entry, values: _RowValues, context: ReadingContext, details: AttributeDetails) -> Any:
    prop = entry.prop
    if isinstance(prop.computed, Computed):
        value = prop.computed.compute(values, context)
        return pick(value, entry.selection) if entry.selection else value
    value = values[prop.name]
    if prop.shape is Shape.JSON:
        if prop.name == "attributeValues":
            return details.listed(value, entry)
        return pick(value, entry.selection) if entry.selection else value
    if prop.kind is Kind.REFERENCE and prop.shape is Shape.COLUMN:
        return {"id": value} if value is not None else None
    if prop.kind is Kind.DATE and type(value) is datetime.date:
        return datetime.datetime.combine(value, datetime.time(), tzinfo=datetime.UTC)
    return value


def _is_default_reference(prop: Property, value: Any) -> bool:
    if prop.shape is not Shape.REFERENCE or not isinstance(value, dict):
        return False
    return value.get("id") in get_schema(prop.target).wire.default_objects
