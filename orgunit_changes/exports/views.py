"""The web list as a file: with the list's filters, in the order of the units' names, all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from django.utils import timezone

from dhis2api.web.negotiation import CSV
from dhis2api.web.responses import StreamingHttpResponse, stream
from dhis2api.web.views import ApiRequest
from orgunit_changes.dialect.views import DialectView
from orgunit_changes.exports.files import csv_chunks, xlsx_chunks
from orgunit_changes.exports.rows import rows_of
from orgunit_changes.listing.filters import filtered, unordered
from orgunit_changes.visibility import sight_of
from orgunit_changes.visible_requests import requests_in_sight

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_NAME = "review-change-proposals--{:%Y-%m-%d}.{}"


class _ExportView(DialectView):
    media_type: ClassVar[str]
    extension: ClassVar[str]
    write: ClassVar[Callable[[Iterable[Any]], Iterator[bytes]]]

    def perform_content_negotiation(self, request: ApiRequest, force: bool = False) -> Any:
        """The address says which format it is, whatever `Accept` says; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: ApiRequest) -> StreamingHttpResponse:
        """The requests that the user sees and the filters leave."""
        found = filtered(requests_in_sight(sight_of(request.user)), request.query_params)
        chunks = type(self).write(rows_of(unordered(found)))
        return stream(chunks, self.media_type, FILE_NAME.format(timezone.now(), self.extension))


class CsvExportView(_ExportView):
    """As comma-separated values."""

    media_type, extension, write = f"{CSV}; charset=UTF-8", "csv", csv_chunks


class XlsxExportView(_ExportView):
    """As a workbook."""

    media_type, extension, write = XLSX, "xlsx", xlsx_chunks
