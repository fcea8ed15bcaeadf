"""Objects as XML (DHIS2 up to 2.36): identifying members as attributes, collections as wrapper and items."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema
from dhis2api.web.xml import append, append_value, is_name, root_element, set_attributes

ATTRIBUTES = frozenset(
    {"id", "code", "name", "shortName", "displayName", "created", "lastUpdated", "href", "level", "leaf", "path"}
)


def list_document(schema: Schema, data: dict[str, Any]) -> etree._Element:
    """`<metadata><pager/><dataElements><dataElement …/></dataElements></metadata>`."""
    root = root_element("metadata")
    if "pager" in data:
        pager = append(root, "pager")
        for name, value in data["pager"].items():
            append_value(pager, name, value)
    wrapper = append(root, schema.plural)
    for item in data[schema.plural]:
        fill(append(wrapper, schema.singular), schema, item)
    return root


def object_document(schema: Schema, data: dict[str, Any]) -> etree._Element:
    """One object with its singular name as root."""
    root = root_element(schema.singular)
    fill(root, schema, data)
    return root


def fill(element: etree._Element, schema: Schema, data: dict[str, Any]) -> None:
    """Write an object's members into its element."""
    set_attributes(element, {name: value for name, value in data.items() if name in ATTRIBUTES})
    for name, value in data.items():
        if name not in ATTRIBUTES:
            _member(element, schema.properties.get(name), name, value)


def _member(element: etree._Element, prop: Property | None, name: str, value: Any) -> None:
    target = get_schema(prop.target) if prop is not None and prop.target else None
    if not is_name(name):  # of a document, which may hold what no type declares
        append_value(append(element, "entry", key=name), "value", value)
    elif isinstance(value, list):
        wrapper = append(element, name)
        for item in value:
            if isinstance(item, dict) and target is not None:
                fill(append(wrapper, prop.singular), target, item)
            else:
                append_value(wrapper, prop.singular if prop is not None else "item", item)
    elif isinstance(value, dict) and target is not None:
        fill(append(element, name), target, value)
    else:
        append_value(element, name, value)
