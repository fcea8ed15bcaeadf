"""`/api/dataValueSets`: many data values in, many out."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse

from datavalues.authorities import DATAVALUE_ADD
from datavalues.export import export_data_value_set
from datavalues.importer import failed_summary, import_data_value_set
from datavalues.params import ExportParams, ImportParams, TemplateParams
from datavalues.removal import remove_deleted_values
from datavalues.report import SummaryReport, wire_profile
from datavalues.schemes import resolve_schemes
from datavalues.summary import ImportSummary
from datavalues.template import as_json, as_xml, data_set_template
from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import discard_rest, open_body
from dhis2api.web.messages import WebMessage, answer
from dhis2api.web.negotiation import ADX, CSV, JSON, SYNONYMS, XML
from dhis2api.web.params import declares
from dhis2api.web.renderers import renderer_for
from dhis2api.web.responses import ApiResponse, no_content, stream
from dhis2api.web.views import ApiRequest, ApiView
from scheduling.answers import answer_async
from scheduling.job_types import JobType
from sharing.access import require_authority

MESSAGES = {
    "SUCCESS": ("OK", "Import was successful."),
    "WARNING": ("WARNING", "One more conflicts encountered, please check import summary."),
    "ERROR": ("ERROR", "An error occurred, please check import summary."),
}


class DataValueSetsView(ApiView):
    """Data value sets."""

    renders = (JSON, XML, CSV, ADX)
    consumes = {"post": (JSON, XML, CSV, ADX)}
    own_format = True

    @declares(ImportParams)
    def post(self, request: ApiRequest, params: ImportParams) -> ApiResponse:
        """Import a set; values that are wrong are named, the others go in."""
        require_authority(request.user.principal, DATAVALUE_ADD)
        check_schemes(params)
        if params.run_async:
            return answer_async(request, JobType.DATAVALUE_IMPORT, params, body_format=body_format(request))
        try:
            with open_body(request) as body:
                summary = import_data_value_set(body, params=params, user=request.user, format=body_format(request))
        except ApiError as error:
            discard_rest(request)
            if error.status != 400:
                raise
            return answer_unreadable(request, error, params)
        return answer_summary(request, summary)

    @declares(ExportParams)
    def get(self, request: ApiRequest, params: ExportParams) -> StreamingHttpResponse:
        """Read values."""
        name = export_format(request, params)
        compression = export_compression(request, params)
        old_names = wire_profile(request.explicit_version).is_bare
        chunks = export_data_value_set(params, user=request.user, format=name, old_names=old_names)
        filename = attachment_name(params, EXTENSIONS.get(name, name), compression)
        response = stream(chunks, CONTENT_TYPES[name], filename, compression)
        response["Cache-Control"] = "no-cache, no-store, max-age=0, must-revalidate"
        return response


class RemovalView(ApiView):
    """Removal for good of deleted values."""

    consumes = ()

    def post(self, request: ApiRequest) -> HttpResponse:
        """Remove them."""
        remove_deleted_values(request.user.principal)
        return no_content()

    put = post


class TemplateView(ApiView):
    """The blank form of a data set."""

    @declares(TemplateParams)
    def get(self, request: ApiRequest, params: TemplateParams, uid: str) -> StreamingHttpResponse:
        """A place for each value, to be filled and sent back."""
        template = data_set_template(uid, params, reading_context(request))
        if request.accepted_media_type == XML:
            return stream(as_xml(template, with_comments=params.comment), CONTENT_TYPES["xml"])
        return stream(as_json(template), CONTENT_TYPES["json"])


CONTENT_TYPES = {
    "json": "application/json; charset=UTF-8",
    "xml": "application/xml; charset=UTF-8",
    "csv": "application/csv; charset=UTF-8",
    "adx": "application/adx+xml; charset=UTF-8",
}
FORMATS = {JSON: "json", XML: "xml", CSV: "csv", ADX: "adx"}
FORMAT_NAMES = {"json": "json", "xml": "xml", "csv": "csv", "adx+xml": "adx"}  # of the parameter `format`
EXTENSIONS = {"adx": "xml"}  # of attachments, where it is not the format's name
COMPRESSIONS = {"none": None, "": None, "gzip": "gzip", "zip": "zip"}


def body_format(request: ApiRequest) -> str:
    """The format that the content type names."""
    media_type = request.content_type.partition(";")[0].strip().lower()
    return FORMATS.get(SYNONYMS.get(media_type, media_type), "json")


def check_schemes(params: ImportParams) -> None:
    """Errors: 400 for a query parameter that is no identifier scheme."""
    try:
        resolve_schemes(params.schemes)
    except ValueError as error:
        raise ApiError(BAD_REQUEST, error) from error


def export_format(request: ApiRequest, params: ExportParams) -> str:
    """`format` goes before suffix and Accept. Errors: 400 for a format that is not served."""
    if params.format:
        name = params.format.lower().replace(" ", "+")  # a `+` that nobody encoded arrives as a space
        if name not in FORMAT_NAMES:
            raise ApiError(BAD_REQUEST, f"Value '{params.format}' is not valid for parameter format. "
                                        f"Valid values are: [{', '.join(FORMAT_NAMES)}]")  # fmt: skip
        return FORMAT_NAMES[name]
    return FORMATS[request.accepted_media_type]


def export_compression(request: ApiRequest, params: ExportParams) -> str | None:
    """`compression`, or what the suffix (`.json.gz`) says. Errors: 400 for an unknown one."""
    name = params.compression.lower()
    if name not in COMPRESSIONS:
        valid = "none, gzip, zip"
        raise ApiError(BAD_REQUEST, f"Value '{params.compression}' is not valid for parameter compression. "
                                    f"Valid values are: [{valid}]")  # fmt: skip
    return COMPRESSIONS[name] or getattr(request, "compression", None)


def attachment_name(params: ExportParams, extension: str, compression: str | None) -> str | None:
    """The file name of an attachment; None for a plain answer. Source: DHIS2 2.42, data values, attachment."""
    if compression is None and not params.attachment:
        return None
    base = params.attachment or "dataValues"
    if params.start_date and params.end_date and not params.period:
        base = f"{base.partition('.')[0]}_{params.start_date}_{params.end_date}"
    if compression is not None:
        for ending in ("zip", "gz", "gzip"):
            base = base.removesuffix(f".{extension}.{ending}")
    return f"{base}.{extension}"


def answer_unreadable(request: ApiRequest, error: ApiError, params: ImportParams) -> ApiResponse:
    """400 for a body that cannot be read, with an empty summary beside the place of the fault, as DHIS2 shapes it."""
    return answer_unread(request, failed_summary(params, error.message), error)


def answer_unread(request: ApiRequest, summary: ImportSummary, error: ApiError) -> ApiResponse:
    """400 with a summary of nothing."""
    return _answer(request, summary, 400, "ERROR", error.message)


def answer_summary(request: ApiRequest, summary: ImportSummary) -> ApiResponse:
    """A summary as the called version shows it; 409 as soon as anything was refused."""
    status, message = MESSAGES[summary.status]
    return _answer(request, summary, 200 if summary.status == "SUCCESS" else 409, status, message)


def _answer(request: ApiRequest, summary: ImportSummary, http_status: int, status: str, message: str) -> ApiResponse:
    profile = wire_profile(request.explicit_version)
    report = SummaryReport(summary, profile)
    if not profile.is_bare:
        return answer(WebMessage(http_status, status, message, response=report))
    # Old versions answer in the format of the request, whatever `Accept` says.
    media_type = XML if body_format(request) in ("xml", "adx") else JSON
    request.accepted_media_type, request.accepted_renderer = media_type, renderer_for(media_type)()
    return ApiResponse(report.to_dict(), status=http_status, xml=report.to_document)
