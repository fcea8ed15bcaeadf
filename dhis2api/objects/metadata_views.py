"""`/api/metadata`: everything out, anything in."""

from __future__ import annotations

from dataclasses import replace as with_changes

from dhis2api.objects import json_chunks, xml
from dhis2api.objects.async_imports import start_import
from dhis2api.objects.body_importing import import_body
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.exporting import Selections, export_chunks, select_types
from dhis2api.objects.formats.bodies import body_type
from dhis2api.objects.formats.csv_import import csv_class_names
from dhis2api.objects.params import MetadataBodyParams, MetadataExportParams
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.snapshots import streamed
from dhis2api.objects.views import OBJECT_BODIES, in_one_snapshot, reading_context
from dhis2api.web.bodies import open_body
from dhis2api.web.messages import conflict, ok
from dhis2api.web.negotiation import CSV, JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, StreamingHttpResponse, stream
from dhis2api.web.views import ApiRequest, ApiView


class MetadataView(ApiView):
    """Export and import of whole sets of objects."""

    consumes = {"post": (*OBJECT_BODIES, CSV)}

    @in_one_snapshot
    @declares(MetadataExportParams)
    def get(self, request: ApiRequest, params: MetadataExportParams) -> StreamingHttpResponse:
        """All objects of the selected types that the caller may read."""
        context = reading_context(request, params)
        if not params.nests:
            context = with_changes(context, member_limit=None)
        return export_answer(request, select_types(params, context), context, is_attachment=params.download)

    @declares(MetadataBodyParams)
    def post(self, request: ApiRequest, params: MetadataBodyParams) -> ApiResponse:
        """Import objects of any types."""
        if params.run_async:
            return start_import(request, params)
        with open_body(request) as stream:
            report = import_body(stream, body_type(request), params=params, user=request.user)
        return ok(response=report) if report.is_ok else conflict(IMPORT_FAILED.template, report, status="WARNING")


class CsvImportClassesView(ApiView):
    """The kinds of CSV files that the import reads."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names, as `classKey` takes them."""
        return ApiResponse(csv_class_names(), xml="csvImportClasses")


def export_answer(
    request: ApiRequest, selections: Selections, context: ReadingContext, *, is_attachment: bool
) -> StreamingHttpResponse:
    """A set of objects in the negotiated format; what is compressed is always a file."""
    is_xml = request.accepted_media_type == XML
    write = (xml if is_xml else json_chunks).document_chunks
    chunks = streamed(lambda: export_chunks(selections, context, write), at_once=1)
    compression = getattr(request, "compression", None)
    if compression:
        content_type = f"{request.accepted_media_type}+{compression}"
    else:
        content_type = f"{XML}; charset=UTF-8" if is_xml else JSON
    filename = "metadata.xml" if is_xml else "metadata.json"
    return stream(chunks, content_type, filename if is_attachment or compression else None, compression)
