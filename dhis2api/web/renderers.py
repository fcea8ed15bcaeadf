"""Data as bytes in the negotiated format: JSON by orjson, XML, a page for people, or bytes as a view made them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.timestamps import format_timestamp
from dhis2api.web.xml import generic_document, to_bytes

JSON_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def encode_json(data: Any, *, indent: bool = False) -> bytes:
    """JSON as DHIS2 writes it: timestamps without zone, objects by their `to_dict()`."""
    option = JSON_OPTIONS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        return orjson.dumps(data, default=_encode_other, option=option)
    except orjson.JSONEncodeError:
        return orjson.dumps(_in_64_bits(data), default=_encode_other, option=option)


def _in_64_bits(value: Any) -> Any:
    """The value with floats for whole numbers that are too long: PostgreSQL gives back `1e20` as 21 digits."""
    if isinstance(value, Mapping):
        return {name: _in_64_bits(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_in_64_bits(inner) for inner in value]
    return float(value) if type(value) is int and not -(2**63) <= value < 2**64 else value


class JsonRenderer(BaseRenderer):
    """`application/json`."""

    media_type = JSON
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode_json(data)


class XmlRenderer(BaseRenderer):
    """`application/xml`: the form that the response names, else a generic one."""

    media_type = XML
    format = "xml"
    charset = "UTF-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        form = getattr((renderer_context or {}).get("response"), "xml", None)
        if callable(form):
            document = form()
            return document if isinstance(document, bytes) else to_bytes(document)
        if data is None:
            return b""
        if isinstance(data, bytes):
            return data
        if hasattr(data, "to_document"):
            return to_bytes(data.to_document())
        return generic_document(form or "response", data)


class PassthroughRenderer(BaseRenderer):
    """Text or bytes that the view made itself."""

    charset = "UTF-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return data.encode() if isinstance(data, str) else bytes(data)


@cache
def renderer_for(media_type: str) -> type[BaseRenderer]:
    """The renderer of a media type that a view declares in `renders`."""
    if media_type in (JSON, XML):
        return JsonRenderer if media_type == JSON else XmlRenderer
    is_text = media_type.startswith("text/") or media_type.endswith(("+xml", "javascript"))
    members = {"media_type": media_type, "format": media_type, "charset": "UTF-8" if is_text else None}
    return type("PassthroughRenderer", (PassthroughRenderer,), members)


def _encode_other(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Enum | Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
