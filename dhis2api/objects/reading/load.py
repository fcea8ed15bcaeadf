"""Runs a plan: a fixed number of queries for any number of rows, and plain dicts out of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from dhis2api.objects.declarations import Computed, ComputedMembers, ComputedValue
from dhis2api.objects.query.transformers import transform
from dhis2api.objects.reading.attribute_values import AttributeDetails
from dhis2api.objects.reading.budget import CHARACTERS, Related, Rendered, size_of, within_budget
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.documents import Documents, undeclared
from dhis2api.objects.reading.names import complete_sharing
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import ID_ONLY, Entry, Node, compile_selections
from dhis2api.objects.registry import get_schema
from dhis2api.objects.relations import member_keys
from dhis2api.objects.schema import Kind, Property, Shape

CHUNK = 5_000  # rows held at once while a whole type is read
LIGHT_CHUNK = 20_000  # of rows of which no more than LIGHT_MEMBERS short values are read
LIGHT_MEMBERS = 12
_PLAIN_KINDS = frozenset(Kind) - {Kind.REFERENCE, Kind.DATE}


def load_objects(node: Node, rows: QuerySet[Any], context: ReadingContext) -> list[dict[str, Any]]:
    """The objects of `rows`, in their order, rendered as `node` says.

    Shapes: `rows` is a filtered, ordered and sliced queryset of the node's model.
    Errors: E1003 where nested fields multiply beyond what one answer may hold.
    """
    return within_budget(_render_all(node, _stored(node, rows), context), context.member_limit).objects


def stream_objects(node: Node, rows: QuerySet[Any], context: ReadingContext) -> Iterator[dict[str, Any]]:
    """Like `load_objects` for any number of rows: a chunk of them is in memory, and judged, at a time."""
    columns = _columns(node)
    size = LIGHT_CHUNK if 0 < _weight(node) <= LIGHT_MEMBERS else CHUNK
    chunk: list[dict[str, Any]] = []
    for row in rows.values(*columns).iterator(chunk_size=size):
        chunk.append(row)
        if len(chunk) == size:
            yield from within_budget(_render_all(node, chunk, context), context.member_limit).objects
            chunk = []
    yield from within_budget(_render_all(node, chunk, context), context.member_limit).objects


def _weight(node: Node) -> int:
    """How many values are read for a row, those of what it refers to included; 0 where some may be long."""
    needed = node.needed().values()
    if any(prop.shape is Shape.JSON or prop.length is None and prop.is_text for prop in needed) or node.attributes:
        return 0
    below = [_weight(entry.node) for entry in node.entries.values() if entry.node is not None]
    return 0 if 0 in below else len(needed) + sum(below)


def load_by_pk(node: Node, keys: Iterable[int], context: ReadingContext) -> Related:
    """Objects referred to, with their sizes, by primary key; their own sharing does not matter (as in DHIS2)."""
    keys = list(keys)
    if not keys:
        return Related({}, {})
    return _by_column("pk", node, node.schema.model._base_manager.filter(pk__any_of=keys), context)


def _load_referred(node: Node, uids: set[str], context: ReadingContext) -> Related:
    return _by_column("uid", node, node.schema.model._base_manager.filter(uid__in=uids), context)


def _load_by_uid(node: Node, context: ReadingContext) -> Related:
    return _by_column("uid", node, node.schema.model._base_manager.order_by("pk"), context)


def _by_column(column: str, node: Node, rows: QuerySet[Any], context: ReadingContext) -> Related:
    stored = _stored(node, rows)
    rendered = _render_all(node, stored, context)
    keys = [row[column] for row in stored]
    shown = dict(zip(keys, rendered.objects, strict=True))
    return Related(shown, dict(zip(keys, rendered.sizes, strict=True)), rendered.path)


def _columns(node: Node) -> list[str]:
    columns = {"pk", "uid"}
    for prop in node.needed().values():
        if prop.column:
            columns.add(prop.column)
    if node.reads_content:
        columns.add("content")
    return sorted(columns)


def _stored(node: Node, rows: QuerySet[Any]) -> list[dict[str, Any]]:
    return list(rows.values(*_columns(node)))


def _render_all(node: Node, rows: list[dict[str, Any]], context: ReadingContext) -> Rendered:
    rendered = Rendered([], [])
    if not rows:
        return rendered
    needed = node.needed()
    related = {name: _related(node, prop, rows, context) for name, prop in needed.items() if _is_related(prop)}
    if "sharing" in needed and needed["sharing"].shape is Shape.JSON:
        complete_sharing(row["sharing"] for row in rows)
    details = AttributeDetails.of(node, context, _load_by_uid)
    documents = Documents.of(node, rows, context, _load_referred)
    rendered.paths = {name: found.path for name, found in related.items()} | documents.paths
    ways = _short_ways(node, related, context)
    for row in rows:
        _render(node, row, related, context, Details(details, documents), rendered, ways)
    return rendered


class _Way(NamedTuple):
    """Where a member is found without more ado: in a column, or by a column's value among what rows refer to."""

    column: str
    related: Related | None = None
    is_collection: bool = False


def _short_ways(node: Node, related: Mapping[str, Related], context: ReadingContext) -> dict[str, _Way]:
    """The members that are shown as they were read: most of a long list."""
    ways: dict[str, _Way] = {}
    for name, entry in node.entries.items():
        prop = entry.prop
        if entry.transformers or (node.user_reference and name == "code"):
            continue
        if prop.shape is Shape.COLUMN and prop.kind in _PLAIN_KINDS:
            ways[name] = _Way(prop.column)
        elif prop.shape is Shape.REFERENCE and not context.exclude_defaults:
            ways[name] = _Way(prop.column, related[name])
        elif prop.shape in (Shape.MEMBERS, Shape.EMBEDDED) and prop.collection:
            ways[name] = _Way("pk", related[name], is_collection=True)
    return ways


