"""Objects as XML (DHIS2 up to 2.36): identifying members as attributes, collections as wrapper and items.

What an import takes can be read back without loss (`formats/xml_reading.py` is the inverse): members of free form
name the type of whatever is neither a text nor a filled object, and geometry is GeoJSON as text. Characters that XML
1.0 has not are left out. Long documents are made a batch of objects at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import Any

import orjson
from lxml import etree

from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import Kind, Property, Schema
from dhis2api.web.renderers import encode_json
from dhis2api.web.xml import append, append_value, format_scalar, root_element, set_attributes

ATTRIBUTES = frozenset(
    {"id", "code", "name", "shortName", "displayName", "created", "lastUpdated", "href", "level", "leaf", "path"}
)
BATCH = 200  # objects held as a tree at once
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"

Element = etree._Element


def document_chunks(
    head: Mapping[str, Mapping[str, Any]], members: Iterable[tuple[Schema, Iterable[dict[str, Any]]]]
) -> Iterator[bytes]:
    """A document of objects of several types; `head` is what stands before them (`system`, `pager`)."""
    root = root_element("metadata")
    for name, members_of_head in head.items():
        element = append(root, name)
        for member, value in members_of_head.items():
            append_value(element, member, value)
    root.text = ""  # so that it has an end tag to cut off
    opening, _, end = etree.tostring(root, encoding="UTF-8").rpartition(b"</")
    yield DECLARATION + opening
    for schema, objects in members:
        yield from _wrapped(schema, iter(objects))
    yield b"</" + end


def object_document(schema: Schema, data: dict[str, Any]) -> Element:
    """One object with its singular name as root."""
    root = root_element(schema.singular)
    fill(root, schema, data)
    return root


def fill(element: Element, schema: Schema, data: Mapping[str, Any]) -> None:
    """Write an object's members into its element."""
    for name, value in data.items():
        is_attribute = name in ATTRIBUTES and (name in schema.properties or isinstance(value, str))
        if is_attribute and not isinstance(value, list | dict):
            set_attributes(element, {name: value})
        elif value is not None:
            _member(element, schema.properties.get(name), name, value)


def _wrapped(schema: Schema, objects: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    name = schema.plural.encode()
    opening = b"<" + name + b">"
    while batch := list(islice(objects, BATCH)):
        wrapper = root_element(schema.plural)
        for item in batch:
            fill(append(wrapper, schema.singular), schema, item)
        whole = etree.tostring(wrapper, encoding="UTF-8")
        # The items alone: the namespace stands at the root of the document.
        yield opening + whole[whole.index(b">") + 1 : whole.rindex(b"</")]
        opening = b""
    yield b"<" + name + b"/>" if opening else b"</" + name + b">"


def _member(element: Element, prop: Property | None, name: str, value: Any) -> None:
    if prop is None:
        _free(element, name, value)
    elif isinstance(value, list):
        wrapper = _child(element, name)
        for item in value:
            _item(wrapper, prop, item)
    elif isinstance(value, dict) and prop.kind is Kind.GEOLOCATION:
        append(element, name, orjson.dumps(value).decode())
    elif isinstance(value, dict) and prop.kind is Kind.REFERENCE and prop.target is None:
        append(element, name, **value)
    elif isinstance(value, dict) and (target := _target(prop)) is not None:
        fill(append(element, name), target, value)
    elif prop.simple and not isinstance(value, dict):
        append(element, name, value)
    else:
        _free(element, name, value)


def _item(wrapper: Element, prop: Property, item: Any) -> None:
    name = prop.singular if prop.collection else "item"
    target = _target(prop)
    if isinstance(item, dict) and target is not None:
        fill(append(wrapper, name), target, item)
    elif isinstance(item, dict) and prop.name == "attributeValues":
        element = append(wrapper, name)
        for key, value in item.items():
            _attribute_value(element, key, value)
    elif prop.item_kind is Kind.INTEGER and isinstance(item, int):
        append(wrapper, name, item)
    else:
        _free(wrapper, name, item)


def _attribute_value(element: Element, name: str, value: Any) -> None:
    attribute = find_schema("attribute")
    if name == "attribute" and isinstance(value, dict) and attribute is not None:
        fill(append(element, name), attribute, value)
    else:
        _free(element, name, value)


def _free(parent: Element, name: str, value: Any) -> None:
    """A value that no schema describes, so that reading it gives the same value again."""
    element = _child(parent, name)
    if isinstance(value, dict):
        for key, inner in value.items():
            _free(element, key, inner)
    elif isinstance(value, list):
        for inner in value:
            _free(element, "item", inner)
    elif isinstance(value, bool | int | float) and not isinstance(value, Enum):
        element.text = encode_json(value).decode()
    elif value is not None:
        element.text = format_scalar(value)
    if (kind := _type_name(value)) is not None:
        element.set("type", kind)


def _type_name(value: Any) -> str | None:
    """What the element of a value of free form must say of its type; None where its content says it."""
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict):
        return None if value else "object"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else None


def _child(parent: Element, name: str) -> Element:
    return append(parent, name) if NAME.fullmatch(name) else append(parent, "entry", key=name)


def _target(prop: Property) -> Schema | None:
    return find_schema(prop.target) if prop.target else None
