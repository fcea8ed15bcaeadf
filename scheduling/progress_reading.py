"""What is told of running and ended jobs: progress, errors. Source: DHIS2 2.42, scheduling, progress and run errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q

from dhis2api.errors import ApiError
from dhis2api.web.timestamps import format_timestamp
from scheduling.errors import JOB_UNKNOWN
from scheduling.job_types import JobType
from scheduling.models import Job, PayloadChunk
from scheduling.params import JobErrorsParams
from scheduling.states import Status
from scheduling.tasks import visible_jobs
from scheduling.wire import LOG_AUTHORITY
from sharing.access import Principal

MOST_LISTED = 500  # runs with errors
CHUNK = 100  # of them that are read at a time: each may have a thousand errors


def find_job(uid: str, principal: Principal) -> Job:
    """A job whose log the user may see. Errors: 404, for others' jobs too."""
    found = visible_jobs(principal).filter(uid=uid).first()
    if found is None:
        raise ApiError(JOB_UNKNOWN, uid)
    return found


def progress_of(job: Job, principal: Principal) -> dict[str, Any] | None:
    """Its stages and items; None when it never ran, or ran without telling."""
    if job.progress is None:
        return None
    shown = orjson.loads(job.progress)
    if job.errors and principal.has_any((LOG_AUTHORITY,)):
        by_object: dict[str, dict[str, list[Any]]] = {}
        for error in orjson.loads(job.errors):
            by_object.setdefault(error["id"], {}).setdefault(error["code"], []).append(error)
        shown["errors"] = by_object
    return shown


def errors_of(job: Job) -> list[dict[str, Any]]:
    """The errors of its last run."""
    return orjson.loads(job.errors) if job.errors else []


def run_errors(job: Job) -> dict[str, Any]:
    """`JobRunErrors`; empty when the last run had none."""
    if not job.errors:
        return {}
    return _run_errors(job, has_body=PayloadChunk.objects.filter(job=job.pk).exists())


def _run_errors(job: Job, *, has_body: bool) -> dict[str, Any]:
    shown = {
        "id": job.uid, "type": job.type, "user": job.user_uid, "created": _time(job.created),
        "executed": _time(job.started), "finished": _time(job.finished), "file": job.uid if has_body else None,
        "filetype": job.body_format or None, "errors": errors_of(job),
        "codes": "ValidationCode" if job.type == JobType.TRACKER_IMPORT_JOB else "ErrorCode",
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value is not None}


def list_run_errors(params: JobErrorsParams) -> list[dict[str, Any]]:
    """Runs with errors, newest first; a run has one of the users, one of the codes, … One query."""
    wanted = Q(errors__isnull=False)
    if params.user:
        wanted &= Q(user_uid__in=params.user)
    if params.type:
        wanted &= Q(type__in=params.type)
    if params.from_ is not None:
        wanted &= Q(finished__gte=params.from_)
    if params.to is not None:
        wanted &= Q(finished__lte=params.to)
    jobs = Job.objects.filter(wanted).defer("summary", "progress").order_by("-finished", "-pk")
    rows = jobs.annotate(has_body=Exists(PayloadChunk.objects.filter(job=OuterRef("pk")))).iterator(CHUNK)
    found = (_run_errors(job, has_body=job.has_body) for job in rows)
    shown = list(islice((run for run in found if _has(run, params)), MOST_LISTED))
    for run in shown if params.include_input else ():
        run["input"] = None  # payloads are not given out
    return shown


def _has(run: dict[str, Any], params: JobErrorsParams) -> bool:
    return (not params.code or any(error["code"] in params.code for error in run["errors"])) and (
        not params.object or any(error["id"] in params.object for error in run["errors"])
    )


def running_types(principal: Principal) -> list[str]:
    """Types of which a job runs."""
    return sorted(set(visible_jobs(principal).filter(status=Status.RUNNING).values_list("type", flat=True)))


def running_jobs(principal: Principal) -> dict[str, list[dict[str, Any]]]:
    """Type → what runs of it."""
    return _by_type(visible_jobs(principal).filter(status=Status.RUNNING).order_by("type", "pk"))


def completed_jobs(principal: Principal) -> dict[str, list[dict[str, Any]]]:
    """Type → what has ended of it, newest first."""
    ended = (
        visible_jobs(principal).filter(progress__isnull=False).exclude(status=Status.RUNNING).defer("summary", "errors")
    )
    return _by_type(ended.order_by("type", "-finished")[:MOST_LISTED])


def running_job(type: JobType, principal: Principal) -> Job | None:
    """The one of a type that runs, the oldest of several."""
    return visible_jobs(principal).filter(type=type.value, status=Status.RUNNING).order_by("started").first()


def completed_job(type: JobType, principal: Principal) -> Job | None:
    """The one of a type that ended last."""
    ended = visible_jobs(principal).filter(type=type.value, progress__isnull=False).exclude(status=Status.RUNNING)
    return ended.order_by("-finished").first()


def _by_type(jobs: Iterable[Job]) -> dict[str, list[dict[str, Any]]]:
    listed: dict[str, list[dict[str, Any]]] = {}
    for job in jobs:
        listed.setdefault(job.type, []).append(_process_info(job))
    return listed


def _process_info(job: Job) -> dict[str, Any]:
    process = orjson.loads(job.progress)["sequence"][-1] if job.progress else {}
    shown = {
        "jobId": job.uid, "status": process.get("status", "RUNNING"), "description": process.get("description"),
        "startedTime": process.get("startedTime") or _time(job.started), "completedTime": process.get("completedTime"),
        "cancelledTime": process.get("cancelledTime"), "summary": process.get("summary"), "error": process.get("error"),
        "stages": [_stage_text(stage) for stage in process.get("stages", ())],
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value is not None}


def _stage_text(stage: dict[str, Any]) -> str:
    total = stage.get("totalItems", 0)
    done = stage.get("doneItems", 0) + stage.get("failedItems", 0)
    return f"{stage['description']} [{done}/{total}]" if total > 1 else stage["description"]


def _time(moment: datetime | None) -> str | None:
    return format_timestamp(moment) if moment is not None else None
