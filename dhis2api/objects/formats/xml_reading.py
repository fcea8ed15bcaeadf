"""XML to the payloads that JSON would give: the inverse of `dhis2api.objects.xml`, and lenient to other writers.

Reading is streaming: of a set of objects only the one that is being read is held as XML. What a member is, its type's
schema says; attributes and child elements are the same. Source: DHIS2 2.36, metadata API, XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from dhis2api.errors import ApiError
from dhis2api.objects.registry import find_by_plural, find_schema
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from dhis2api.web.bodies import MAX_DEPTH
from dhis2api.web.errors import XML_UNREADABLE
from dhis2api.web.xml import iter_elements, local_name

ROOTS = ("metadata", "metaData", "dxf2")  # of a set of objects; the others are those of older versions
_TYPES = frozenset({"list", "object", "null", "boolean", "number"})
_BOOLEANS = {"true": True, "false": False}


@dataclass(slots=True)
class Node:
    """An element without its namespace."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def key(self) -> str:
        """The member that the element stands for; names that XML has not stand in an attribute."""
        return self.attributes.get("key", self.name) if self.name == "entry" else self.name


def read_metadata(stream: BinaryIO) -> dict[str, list[Any]]:
    """`<metadata><dataElements><dataElement/>…` as `{plural: [object, …]}`; elements that are no type are skipped.

    Errors: ApiError 400 with line and column for what is not XML, or has another root.
    """
    payload: dict[str, list[Any]] = {}
    for path, node in _nodes(stream, depth=2):
        schema = find_by_plural(path[1].name) if len(path) == 2 else None
        if not path:
            _require_root(node, ROOTS)
        elif schema is not None:
            payload.setdefault(schema.plural, []).append(read_object(schema, node))
    return payload


def read_one(schema: Schema, stream: BinaryIO) -> dict[str, Any]:
    """One object, its singular name the root. Errors: ApiError 400 with line and column."""
    root = next(node for path, node in _nodes(stream, depth=0) if not path)
    _require_root(root, (schema.singular,))
    return read_object(schema, root)


def read_object(schema: Schema, node: Node) -> dict[str, Any]:
    """The members of an object."""
    raw: dict[str, Any] = {}
    for name, text in node.attributes.items():
        raw[name] = _scalar(schema.properties.get(name), text)
    for child in node.children:
        raw[child.key] = _member(schema.properties.get(child.key), child)
    return raw


def _nodes(stream: BinaryIO, depth: int) -> Iterator[tuple[list[Node], Node]]:
    """Every element down to `depth` when it ends, with those around it; what is deeper is among its children."""
    path: list[Node] = []
    for event, element in iter_elements(stream):
        if event == "start":
            if len(path) == MAX_DEPTH:  # what walks the values may recurse
                place = f"at line {element.sourceline or 1}, column 1"
                raise ApiError(XML_UNREADABLE, f"nested deeper than {MAX_DEPTH} levels, {place}")
            # Attributes of other namespaces (`xsi:nil`) are no members.
            attributes = {str(name): str(value) for name, value in element.attrib.items() if not name.startswith("{")}
            node = Node(local_name(element), element.sourceline or 1, attributes)
            if len(path) > depth:
                path[-1].children.append(node)
            path.append(node)
        else:
            node = path.pop()
            node.text = element.text or ""
            if len(path) <= depth:
                yield path, node


def _require_root(node: Node, names: tuple[str, ...]) -> None:
    if node.name not in names:
        raise ApiError(
            XML_UNREADABLE, f"the root is `{node.name}`, expected `{names[0]}`, at line {node.line}, column 1"
        )


def _member(prop: Property | None, node: Node) -> Any:
    if prop is None:
        return _free(node)
    if prop.collection:
        return [_item(prop, child) for child in node.children]
    if prop.target is not None:
        return _referred(prop, node)
    if prop.kind is Kind.GEOLOCATION and not node.children:
        return _json(node.text)
    if prop.shape is Shape.JSON or prop.kind is Kind.COMPLEX or node.children or node.attributes:
        return _free(node)
    return _scalar(prop, node.text)


def _item(prop: Property, node: Node) -> Any:
    if prop.target is not None:
        return _referred(prop, node)
    if prop.item_kind is Kind.INTEGER and not node.attributes:
        return _number(node.text)
    return _free(node)


def _referred(prop: Property, node: Node) -> Any:
    """An object; bare text is an identifier."""
    schema = find_schema(prop.target)
    if schema is None or not (node.attributes or node.children):
        return node.text.strip()
    return read_object(schema, node)


def _scalar(prop: Property | None, text: str) -> Any:
    if prop is not None and prop.kind is Kind.BOOLEAN:
        return _BOOLEANS.get(text.strip(), text)
    if prop is not None and prop.kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(text)
    return text


def _free(node: Node) -> Any:
    """A value that no schema describes; elements that say nothing of their type are texts or objects."""
    kind = node.attributes.get("type")
    if kind == "null":
        return None
    if kind == "list":
        return [_free(child) for child in node.children]
    if kind == "number":
        return _number(node.text)
    if kind == "boolean":
        return _BOOLEANS.get(node.text.strip(), node.text)
    members: dict[str, Any] = {n: t for n, t in node.attributes.items() if not _is_own(node, n, t)}
    if not members and not node.children and kind != "object":
        return node.text
    repeated: set[str] = set()
    for child in node.children:
        value = _free(child)
        if child.key in repeated:
            members[child.key].append(value)
        elif child.key in members:
            members[child.key] = [members[child.key], value]
            repeated.add(child.key)
        else:
            members[child.key] = value
    return members


def _is_own(node: Node, name: str, text: str) -> bool:
    """Whether an attribute is a word of the format, and no member."""
    return (name == "type" and text in _TYPES) or (name == "key" and node.name == "entry")


def _number(text: str) -> Any:
    """The number, as JSON writes it; the text itself where it is none, for the import to refuse with its place."""
    value = _json(text)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text


def _json(text: str) -> Any:
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text)
    return text
