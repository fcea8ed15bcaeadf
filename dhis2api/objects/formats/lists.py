"""How a list of objects is written in each format: which members it shows, and its pieces as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dhis2api.objects import json_chunks, xml
from dhis2api.objects.formats.csv_lists import columns_of, csv_chunks, dialect_of
from dhis2api.objects.params import ListParams
from dhis2api.objects.schema import Schema

Chunks = Callable[[Mapping[str, Any], Iterable[dict[str, Any]]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Writing:
    """`fields` in the language of requests; `chunks` gets what stands before the objects (the pager), and them."""

    fields: str
    chunks: Chunks


def json_writing(schema: Schema, params: ListParams) -> Writing:
    """`{"pager":{…},"dataElements":[…]}`."""
    return Writing(params.fields_text, lambda head, objects: json_chunks.list_chunks(head, schema.plural, objects))


def xml_writing(schema: Schema, params: ListParams) -> Writing:
    """`<metadata><pager/><dataElements>…`."""
    return Writing(params.fields_text, lambda head, objects: xml.document_chunks(head, [(schema, objects)]))


def csv_writing(schema: Schema, params: ListParams) -> Writing:
    """A line an object, without pager. Errors: ApiError 409 for members that fit in no cell, 400 for a separator."""
    columns = columns_of(schema, params.fields_text)
    dialect = dialect_of(params.separator, params.array_separator, has_header=not params.skip_header)
    return Writing(",".join(columns), lambda head, objects: csv_chunks(columns, objects, dialect))
