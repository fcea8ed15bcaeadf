"""Reading what jobs tell: their logs (`tasks`) and their results (`taskSummaries`).

A user sees the jobs he started; superusers and holders of F_JOB_LOG_READ see all. Newest first everywhere.
Source: DHIS2 2.42 and 2.36, system, tasks and task summaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Q, QuerySet

from configuration.settings import system_setting
from dhis2api.web.timestamps import format_timestamp
from scheduling.forgetting import forget_ended
from scheduling.job_types import JobType
from scheduling.models import Job, Notification
from scheduling.params import TasksDeleteParams
from scheduling.wire import LOG_AUTHORITY
from sharing.access import Principal

Entry = dict[str, Any]


def visible_jobs(principal: Principal) -> QuerySet[Job]:
    """The jobs whose log and result a user may see."""
    jobs = Job.objects.all()
    return jobs if principal.has_any((LOG_AUTHORITY,)) else jobs.filter(user_uid=principal.uid)


def forget_jobs(
    principal: Principal, params: TasksDeleteParams, *, type: JobType | None = None, uid: str | None = None
) -> None:
    """Take ended jobs off the lists, with their results: a superuser everybody's, others their own."""
    forget_ended(
        user=None if principal.is_superuser else principal.uid, type=type and type.value, uid=uid,
        days=params.max_age, most=params.max_count,
    )  # fmt: skip


def logs_by_type(principal: Principal, *, gist: bool | None) -> dict[str, dict[str, list[Entry]]]:
    """Job type → job → log, of the types that have entries."""
    listed: dict[str, dict[str, list[Entry]]] = {}
    for type, uid, entry in _entries(visible_jobs(principal), gist=gist):
        listed.setdefault(type, {}).setdefault(uid, []).append(entry)
    return listed


def logs_of_type(principal: Principal, type: JobType, *, gist: bool | None) -> dict[str, list[Entry]]:
    """Job → log; empty when there is none."""
    return logs_by_type_of(_entries(visible_jobs(principal).filter(type=type.value), gist=gist))


def logs_by_type_of(entries: Iterable[tuple[str, str, Entry]]) -> dict[str, list[Entry]]:
    """The entries by their jobs."""
    listed: dict[str, list[Entry]] = {}
    for _, uid, entry in entries:
        listed.setdefault(uid, []).append(entry)
    return listed


def log_of_job(principal: Principal, type: JobType, uid: str) -> list[Entry]:
    """The whole log of one job; empty before it begins, and for one that does not exist."""
    jobs = visible_jobs(principal).filter(type=type.value, uid=uid)
    return [entry for _, _, entry in _entries(jobs, gist=False)]


def summaries_of_type(principal: Principal, type: JobType) -> Iterator[bytes]:
    """Job → result, as JSON: one result in memory at a time, which may have megabytes of rejected indexes."""
    jobs = visible_jobs(principal).filter(type=type.value, summary__isnull=False).order_by("-pk")
    before = "{"
    with transaction.atomic():
        for uid, summary in jobs.values_list("uid", "summary").iterator(chunk_size=1):
            yield f'{before}"{uid}":{summary}'.encode()
            before = ","
    yield b"{}" if before == "{" else b"}"


def find_summary(principal: Principal, type: JobType, uid: str) -> str | None:
    """The JSON text of one result, None while there is none."""
    return visible_jobs(principal).filter(type=type.value, uid=uid).values_list("summary", flat=True).first()


def _entries(jobs: QuerySet[Job], *, gist: bool | None) -> Iterable[tuple[str, str, Entry]]:
    """Type, job and entry; two queries and one more where the setting decides."""
    found = Notification.objects.filter(job__in=jobs.values("pk"))
    if system_setting("notifierGistOverview") if gist is None else gist:
        ends = found.values("job").annotate(oldest=Min("pk"), newest=Max("pk"))
        found = found.filter(Q(pk__in=ends.values("oldest")) | Q(pk__in=ends.values("newest")))
    rows = found.order_by("-job", "-pk").annotate(job_uid=F("job__uid"), job_type=F("job__type"))
    return ((row.job_type, row.job_uid, _entry(row)) for row in rows)


def _entry(row: Any) -> Entry:
    entry = {
        "uid": row.uid, "level": row.level, "category": row.job_type, "time": format_timestamp(row.time),
        "message": row.message, "completed": row.completed, "id": row.uid,
    }  # fmt: skip
    return entry if row.data is None else entry | {"dataType": "PARAMETERS", "data": row.data}
