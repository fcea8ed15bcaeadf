"""`/api/completeDataSetRegistrations`."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse

from datavalues.registrations.completing import COMPLETION, complete
from datavalues.registrations.deleting import delete_registrations
from datavalues.registrations.exporting import export_registrations
from datavalues.registrations.importing import failed_registrations, import_complete_registrations
from datavalues.registrations.params import (
    RegistrationDeleteParams,
    RegistrationExportParams,
    RegistrationImportParams,
)
from datavalues.views import CONTENT_TYPES, answer_summary, answer_unread, body_format, check_schemes
from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, discard_rest, open_body, read_json_stream
from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.renderers import renderer_for
from dhis2api.web.responses import ApiResponse, no_content, stream
from dhis2api.web.views import ApiRequest, ApiView
from scheduling.answers import answer_async
from scheduling.job_types import JobType


class RegistrationsView(ApiView):
    """Which data sets are complete, for what and where."""

    consumes = {"post": (JSON, XML)}

    @declares(RegistrationExportParams)
    def get(self, request: ApiRequest, params: RegistrationExportParams) -> StreamingHttpResponse:
        """Read registrations."""
        name = "xml" if request.accepted_media_type == XML else "json"
        return stream(export_registrations(params, user=request.user, format=name), CONTENT_TYPES[name])

    @declares(RegistrationImportParams)
    def post(self, request: ApiRequest, params: RegistrationImportParams) -> ApiResponse:
        """Import registrations; those that are wrong are named, the others go in."""
        check_schemes(params)
        name = body_format(request)
        if params.run_async:
            return answer_async(request, JobType.COMPLETE_DATA_SET_REGISTRATION_IMPORT, params, body_format=name)
        if name == "xml":  # the answer comes in the format of the request
            request.accepted_media_type, request.accepted_renderer = XML, renderer_for(XML)()
        try:
            with open_body(request) as body:
                summary = import_complete_registrations(body, params=params, user=request.user, format=name)
        except ApiError as error:
            discard_rest(request)
            if error.status != 400:
                raise
            return answer_unread(request, failed_registrations(params, error.message), error)
        return answer_summary(request, summary)

    @declares(RegistrationDeleteParams)
    def delete(self, request: ApiRequest, params: RegistrationDeleteParams) -> HttpResponse:
        """Delete registrations; there need not be any."""
        delete_registrations(params, user=request.user)
        return no_content()


class DataSetCompletionView(ApiView):
    """Completion of one data set, as the data entry app sends it."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Complete it, or take that back."""
        with open_body(request) as body:
            asked = decode_json(read_json_stream(body), COMPLETION)
        complete(asked, request.user)
        return HttpResponse()
