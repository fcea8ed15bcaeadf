"""`/api/jobConfigurations`: jobs as users configure them. Their rules are in `rules.py` and `actions.py`."""

from __future__ import annotations

from typing import Any, ClassVar

from dhis2api.objects.formats.bodies import read_object_body
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.params import DeleteParams
from dhis2api.objects.views import ObjectsView, ObjectView
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from scheduling import actions
from scheduling.errors import NOT_DELETABLE, NOT_MODIFIABLE
from scheduling.job_parameters import describe_types, describe_types_extended
from scheduling.overview import due_jobs, stale_jobs
from scheduling.params import CleanParams, DueParams, JobErrorsParams, StaleParams
from scheduling.progress_reading import errors_of, find_job, list_run_errors, progress_of, run_errors
from scheduling.wire import LOG_AUTHORITY
from sharing.access import require_authority

KLASS = "org.hisp.dhis.scheduling.JobConfiguration"


class JobConfigurationsView(ObjectsView):
    """All jobs, and a new one."""

    @declares(MetadataImportParams)
    def post(self, request: ApiRequest, params: MetadataImportParams) -> ApiResponse:
        """Configure a job. Types that only the server uses are refused."""
        body = read_object_body(request, self.object_schema)
        actions.require_configurable(body)
        return self.create(request, body, params)


class JobConfigurationView(ObjectView):
    """One job."""

    @declares(MetadataImportParams)
    def put(self, request: ApiRequest, params: MetadataImportParams, uid: str) -> ApiResponse:
        """Configure it anew."""
        actions.refuse_others(uid, NOT_MODIFIABLE)
        return super().put(request, uid=uid)

    @declares(DeleteParams)
    def delete(self, request: ApiRequest, params: DeleteParams, uid: str) -> ApiResponse:
        """Delete it; what it is just doing is given up."""
        actions.refuse_others(uid, NOT_DELETABLE)
        return super().delete(request, uid=uid)


class JobTypesView(ApiView):
    """The types that users configure."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """With their parameters."""
        return ApiResponse({"jobTypes": describe_types()})


class JobTypesExtendedView(ApiView):
    """The same by type."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """Type → name of the parameter → parameter."""
        return ApiResponse(describe_types_extended())


class ExecuteView(ApiView):
    """Running a job now."""

    renders: ClassVar = (JSON,)

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Run it as soon as a worker is free; what is in the body does not matter."""
        actions.execute_now(uid, request.user.principal)
        return ApiResponse({"klass": KLASS, "index": 0, "errorReports": []})

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """The same, as up to 2.36."""
        return self.post(request, uid)


class EnableView(ApiView):
    """Whether a job's schedule counts."""

    enabled: ClassVar[bool] = True

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Set it."""
        actions.set_enabled(uid, request.user.principal, enabled=self.enabled)
        return no_content()


class CancelView(ApiView):
    """Ending what a job does."""

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Ask it to end."""
        actions.cancel(uid, request.user.principal)
        return no_content()


class RevertView(ApiView):
    """Taking a job from a worker that does not answer."""

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """It has failed then."""
        actions.revert(uid, request.user.principal)
        return no_content()


class ProgressView(ApiView):
    """How far a job is."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, uid: str) -> ApiResponse | HttpResponse:
        """Its stages and items; an empty body when there are none."""
        return shown_or_empty(progress_of(find_job(uid, request.user.principal), request.user.principal))


class ProgressErrorsView(ApiView):
    """The errors of a job's last run."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """As a list."""
        return ApiResponse(errors_of(find_job(uid, request.user.principal)))


class RunErrorsView(ApiView):
    """The errors of a job's last run with what the run was."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Empty when there are none."""
        return ApiResponse(run_errors(find_job(uid, request.user.principal)))


class AllRunErrorsView(ApiView):
    """The errors of all jobs."""

    renders: ClassVar = (JSON,)

    @declares(JobErrorsParams)
    def get(self, request: ApiRequest, params: JobErrorsParams) -> ApiResponse:
        """Newest first."""
        require_authority(request.user.principal, LOG_AUTHORITY)
        return ApiResponse(list_run_errors(params))


class DueView(ApiView):
    """Jobs that are due soon."""

    renders: ClassVar = (JSON,)

    @declares(DueParams)
    def get(self, request: ApiRequest, params: DueParams) -> ApiResponse:
        """By type and age."""
        return ApiResponse(due_jobs(params.seconds, request.user.principal, include_waiting=params.include_waiting))


class StaleView(ApiView):
    """Jobs that seem to hang."""

    renders: ClassVar = (JSON,)

    @declares(StaleParams)
    def get(self, request: ApiRequest, params: StaleParams) -> ApiResponse:
        """By type and age."""
        return ApiResponse(stale_jobs(params.seconds, request.user.principal))


class CleanView(ApiView):
    """Forgetting run-once jobs."""

    @declares(CleanParams)
    def post(self, request: ApiRequest, params: CleanParams) -> HttpResponse:
        """Those that ended long ago."""
        actions.clean(params.minutes, request.user.principal)
        return no_content()


def shown_or_empty(shown: Any) -> ApiResponse | HttpResponse:
    """200, with an empty body for what is not there."""
    return HttpResponse(b"", content_type=JSON) if shown is None else ApiResponse(shown)
