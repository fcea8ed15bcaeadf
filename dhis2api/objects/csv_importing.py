"""`POST /api/metadata` with a CSV file: read as its `classKey` says, then imported as any other payload."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from dhis2api.objects.formats.csv_import import find_reader, read_rows
from dhis2api.objects.importer import ImportReport, import_metadata
from dhis2api.objects.params import MetadataBodyParams


@transaction.atomic
def import_csv(stream: BinaryIO, *, params: MetadataBodyParams, user: Any) -> ImportReport:
    """Import a CSV file.

    One transaction holds reading, too: a file of memberships is added to what is stored, which must not change
    between. Errors: ApiError 409 for an unknown class, 400 naming the row for a file that cannot be read; faults of
    objects are in the report.
    """
    reader = find_reader(params.class_key)
    payload = reader(read_rows(stream, has_header=params.first_row_is_header), user.principal)
    return import_metadata(payload, params=params, user=user)
