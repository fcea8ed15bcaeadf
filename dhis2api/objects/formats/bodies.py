"""Bodies that carry objects, in any format that the content type names, as the plain values that JSON would give."""

from __future__ import annotations

from typing import Any, BinaryIO

from dhis2api.objects.formats.xml_reading import read_metadata, read_one
from dhis2api.objects.schema import Schema
from dhis2api.web.bodies import decode_json, open_body, read_json, read_json_stream
from dhis2api.web.negotiation import SYNONYMS, XML
from dhis2api.web.views import ApiRequest


def body_type(request: ApiRequest) -> str:
    """The media type of the body, by its usual name."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    return SYNONYMS.get(media_type, media_type)


def read_object_body(request: ApiRequest, schema: Schema) -> Any:
    """One object. Errors: ApiError 400 with line and column, 413 beyond the limit of bodies."""
    if body_type(request) == XML:
        with open_body(request) as stream:
            return read_one(schema, stream)
    return read_json(request)


def decode_metadata(stream: BinaryIO, media_type: str) -> Any:
    """`{plural: [object, …]}`. Errors: as for one object."""
    return read_metadata(stream) if media_type == XML else decode_json(read_json_stream(stream))
