"""`/api/audits/dataValue` and the files that audits tell of."""

from __future__ import annotations

from django.http.response import HttpResponseBase

from datavalues.audits.params import DataValueAuditParams
from datavalues.audits.services import data_value_audits, may_read_audited_file
from datavalues.errors import FILE_UNKNOWN
from dhis2api.errors import ApiError
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.web.downloads import uploaded_content
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from files.enums import FileResourceDomain
from files.models import FileResource
from files.services import read_content


class DataValueAuditsView(ApiView):
    """Changes of data values."""

    @declares(DataValueAuditParams)
    def get(self, request: ApiRequest, params: DataValueAuditParams) -> ApiResponse:
        """Newest first; `value` is what stood there before."""
        audits, total = data_value_audits(params, request.user)
        shown = pick(audits, parse_fields(",".join(params.fields) or "*"))
        head = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(head | {"dataValueAudits": shown}, xml="dataValueAudits")


class AuditedFileView(ApiView):
    """A file that a value once was."""

    def get(self, request: ApiRequest, uid: str) -> HttpResponseBase:
        """Its bytes, for who may read the changes that tell of it."""
        file = FileResource.objects.filter(uid=uid, domain=FileResourceDomain.DATA_VALUE).first()
        if file is None or not may_read_audited_file(uid, request.user):
            raise ApiError(FILE_UNKNOWN, uid)
        content = read_content(file)
        return uploaded_content(
            content.pieces, filename=file.name, content_type=file.content_type, length=content.length, tag=f'"{uid}"'
        )
