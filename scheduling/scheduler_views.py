"""`/api/scheduler` and `/api/scheduling`: what will run, what runs, queues."""

from __future__ import annotations

from typing import Any, ClassVar

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.web.bodies import read_json
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from scheduling import actions, queues
from scheduling.configuration_views import shown_or_empty
from scheduling.overview import queueable_entries, scheduler_entries
from scheduling.params import QueueableParams, SchedulerParams
from scheduling.progress_reading import (
    completed_job,
    completed_jobs,
    progress_of,
    running_job,
    running_jobs,
    running_types,
)
from scheduling.views import job_type_named
from scheduling.wire import ADMIN_AUTHORITY
from sharing.access import require_authority


class SchedulerView(ApiView):
    """What will run."""

    renders: ClassVar = (JSON,)

    @declares(SchedulerParams)
    def get(self, request: ApiRequest, params: SchedulerParams) -> ApiResponse:
        """Jobs and queues by their next time."""
        return ApiResponse(scheduler_entries(params.order))


class QueueableView(ApiView):
    """What may join a queue."""

    renders: ClassVar = (JSON,)

    @declares(QueueableParams)
    def get(self, request: ApiRequest, params: QueueableParams) -> ApiResponse:
        """By name."""
        return ApiResponse(queueable_entries(params.name))


class QueuesView(ApiView):
    """All queues."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names."""
        return ApiResponse(queues.queue_names())


class QueueView(ApiView):
    """One queue."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, name: str) -> ApiResponse:
        """Its time and its jobs."""
        return ApiResponse(queues.read_queue(name))

    def post(self, request: ApiRequest, name: str) -> HttpResponse:
        """Make it."""
        queues.create_queue(name, _body(request))
        return HttpResponse(status=201)

    def put(self, request: ApiRequest, name: str) -> HttpResponse:
        """Change it."""
        queues.update_queue(name, _body(request))
        return no_content()

    def delete(self, request: ApiRequest, name: str) -> HttpResponse:
        """Dissolve it; its jobs stay, disabled."""
        require_authority(request.user.principal, ADMIN_AUTHORITY)
        queues.delete_queue(name)
        return no_content()


def _body(request: ApiRequest) -> dict[str, Any]:
    require_authority(request.user.principal, ADMIN_AUTHORITY)
    body = read_json(request)
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    return body


class RunningTypesView(ApiView):
    """The types of which a job runs."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """Their names."""
        return ApiResponse(running_types(request.user.principal))


class RunningView(ApiView):
    """What runs."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """By type."""
        return ApiResponse(running_jobs(request.user.principal))


class CompletedView(ApiView):
    """What has ended."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """By type, newest first."""
        return ApiResponse(completed_jobs(request.user.principal))


class RunningTypeView(ApiView):
    """What runs of a type."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, job_type: str) -> ApiResponse:
        """Its progress; empty when nothing does."""
        job = running_job(job_type_named(job_type), request.user.principal)
        return ApiResponse((job and progress_of(job, request.user.principal)) or {})


class CompletedTypeView(ApiView):
    """What has ended last of a type."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, job_type: str) -> ApiResponse | HttpResponse:
        """Its progress; empty when nothing has."""
        job = completed_job(job_type_named(job_type), request.user.principal)
        return shown_or_empty((job and progress_of(job, request.user.principal)) or {})


class CancelTypeView(ApiView):
    """Ending what runs of a type."""

    def post(self, request: ApiRequest, job_type: str) -> HttpResponse:
        """Ask it to end."""
        actions.cancel_type(job_type_named(job_type).value, request.user.principal)
        return no_content()
