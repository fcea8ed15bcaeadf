"""`/api/system/tasks` and `/api/system/taskSummaries`: what jobs tell and what came of them."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, StreamingHttpResponse, no_content, stream
from dhis2api.web.views import ApiRequest, ApiView
from scheduling.errors import JOB_ID_INVALID, JOB_TYPE_UNKNOWN
from scheduling.job_types import JobType, find_job_type
from scheduling.params import TasksDeleteParams, TasksParams
from scheduling.tasks import find_summary, forget_jobs, log_of_job, logs_by_type, logs_of_type, summaries_of_type

NO_STORE = {"Cache-Control": "no-store"}
LAST_WITH_EVERY_TYPE = 36  # versions up to it list types without entries, too


class TasksView(ApiView):
    """The logs of all jobs."""

    renders: ClassVar = (JSON,)

    @declares(TasksParams)
    def get(self, request: ApiRequest, params: TasksParams) -> ApiResponse:
        """By type and job, newest first."""
        logs = logs_by_type(request.user.principal, gist=params.gist)
        if request.explicit_version is not None and request.explicit_version <= LAST_WITH_EVERY_TYPE:
            logs = {type.value: logs.get(type.value, {}) for type in JobType}
        return ApiResponse(logs, headers=NO_STORE)

    @declares(TasksDeleteParams)
    def delete(self, request: ApiRequest, params: TasksDeleteParams) -> HttpResponse:
        """Forget those that have ended."""
        forget_jobs(request.user.principal, params)
        return no_content()


class TypeTasksView(ApiView):
    """The logs of one type's jobs."""

    renders: ClassVar = (JSON,)

    @declares(TasksParams)
    def get(self, request: ApiRequest, params: TasksParams, job_type: str) -> ApiResponse:
        """By job, newest first."""
        logs = logs_of_type(request.user.principal, job_type_named(job_type), gist=params.gist)
        return ApiResponse(logs, headers=NO_STORE)

    @declares(TasksDeleteParams)
    def delete(self, request: ApiRequest, params: TasksDeleteParams, job_type: str) -> HttpResponse:
        """Forget those that have ended."""
        forget_jobs(request.user.principal, params, type=job_type_named(job_type))
        return no_content()


class TaskView(ApiView):
    """The log of one job."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, job_type: str, uid: str) -> ApiResponse:
        """Newest entry first; it is `completed` when the job has ended."""
        log = log_of_job(request.user.principal, job_type_named(job_type), checked_uid(uid))
        return ApiResponse(log, headers=NO_STORE)

    @declares(TasksDeleteParams)
    def delete(self, request: ApiRequest, params: TasksDeleteParams, job_type: str, uid: str) -> HttpResponse:
        """Forget it, if it has ended."""
        forget_jobs(request.user.principal, params, type=job_type_named(job_type), uid=checked_uid(uid))
        return no_content()


class TypeSummariesView(ApiView):
    """The results of one type's jobs."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, job_type: str) -> StreamingHttpResponse:
        """By job, newest first."""
        response = stream(summaries_of_type(request.user.principal, job_type_named(job_type)), JSON)
        response["Cache-Control"] = NO_STORE["Cache-Control"]
        return response


class SummaryView(ApiView):
    """The result of one job."""

    renders: ClassVar = (JSON,)

    def get(self, request: ApiRequest, job_type: str, uid: str) -> HttpResponse:
        """The result itself, without envelope; nothing while there is none."""
        summary = find_summary(request.user.principal, job_type_named(job_type), checked_uid(uid))
        return HttpResponse(summary or b"", content_type=JSON, headers=NO_STORE)


def job_type_named(text: str) -> JobType:
    """The type of a path. Errors: 400 with all there are."""
    found = find_job_type(text)
    if found is None:
        raise ApiError(JOB_TYPE_UNKNOWN, text, ", ".join(JobType))
    return found


def checked_uid(text: str) -> str:
    """The job of a path. Errors: 400 for what is no uid."""
    if not is_uid(text):
        raise ApiError(JOB_ID_INVALID, text)
    return text
