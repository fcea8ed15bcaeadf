"""References that stand in documents: where they are, which a payload holds, and a content without those that go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape

Gone = Mapping[str, Set[str]]  # type → uids


@dataclass(frozen=True, slots=True)
class Place:
    """One declared reference: its property, and the jsonpath to the uids that stand there."""

    prop: Property
    path: str


def declared_members(schema: Schema) -> Iterator[Property]:
    """The members that stand in the content of a document, or in an item of one."""
    return (prop for prop in schema.properties.values() if prop.shape is Shape.DOCUMENT)


def references_in(prop: Property, value: Any) -> Iterator[tuple[str, Any]]:
    """Each reference that stands in a payload's value of a document member, with the type it points to."""
    if prop.target is None:
        return
    for one in value if isinstance(value, list) else [value]:
        if prop.refers:
            yield prop.target, one
        elif isinstance(one, dict):
            for inner in declared_members(get_schema(prop.target)):
                if one.get(inner.name) is not None:
                    yield from references_in(inner, one[inner.name])


def places(schema: Schema, path: str = "$") -> Iterator[Place]:
    """Every declared reference of a document; the jsonpaths are made of schema names alone."""
    for prop in declared_members(schema):
        here = step_path(path, prop)
        if prop.refers:
            yield Place(prop, f"{here}.id")
        elif prop.names_any:
            yield Place(prop, here)
        elif prop.target is not None:
            yield from places(get_schema(prop.target), here)


def gone_of(prop: Property, gone: Gone) -> Set[str]:
    """The uids of `gone` that may stand in the member."""
    return set().union(*gone.values()) if prop.names_any else gone.get(prop.target or "", frozenset())


def step_path(path: str, prop: Property) -> str:
    """The jsonpath of a member's values, below `path`."""
    return f'{path}."{prop.name}"' + ("[*]" if prop.collection else "")


def protected_in(schema: Schema, content: Mapping[str, Any], singular: str) -> Iterator[str]:
    """The uids of objects of a type that a content protects from deletion."""
    for prop in declared_members(schema):
        value = content.get(prop.name)
        if value is None or prop.target is None:
            continue
        for one in value if prop.collection else [value]:
            if not prop.refers:
                yield from protected_in(get_schema(prop.target), one, singular)
            elif prop.protects and prop.target == singular:
                yield one["id"]


def without(schema: Schema, content: dict[str, Any], gone: Gone) -> dict[str, Any] | None:
    """The content without references to what is gone; None where it lost what it cannot be without.

    An item of a collection that loses the last reference it lives by goes too.
    """
    kept = dict(content)
    lost = False
    for prop in declared_members(schema):
        value = content.get(prop.name)
        if value is None or not (prop.target or prop.names_any):
            continue
        rows = value if prop.collection else [value]
        left = [row for one in rows if (row := _kept(prop, one, gone)) is not None]
        if left == rows:
            continue
        lost = True
        if prop.required and not left:
            return None
        kept[prop.name] = left if prop.collection else left[0] if left else None
    kept = {name: value for name, value in kept.items() if value is not None}
    lives_by = schema.item.lives_by if schema.item is not None else ()
    return None if lost and lives_by and not any(kept.get(name) for name in lives_by) else kept


def _kept(prop: Property, value: Any, gone: Gone) -> Any:
    if prop.names_any:
        return None if value in gone_of(prop, gone) else value
    if prop.refers:
        return None if value.get("id") in gone_of(prop, gone) else value
    return without(get_schema(prop.target), value, gone)
