"""What a request with `async=true` is answered: that its job exists, and where to ask for it.

    if params.run_async:
        return answer_async(request, JobType.DATAVALUE_IMPORT, params, body_format=body_format(request))

Source: DHIS2 2.42 and 2.36, web conventions, async start response.
"""

from __future__ import annotations

from typing import Any

from dhis2api.errors import ApiError
from dhis2api.web.bodies import discard_rest, open_body
from dhis2api.web.messages import ok
from dhis2api.web.params import Params
from dhis2api.web.responses import ApiResponse
from dhis2api.web.timestamps import format_timestamp
from dhis2api.web.views import ApiRequest
from scheduling.enqueueing import enqueue
from scheduling.job_types import OLD_NAMES, JobType
from scheduling.models import Job

LAST_WITH_OLD_NAMES = 36
# The contract names it so in every version.
ALWAYS_OLD = frozenset({JobType.DATAVALUE_IMPORT})


def answer_async(request: ApiRequest, type: JobType, params: Params, *, body_format: str) -> ApiResponse:
    """Accept the request's body as a job of `type`, run with `params` as the caller; 200 with its identifier.

    The caller was authorised by the view. Errors: ApiError 400 and 413 for a body that cannot be received; what is
    wrong inside it is the job's to tell.
    """
    try:
        with open_body(request) as body:
            job = enqueue(
                type, params=params, user=request.user, name=job_name(type, request.explicit_version), body=body,
                body_format=body_format, version=request.explicit_version,
            )  # fmt: skip
    except ApiError:
        discard_rest(request)
        raise
    return answer_started(job)


def answer_started(job: Job) -> ApiResponse:
    """200 for a job that was just stored, with or without a body."""
    return ok(f"Initiated {job.name}", started(job), location=f"/system/tasks/{job.type}")


def job_name(type: JobType, version: int | None) -> str | None:
    """The name of 2.36 where the version called asks for it; None: the one that is made from type and time."""
    is_old = version is not None and version <= LAST_WITH_OLD_NAMES
    return OLD_NAMES.get(type) if is_old or type in ALWAYS_OLD else None


def started(job: Job) -> dict[str, Any]:
    """The `response` member: 2.36's members and those of 2.42."""
    return {
        "responseType": "JobConfiguration",
        "name": job.name,
        "id": job.uid,
        "created": format_timestamp(job.created),
        "jobType": job.type,
        "jobStatus": "NOT_STARTED",
        "jobParameters": job.parameters,
        "relativeNotifierEndpoint": f"/api/system/tasks/{job.type}/{job.uid}",
    }
