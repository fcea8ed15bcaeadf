"""Compiles the `fields` of a gist: what is read of each object, and how it is shown. No database here."""

from __future__ import annotations

from dataclasses import dataclass, field

from dhis2api.objects.declarations import ComputedMembers
from dhis2api.objects.gist.params import Auto
from dhis2api.objects.query.fields import Selection, Transformer, parse_fields
from dhis2api.objects.reading.plan import Node, compile_selections, expand
from dhis2api.objects.schema import Property, Schema, Shape

PLAIN = "plain"
NONE = "none"
IDS = "ids"
ID_OBJECTS = "id-objects"
SIZE = "size"
PLUCK = "pluck"
MEMBER = "member"
NOT_MEMBER = "not-member"
COUNTED = frozenset({SIZE, "isEmpty", "isNotEmpty"})
# `from` names what a derived member is made of, which the schema knows; `rename` is applied to the key.
TRANSFORMERS = COUNTED | {NONE, IDS, ID_OBJECTS, PLUCK, MEMBER, NOT_MEMBER}

_AUTOMATIC = {Auto.XS: NONE, Auto.S: NONE, Auto.M: SIZE, Auto.L: IDS, Auto.XL: ID_OBJECTS}
_SMALLEST = ("id", "code", "name", "displayName")
_NOT_AUTOMATIC = frozenset({"sharing", "access", "translations", "attributeValues"})


@dataclass(frozen=True, slots=True)
class GistField:
    """One member of a gist."""

    key: str
    prop: Property
    transform: str = PLAIN
    arguments: tuple[str, ...] = ()

    @property
    def is_link(self) -> bool:
        """Whether the member stands for other objects, which are shown by a link."""
        return self.prop.target is not None and self.transform != PLAIN

    @property
    def is_collection(self) -> bool:
        return has_members(self.prop)


@dataclass(slots=True)
class GistPlan:
    """What is read, and what is made of it; custom attributes are asked for by their uid."""

    schema: Schema
    fields: list[GistField] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    other: dict[str, tuple[Transformer, ...]] = field(default_factory=dict)  # custom attributes, by the name asked for

    @property
    def is_bare(self) -> bool:
        """Whether the one simple member that is asked for stands for the object."""
        if len(self.fields) != 1 or len(self.selections) != 1:
            return False
        (only,) = self.fields
        return only.transform == PLAIN and only.prop.simple and self.selections[0].name == only.prop.name

    def node(self) -> Node:
        """The plan of the reading; the uid is always read."""
        return compile_selections(self.schema, (Selection("id"), *self.selections))


def has_members(prop: Property) -> bool:
    """Whether the member is a collection of objects that can be counted without reading them."""
    return prop.collection and (prop.link is not None or isinstance(prop.computed, ComputedMembers))


def compile_gist(schema: Schema, text: str, auto: Auto) -> GistPlan:
    """The plan for a gist's `fields` (empty: `*`). Errors: ApiError E1003 beyond the bounds of the grammar."""
    selections = parse_fields(text if text.strip(" ,") else "*")
    removed = {s.name for s in selections if s.excluded}
    plan = GistPlan(schema)
    for selection in selections:
        if selection.excluded:
            continue
        for name in _names(schema, selection.name, auto):
            if name not in removed:
                _add(plan, name, selection if name == selection.name else Selection(name), auto)
    return plan


def _names(schema: Schema, name: str, auto: Auto) -> list[str]:
    if name not in ("*", ":all"):
        return expand(schema, name)
    if auto is Auto.XS:
        return [n for n in _SMALLEST if schema.has(n)]
    return [
        p.name for p in schema.properties.values()
        if p.readable and p.persisted and not p.alias and p.name not in _NOT_AUTOMATIC
    ]  # fmt: skip


def _add(plan: GistPlan, name: str, selection: Selection, auto: Auto) -> None:
    prop = plan.schema.properties.get(name)
    if prop is None or not prop.readable:
        plan.selections.append(Selection(name))  # a custom attribute, or nothing
        plan.other[name] = selection.transformers
        return
    named = [t for t in selection.transformers if t.name in TRANSFORMERS]
    renamed = [t.arguments[0] for t in selection.transformers if t.name == "rename" and t.arguments]
    key = renamed[-1] if renamed else name
    transform = named[-1].name if named else _default(prop, selection, auto)
    given = named[-1].arguments if named else ()
    arguments = tuple(part.strip() for text in given for part in text.split(",") if part.strip())
    if transform == PLUCK and not arguments:
        arguments = tuple(child.name for child in selection.children or ()) or ("id",)
    plan.fields.append(GistField(key, prop, transform, arguments))
    read = _read(prop, transform, arguments, selection)
    if read is not None:
        plan.selections.append(read)


def _default(prop: Property, selection: Selection, auto: Auto) -> str:
    if prop.target is None or selection.children is not None:
        return PLAIN
    automatic = _AUTOMATIC[auto]
    if prop.shape is not Shape.EMBEDDED:
        return automatic
    # Rows of the object itself have no page of their own unless they are many, and ids that nobody refers to.
    if not prop.collection:
        return PLAIN
    return automatic if automatic == NONE else SIZE


def _read(prop: Property, transform: str, arguments: tuple[str, ...], selection: Selection) -> Selection | None:
    """What has to be read of the member itself; counts and memberships are asked of its table instead."""
    if has_members(prop) and (transform in COUNTED or transform in (NONE, MEMBER, NOT_MEMBER)):
        return None
    if transform == PLAIN or prop.target is None:
        return Selection(prop.name, selection.children)
    wanted = arguments if transform == PLUCK else ()
    return Selection(prop.name, tuple(Selection(name) for name in ("id", *wanted)))
