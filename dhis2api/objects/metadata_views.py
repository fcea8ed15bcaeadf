"""`/api/metadata`: everything out, anything in."""

from __future__ import annotations

from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.exporting import export_chunks, select_types
from dhis2api.objects.importer import MetadataImportParams, import_metadata
from dhis2api.objects.params import MetadataExportParams
from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import conflict, ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, StreamingHttpResponse, stream
from dhis2api.web.views import ApiRequest, ApiView


class MetadataView(ApiView):
    """Export and import of whole sets of objects."""

    renders = (JSON,)

    @declares(MetadataExportParams)
    def get(self, request: ApiRequest, params: MetadataExportParams) -> StreamingHttpResponse:
        """All objects of the selected types that the caller may read."""
        context = reading_context(request, params)
        chunks = export_chunks(select_types(params, context), context)
        compression = getattr(request, "compression", None)
        filename = "metadata.json" if params.download or compression else None
        return stream(chunks, f"{JSON}+{compression}" if compression else JSON, filename, compression)

    @declares(MetadataImportParams)
    def post(self, request: ApiRequest, params: MetadataImportParams) -> ApiResponse:
        """Import objects of any types."""
        report = import_metadata(read_json(request), params=params, user=request.user)
        return ok(response=report) if report.is_ok else conflict(IMPORT_FAILED.template, report, status="WARNING")
