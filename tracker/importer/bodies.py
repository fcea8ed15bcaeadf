"""A body in any format as something that makes the payload, and makes it again."""

from __future__ import annotations

from collections.abc import Callable

from tracker.formats import csv as csv_format
from tracker.formats import json as json_format
from tracker.params import TrackerImportParams
from tracker.records import Payload

CSV, JSON = "csv", "json"


def decoder_of(data: bytes, format: str, params: TrackerImportParams) -> Callable[[], Payload]:
    """What decodes `data`, a body in `format` ("json" or "csv"). Errors (of the call): ApiError 400."""
    if format == CSV:
        return lambda: csv_format.decode(data, has_header=params.skip_first)
    return lambda: json_format.decode(data)
