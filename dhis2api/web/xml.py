"""XML in and out by lxml, with entities, DTDs and the network off and libxml2's own limits left on.

A DOCTYPE is refused before anything in the document is used; libxml2 itself stops entity bombs, nesting beyond 256
and text beyond 10 MB. Reading is streaming and forgets what it has handed out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, BinaryIO

from lxml import etree

from dhis2api.errors import ApiError
from dhis2api.web.errors import XML_UNREADABLE
from dhis2api.web.timestamps import format_timestamp

MAX_UNREWARDED_BYTES = 11_000_000  # a little more than the text that libxml2 allows in one element

DXF = "http://dhis2.org/schema/dxf/2.0"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not characters of XML 1.0

Element = etree._Element


def iter_elements(stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    """Each element twice as it is read: `("start", element)` with its attributes, `("end", element)` with its text.

    Memory stays flat: an element is forgotten when the next one is asked for after its end, so that at the end of a
    parent its children are gone. Errors: ApiError 400 with line and column; elements before it were handed out.
    """
    yield from _guarded(stream, forget=True)


def read_tree(stream: BinaryIO) -> Element:
    """The root of a whole document, for bodies small enough to hold. Errors: ApiError 400 with line and column."""
    root: Element | None = None
    for _event, element in _guarded(stream, forget=False):
        root = element if root is None else root
    if root is None:
        raise ApiError(XML_UNREADABLE, "the document is empty, at line 1, column 1")
    return root


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def namespace(element: Element) -> str | None:
    """The namespace of an element, None if it has none."""
    return etree.QName(element).namespace


def clean_text(text: str) -> str:
    """`text` without the characters that XML cannot carry; the rest is escaped by lxml."""
    return ILLEGAL.sub("", text)


def format_scalar(value: Any) -> str:
    """A scalar as DHIS2's XML shows it: `true`, `12`, `2018-02-22T15:15:34.067`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return format_scalar(value.value)
    return clean_text(str(value))


def root_element(name: str, /, **attributes: Any) -> Element:
    """A root in the DXF 2 namespace; attributes that are None are left out."""
    root = etree.Element(f"{{{DXF}}}{name}", nsmap={None: DXF})
    set_attributes(root, attributes)
    return root


def set_attributes(element: Element, attributes: Mapping[str, Any]) -> None:
    """Set scalar attributes; None is left out."""
    for name, value in attributes.items():
        if value is not None:
            element.set(name, format_scalar(value))


def append(parent: Element, name: str, value: Any = None, /, **attributes: Any) -> Element:
    """A child in the parent's namespace, with `value` as its text and scalar attributes."""
    child = etree.SubElement(parent, _qualified(parent, name))
    set_attributes(child, attributes)
    if value is not None:
        child.text = format_scalar(value)
    return child


def append_value(parent: Element, name: str, value: Any) -> None:
    """Any JSON value as a child of `parent`; None is left out.

    A mapping of scalars becomes attributes (`<importCount imported="3"/>`), any other mapping child elements, a list
    a wrapper of items in the singular (`<conflicts><conflict/></conflicts>`). An object with `to_xml(parent)` does it
    itself.
    """
    if hasattr(value, "to_xml"):
        value.to_xml(parent)
        return
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if value is None:
        return
    if isinstance(value, Mapping):
        append_members(append(parent, name), value)
    elif isinstance(value, list | tuple | set | frozenset):
        wrapper = append(parent, name)
        for item in value:
            append_value(wrapper, singular(name), item)
    else:
        append(parent, name, value)


def append_members(element: Element, members: Mapping[str, Any]) -> None:
    """The members of a mapping: attributes if all are scalars that a name can stand before, else children."""
    named = {str(name): value for name, value in members.items()}
    if all(_is_scalar(value) and is_name(name) for name, value in named.items()):
        set_attributes(element, named)
        return
    for name, value in named.items():
        if is_name(name):
            append_value(element, name, value)
        else:  # a key of a map, such as a uid that begins with a digit
            append_value(append(element, "entry", key=name), "value", value)


def to_bytes(root: Element) -> bytes:
    """A document with its declaration, UTF-8."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def generic_document(name: str, data: Any) -> bytes:
    """Any JSON value as a document with the root `name`."""
    root = root_element(name)
    if isinstance(data, Mapping):
        append_members(root, data)
    elif isinstance(data, Iterable) and not isinstance(data, str | bytes):
        for item in data:
            append_value(root, "item", item)
    elif data is not None:
        root.text = format_scalar(data)
    return to_bytes(root)


def singular(name: str) -> str:
    """The name of one item of a list: `categories` to `category`, `conflicts` to `conflict`."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else "item"


def _guarded(stream: BinaryIO, *, forget: bool) -> Iterator[tuple[str, Element]]:
    patient = _PatientReader(stream)
    events = etree.iterparse(
        patient, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    is_first = True
    try:
        for event, element in events:
            if is_first:
                _refuse_doctype(element)
                is_first = False
            patient.unrewarded = 0
            yield event, element
            if forget and event == "end":
                _forget(element)
    except etree.XMLSyntaxError as error:
        line, column = (max(number or 1, 1) for number in error.position)
        reason = re.sub(r",? ?line \d+, column \d+.*$", "", str(error.msg), flags=re.DOTALL).strip()
        raise ApiError(XML_UNREADABLE, f"{reason}, at line {line}, column {column}") from error


class _PatientReader:
    """Reads on only so far for the next element: libxml2 would hold any amount of bytes to find the end of a tag."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.unrewarded = 0  # bytes since the last element

    def read(self, size: int) -> bytes:
        if self.unrewarded > MAX_UNREWARDED_BYTES:
            raise ApiError(XML_UNREADABLE, f"no element in {MAX_UNREWARDED_BYTES} bytes, in or after the last one")
        piece = self._stream.read(size)
        self.unrewarded += len(piece)
        return piece


def _refuse_doctype(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise ApiError(XML_UNREADABLE, f"a DOCTYPE is not allowed, before line {root.sourceline or 1}, column 1")


def _forget(element: Element) -> None:
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _qualified(parent: Element, name: str) -> str:
    space = namespace(parent)
    return f"{{{space}}}{name}" if space else name


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | date | Enum)


def is_name(name: str) -> bool:
    """Whether an element or attribute may be called so, as far as this server's own names go."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) is not None
