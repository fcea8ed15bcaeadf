"""Bodies that a view takes from `request.data`: JSON, forms and multipart; everything larger is read as a stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from rest_framework.parsers import BaseParser, FormParser, MultiPartParser

from dhis2api.web.bodies import read_json
from dhis2api.web.negotiation import JSON

__all__ = ["FormParser", "JsonParser", "MultiPartParser"]


class JsonParser(BaseParser):
    """`application/json` by orjson, with the limits and errors of `bodies.read_json`."""

    media_type = JSON

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return read_json((parser_context or {})["request"])
