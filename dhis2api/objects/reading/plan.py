"""Compiles a `fields` tree against a schema into a `Node`: what to load and what to show.

No database here. The number of queries follows from the tree: one for the rows, one for each reference or
collection named in it (two where members carry more than their id).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dhis2api.objects.declarations import Computed
from dhis2api.objects.query.fields import Selection, Transformer, parse_fields
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape
from dhis2api.objects.uids import is_uid
from dhis2api.web.params import camel_case

IDENTIFIABLE = ("id", "name", "code", "created", "lastUpdated", "lastUpdatedBy")
NAMEABLE = ("id", "name", "shortName", "description", "code", "created", "lastUpdated")
USER_REFERENCE = ("id", "code", "name", "displayName", "username")
ID_ONLY = (Selection("id"),)
WHOLE = (Selection("*"),)
# What shows the undeclared members of a document too.
_UNDECLARED = frozenset({"*", ":all", ":owner", ":persisted"})


@dataclass(slots=True)
class Entry:
    """One member that is shown."""

    prop: Property
    node: Node | None = None  # what is shown of the objects referred to
    selection: tuple[Selection, ...] | None = None  # what is shown of a JSON value (None: all of it)
    transformers: tuple[Transformer, ...] = ()


@dataclass(slots=True)
class Node:
    """What is shown of the objects of one schema."""

    schema: Schema
    entries: dict[str, Entry] = field(default_factory=dict)
    attributes: dict[str, tuple[Transformer, ...]] = field(default_factory=dict)  # custom attributes asked by uid
    user_reference: bool = False  # the fixed five members, a missing code as null
    undeclared: dict[str, Selection] = field(default_factory=dict)  # names that no member has; a document may
    shows_undeclared: bool = False  # all the members of a document that its schema does not know
    removed: frozenset[str] = frozenset()  # excluded names

    @property
    def multiplies(self) -> bool:
        """Whether objects refer to objects that refer to others, which may be written many times over."""
        nested = [entry.node for entry in self.entries.values() if entry.node is not None]
        return any(entry.node is not None for node in nested for entry in node.entries.values())

    @property
    def reads_content(self) -> bool:
        """Whether anything of a document's content is shown, or read by what is shown."""
        if not self.schema.is_document:
            return False
        needed = self.needed().values()
        return self.shows_undeclared or bool(self.undeclared) or any(p.shape is Shape.DOCUMENT for p in needed)

    def needed(self) -> dict[str, Property]:
        """The stored members that must be loaded, those that derived members read included."""
        found: dict[str, Property] = {}
        waiting = [entry.prop for entry in self.entries.values()]
        if self.attributes:
            waiting.append(self.schema.properties["attributeValues"])
        while waiting:
            prop = waiting.pop()
            if prop.name in found:
                continue
            if isinstance(prop.computed, Computed):
                waiting += [self.schema.properties[n] for n in prop.computed.needs if n in self.schema.properties]
            else:
                found[prop.name] = prop
        return found


def compile_fields(schema: Schema, text: str, *, default: str) -> Node:
    """The plan for a request's `fields` (empty: `default`).

    Errors: ApiError E1003 for a text beyond the bounds of the grammar.
    """
    return compile_selections(schema, parse_fields(text if text.strip(" ,") else default))


def compile_selections(schema: Schema, selections: tuple[Selection, ...]) -> Node:
    """The plan for parsed selections; unknown names are ignored, exclusion beats inclusion wherever it stands."""
    node = Node(schema)
    removed = {s.name for s in selections if s.excluded and not s.children}
    narrowed = {s.name: s.children for s in selections if s.excluded and s.children}
    node.removed = frozenset(removed)
    node.shows_undeclared = schema.is_document and any(s.name in _UNDECLARED for s in selections if not s.excluded)
    for selection in selections:
        if selection.excluded:
            continue
        for name in expand(schema, selection.name):
            if name not in removed:
                _add(node, name, selection)
    for name, children in narrowed.items():
        _narrow(node, name, children)
    return node


def expand(schema: Schema, name: str) -> list[str]:
    """The member names that a name or preset stands for."""
    properties = schema.properties.values()
    if name in ("*", ":all"):
        return [p.name for p in properties if p.readable]
    if name == ":identifiable":
        return [n for n in IDENTIFIABLE if schema.has(n)]
    if name == ":nameable":
        return [n for n in NAMEABLE if schema.has(n)]
    if name == ":simple":
        return [p.name for p in properties if p.simple and p.readable]
    if name == ":owner":
        return [p.name for p in properties if p.owner and p.persisted and p.readable]
    if name == ":persisted":
        return [p.name for p in properties if p.persisted and p.readable and not p.alias]
    return [name]


def _add(node: Node, name: str, selection: Selection) -> None:
    prop = node.schema.properties.get(name)
    if prop is None or not prop.readable:
        if is_uid(name) and node.schema.has_attributes:
            node.attributes[name] = selection.transformers
        elif prop is None and node.schema.is_document:
            node.undeclared[name] = selection
        return
    # A preset's own transformers or brackets say nothing of its members.
    own = selection if selection.name == name else Selection(name)
    entry = node.entries.get(name)
    if entry is None:
        entry = node.entries[name] = Entry(prop)
        entry.selection = own.children
        if prop.target is not None:
            entry.node = _target_node(prop, own.children)
    elif own.children is not None:
        _merge(entry, own.children)
    entry.transformers += own.transformers


def _target_node(prop: Property, children: tuple[Selection, ...] | None) -> Node:
    target = get_schema(prop.target)
    if prop.target == "user":
        node = compile_selections(target, tuple(Selection(name) for name in USER_REFERENCE))
        node.user_reference = True
        return node
    if children is None:
        children = _default_selection(prop)
    return compile_selections(target, children)


def _default_selection(prop: Property) -> tuple[Selection, ...]:
    if prop.shape is Shape.EMBEDDED:
        return _owned(prop)
    return WHOLE if prop.shape is Shape.DOCUMENT and not prop.refers else ID_ONLY


def _owned(prop: Property) -> tuple[Selection, ...]:
    """All that embedded rows own; a single complex member shows neither an id nor its owner."""
    if prop.link.role is None:
        return (Selection(":owner"),)
    owner = camel_case(prop.link.owner_column.removesuffix("_id"))
    return (Selection(":owner"), Selection("id", excluded=True), Selection(owner, excluded=True))


def _merge(entry: Entry, children: tuple[Selection, ...]) -> None:
    """`groups[id],groups[name]` shows both."""
    if entry.node is not None and not entry.node.user_reference:
        more = compile_selections(entry.node.schema, children)
        for name, other in more.entries.items():
            entry.node.entries.setdefault(name, other)
        entry.node.undeclared |= more.undeclared
        entry.node.shows_undeclared |= more.shows_undeclared
    entry.selection = (entry.selection or ()) + children


def _narrow(node: Node, name: str, children: tuple[Selection, ...]) -> None:
    entry = node.entries.get(name)
    if entry is not None and entry.node is not None and not entry.node.user_reference:
        entry.node.removed |= {child.name for child in children}
        for child in children:
            entry.node.entries.pop(child.name, None)