def _is_related(prop: Property) -> bool:
    is_computed = isinstance(prop.computed, ComputedMembers | ComputedValue)
    return is_computed or prop.shape in (Shape.REFERENCE, Shape.MEMBERS, Shape.EMBEDDED)


def _related(node: Node, prop: Property, rows: list[dict[str, Any]], context: ReadingContext) -> Related:
    """What the rows refer to through `prop`: by referred key for a reference, by row for all else."""
    if isinstance(prop.computed, ComputedValue):
        values = prop.computed.load([row["pk"] for row in rows], context)
        return Related(values, {owner: size_of(value) for owner, value in values.items()})
    entry = node.entries.get(prop.name)
    child = entry.node if entry and entry.node else compile_selections(get_schema(prop.target), ID_ONLY)
    if prop.shape is Shape.REFERENCE:
        keys = {row[prop.column] for row in rows} - {None}
        return load_by_pk(child, keys, context)
    owners = [row["pk"] for row in rows]
    is_computed = isinstance(prop.computed, ComputedMembers)
    members = prop.computed.load(owners) if is_computed else member_keys(prop, owners)
    found = load_by_pk(child, {key for keys in members.values() for key in keys}, context)
    shown, sizes = found.shown, found.sizes
    return Related(
        {owner: [shown[key] for key in keys if key in shown] for owner, keys in members.items()},
        {owner: 1 + sum(sizes.get(key, 0) for key in keys) for owner, keys in members.items()},
        found.path,
    )


@dataclass(frozen=True, slots=True)
class Details:
    """What was loaded beside the rows and what they refer to by columns."""

    attributes: AttributeDetails
    documents: Documents


def _render(
    node: Node, row: dict[str, Any], related: Mapping[str, Related], context: ReadingContext,
    details: Details, rendered: Rendered, ways: Mapping[str, _Way],
) -> None:  # fmt: skip
    """Add the object of `row` and its size to `rendered`."""
    values = _RowValues(node, row, related)
    shown: dict[str, Any] = {}
    size = 1
    for name, entry in node.entries.items():
        way = ways.get(name)
        if way is not None:
            column, found, is_collection = way
            value = row[column]
            if found is not None:
                below = found.sizes.get(value, 1)
                value = found.shown.get(value, [] if is_collection else None)
            if value is not None:
                shown[name] = value
                if found is not None:
                    size += below
                    rendered.nested[name] = rendered.nested.get(name, 0) + below
                else:
                    size += 1 + (len(value) >> CHARACTERS) if type(value) is str else 1
            continue
        if entry.prop.shape is Shape.DOCUMENT:
            value, below = details.documents.shown(entry, row["content"])
        else:
            value, below = _value(entry, values, context, details.attributes), None
        if value is None and not (node.user_reference and name == "code"):
            continue
        if context.exclude_defaults and _is_default_reference(entry.prop, value):
            continue
        key, value = transform(name, value, entry.transformers) if entry.transformers else (name, value)
        shown[key] = value
        if below is None:
            below = _size_below(entry, values, value, details.attributes)
        if below is None:
            size += size_of(value)
        else:
            size += below
            rendered.nested[name] = rendered.nested.get(name, 0) + below
    for uid, transformers in node.attributes.items():
        value = details.attributes.typed(uid, (row.get("attribute_values") or {}).get(uid))
        if value is not None:
            key, value = transform(uid, value, transformers)
            shown[key] = value
            size += size_of(value)
    if node.shows_undeclared or node.undeclared:
        for key, value in undeclared(node, row["content"]):
            shown[key] = value
            size += size_of(value)
    rendered.objects.append(shown)
    rendered.sizes.append(size)


def _size_below(entry: Entry, values: _RowValues, value: Any, details: AttributeDetails) -> int | None:
    """The size of what a member refers to; None for a value of the row's own."""
    if type(value) not in (dict, list):
        return None  # `~size` and kin show a number
    if entry.prop.name in values.related:
        return values.size(entry.prop)
    if entry.prop.name == "attributeValues" and entry.prop.shape is Shape.JSON:
        return details.size(values.row[entry.prop.column])
    return None


class _RowValues(Mapping[str, Any]):
    """A row by JSON names, as derived members read it."""

    __slots__ = ("node", "related", "row")

    def __init__(self, node: Node, row: dict[str, Any], related: Mapping[str, Related]) -> None:
        self.node = node
        self.row = row
        self.related = related

    def __getitem__(self, name: str) -> Any:
        prop = self.node.schema.properties[name]
        if name in self.related:
            if prop.shape is Shape.REFERENCE:
                return self.related[name].shown.get(self.row[prop.column])
            if isinstance(prop.computed, ComputedValue):
                return self.related[name].shown.get(self.row["pk"])
            members = self.related[name].shown.get(self.row["pk"], [])
            if not prop.collection:
                return members[0] if members else None
            return members
        if prop.shape is Shape.DOCUMENT:
            return self.row["content"].get(name)
        return self.row[prop.column]

    def size(self, prop: Property) -> int:
        """The size of what the row refers to through `prop`."""
        key = self.row[prop.column] if prop.shape is Shape.REFERENCE else self.row["pk"]
        return self.related[prop.name].sizes.get(key, 1)

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
    if isinstance(prop.computed, ComputedValue):
        return pick(value, entry.selection) if entry.selection else value
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
