"""`/api/dataAnalysis/validationRules`, `/api/validation…`, `/api/validationResults`."""

from __future__ import annotations

from django.http import HttpResponse

from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import read_json_bytes
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from scheduling.answers import answer_started, job_name
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from scheduling.registry import NoParams
from sharing.access import require_authority
from validation.analysing import analyse, decode_analysis
from validation.authorities import RUN_VALIDATION
from validation.forms import validate_form
from validation.params import FormParams, ResultListParams, ResultParams, ResultRemovalParams
from validation.results import delete_result, delete_results, get_result, list_results


class AnalysisView(ApiView):
    """Validation rules, run at once."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Their violations. Errors: 403 without the authority."""
        require_authority(request.user.principal, RUN_VALIDATION)
        asked = decode_analysis(read_json_bytes(request))
        return ApiResponse(analyse(asked, request.user, reading_context(request)), xml="validationResults")


class FormValidationView(ApiView):
    """One filled form, held against validation rules."""

    @declares(FormParams)
    def get(self, request: ApiRequest, params: FormParams, uid: str) -> ApiResponse:
        """What violates rules, and what lacks a comment."""
        found = validate_form(uid, params, request.user, reading_context(request))
        return ApiResponse(found, xml="validationSummary")


class NotificationsView(ApiView):
    """Telling users of results; POST and PUT are the same."""

    consumes = ("*/*",)  # a body is not looked at

    def post(self, request: ApiRequest) -> ApiResponse:
        """Start the job. Errors: 403 without the authority."""
        require_authority(request.user.principal, RUN_VALIDATION)
        type, version = JobType.VALIDATION_RESULTS_NOTIFICATION, request.explicit_version
        return answer_started(
            enqueue(type, params=NoParams(), user=request.user, name=job_name(type, version), version=version)
        )

    put = post


class ResultsView(ApiView):
    """Stored violations."""

    @declares(ResultListParams)
    def get(self, request: ApiRequest, params: ResultListParams) -> ApiResponse:
        """A page of them, newest first."""
        found, total = list_results(params, request.user, reading_context(request))
        head = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(head | {"validationResults": found}, xml="validationResults")

    @declares(ResultRemovalParams)
    def delete(self, request: ApiRequest, params: ResultRemovalParams) -> HttpResponse:
        """Delete those that fit."""
        delete_results(params, request.user)
        return no_content()


class ResultView(ApiView):
    """One stored violation."""

    @declares(ResultParams)
    def get(self, request: ApiRequest, params: ResultParams, number: str) -> ApiResponse:
        """It."""
        found = get_result(number, params.fields, request.user, reading_context(request))
        return ApiResponse(found, xml="validationResult")

    def delete(self, request: ApiRequest, number: str) -> HttpResponse:
        """Delete it."""
        delete_result(number, request.user)
        return no_content()
