"""`/api/dataIntegrity…`."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from django.http import HttpResponse

from dhis2api.errors import BAD_REQUEST, E1005, ApiError
from dhis2api.web.bodies import has_body, read_json
from dhis2api.web.exposition import PROMETHEUS, expose
from dhis2api.web.messages import ok
from dhis2api.web.params import Params, declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.maintenance import require_maintainer
from scheduling.answers import job_name, started
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from system.integrity.catalogue import find_checks
from system.integrity.metrics import integrity_families
from system.integrity.params import (
    DetailsJobParams,
    IntegrityJobParams,
    ListParams,
    OneResultParams,
    ReportType,
    ResultParams,
    StartParams,
)
from system.integrity.results import forget_results
from system.integrity.running import Kind
from system.integrity.services import completed_names, kind_of, list_checks, planned_checks, running_names, show_results

MOST_NAMES = 1000
NOT_NAMES = "The body must be an array of at most {} names of checks"


class MaintainerView(ApiView):
    """For holders of F_PERFORM_MAINTENANCE."""

    open_methods: ClassVar[tuple[str, ...]] = ()  # that everybody may use

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self.open_methods:
            require_maintainer(request.user.principal)


class StartView(MaintainerView):
    """What starts a run of checks."""

    type = ReportType.REPORT

    @declares(StartParams)
    def post(self, request: ApiRequest, params: StartParams) -> ApiResponse:
        """Start a job that runs the checks of the query or of the body, an array of names."""
        names = [*params.checks, *_names_of_body(request)]
        kind = kind_of(self.type)
        forget_results(kind, planned_checks(names, self.type))
        is_details = self.type is ReportType.DETAILS
        job_type = JobType.DATA_INTEGRITY_DETAILS if is_details else JobType.DATA_INTEGRITY
        given: Params = (
            DetailsJobParams(checks=names) if is_details else IntegrityJobParams(type=self.type, checks=names)
        )
        version = request.explicit_version
        job = enqueue(job_type, params=given, user=request.user, name=job_name(job_type, version), version=version)
        location = f"/dataIntegrity/{kind}?checks={quote(','.join(names), safe=',*')}"
        return ok(f"Initiated {job.name}", started(job), location=location)


class ChecksView(StartView):
    """The checks themselves."""

    open_methods = ("GET", "HEAD")

    @declares(ListParams)
    def get(self, request: ApiRequest, params: ListParams) -> ApiResponse:
        """What can be checked."""
        return ApiResponse(list_checks(params))


class ResultsView(StartView):
    """Results, and what starts a new run."""

    type = ReportType.SUMMARY

    @declares(ResultParams)
    def get(self, request: ApiRequest, params: ResultParams) -> ApiResponse:
        """Check → result, of the last hour."""
        return ApiResponse(show_results(kind_of(self.type), params.checks, timeout=params.timeout))


class ResultView(MaintainerView):
    """The result of one check."""

    kind = Kind.SUMMARY

    @declares(OneResultParams)
    def get(self, request: ApiRequest, params: OneResultParams, check: str) -> ApiResponse:
        """The result, an empty object if there is none."""
        found = find_checks([check])
        if len(found) != 1:
            raise ApiError(E1005, "DataIntegrityCheck", check)
        name = found[0].name
        return ApiResponse(show_results(self.kind, [name], timeout=params.timeout).get(name, {}))


class RunningView(ApiView):
    """The checks that are being run."""

    kind = Kind.SUMMARY

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names."""
        return ApiResponse(running_names(self.kind))


class CompletedView(ApiView):
    """The checks that have a result."""

    kind = Kind.SUMMARY

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names."""
        return ApiResponse(completed_names(self.kind))


class IntegrityMetricsView(MaintainerView):
    """Results as Prometheus reads them."""

    renders = PROMETHEUS

    def get(self, request: ApiRequest) -> HttpResponse:
        """The summaries of the last hour."""
        return expose(integrity_families())


def _names_of_body(request: ApiRequest) -> list[str]:
    if not has_body(request._request):
        return []
    names = read_json(request)
    if (
        not isinstance(names, list) or len(names) > MOST_NAMES
        or not all(isinstance(name, str) and len(name) <= MOST_NAMES for name in names)
    ):  # fmt: skip
        raise ApiError(BAD_REQUEST, NOT_NAMES.format(MOST_NAMES))
    return [name for name in names if name]
