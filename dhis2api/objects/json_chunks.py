"""Lists of any length as pieces of a JSON document, byte for byte what encoding them whole would give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from dhis2api.objects.schema import Schema
from dhis2api.web.renderers import encode_json

BATCH = 500  # objects encoded at once


def json_list(objects: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """`[…]`."""
    remaining = iter(objects)
    opening = b"["
    while batch := list(islice(remaining, BATCH)):
        yield opening + encode_json(batch)[1:-1]
        opening = b","
    yield b"[]" if opening == b"[" else b"]"


def document_chunks(
    head: Mapping[str, Any], members: Iterable[tuple[Schema, Iterable[dict[str, Any]]]]
) -> Iterator[bytes]:
    """`{…head…,"dataElements":[…],"dataSets":[…]}`."""
    yield encode_json(head)[:-1]
    opening = b"," if head else b""
    for schema, objects in members:
        yield opening + b'"' + schema.plural.encode() + b'":'
        yield from json_list(objects)
        opening = b","
    yield b"}"


def list_chunks(head: Mapping[str, Any], plural: str, objects: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """`{…head…,"plural":[…]}`."""
    opening = encode_json(head)[:-1] + (b"," if head else b"") + b'"' + plural.encode() + b'":'
    for piece in json_list(objects):
        yield opening + piece
        opening = b""
    yield b"}"
