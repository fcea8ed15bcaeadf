"""A body that carries metadata in any format, read and imported: by the request that brought it, or later by a job."""

from __future__ import annotations

from typing import Any, BinaryIO

from dhis2api.objects.csv_importing import import_csv
from dhis2api.objects.formats.bodies import decode_metadata
from dhis2api.objects.importer import ImportReport, import_metadata
from dhis2api.objects.params import MetadataBodyParams
from dhis2api.web.negotiation import CSV


def import_body(stream: BinaryIO, media_type: str, *, params: MetadataBodyParams, user: Any) -> ImportReport:
    """Import a decompressed body of `media_type` (JSON, XML or CSV).

    Errors: ApiError 400 with the place for a body that cannot be read; faults of objects are in the report.
    """
    if media_type == CSV:
        return import_csv(stream, params=params, user=user)
    return import_metadata(decode_metadata(stream, media_type), params=params, user=user)
