"""What the endpoints of data integrity answer. Source: DHIS2 2.42, data integrity."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from scheduling.job_types import JobType
from scheduling.models import Job
from scheduling.states import Status
from system.integrity.catalogue import all_checks, find_checks, places
from system.integrity.declaring import Check
from system.integrity.params import ListParams, ReportType
from system.integrity.report import checks_of_report
from system.integrity.results import average_times, find_results
from system.integrity.running import Kind, Result

TYPES = (JobType.DATA_INTEGRITY, JobType.DATA_INTEGRITY_DETAILS)
LONGEST_SECONDS = 60.0  # that a request waits: it keeps one of few threads
LOOK_SECONDS = 0.2


def list_checks(params: ListParams) -> list[dict[str, Any]]:
    """The checks that are asked for, as clients see them."""
    found = find_checks(params.checks) if params.checks else all_checks()
    section = {name: place[0] for name, place in places().items()}
    return describe([
        check for check in found
        if (params.section is None or section[check.name].lower() == params.section.lower())
        and params.slow in (None, check.slow) and params.programmatic in (None, check.programmatic)
    ])  # fmt: skip


def describe(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Checks as clients see them."""
    place, times = places(), average_times(checks)
    shown = []
    for check in checks:
        section, order = place[check.name]
        members = {
            "name": check.name, "displayName": check.title, "section": section, "sectionOrder": order,
            "severity": check.severity.value, "description": check.fault, "introduction": check.why,
            "recommendation": check.fix, "issuesIdType": check.issues, "isSlow": check.slow,
            "isProgrammatic": check.programmatic, "code": check.code,
            "averageExecutionTime": times.get(check.name),
        }  # fmt: skip
        shown.append({name: value for name, value in members.items() if value is not None})
    return shown


def show_results(kind: Kind, names: Sequence[str], *, timeout: int) -> dict[str, dict[str, Any]]:
    """Check → its result, of those that there are within `timeout` milliseconds; without names of all checks."""
    checks = find_checks(names) if names else all_checks()
    results = _await_results(kind, checks, timeout)
    known = {shown["name"]: shown for shown in describe([check for check in checks if check.name in results])}
    return {name: known[name] | result.to_dict(kind) for name, result in results.items()}


def planned_checks(names: Sequence[str], type: ReportType) -> list[Check]:
    """The checks that a job runs, the fastest first; without names all that are not slow, and what a report shows."""
    if names:
        found = find_checks(names)
    else:
        wanted = {check.name for check in checks_of_report()} if type is ReportType.REPORT else set()
        found = [check for check in all_checks() if not check.slow or check.name in wanted]
    times = average_times(found)
    return sorted(found, key=lambda check: (check.slow, times.get(check.name, 0)))


def kind_of(type: ReportType | None) -> Kind:
    """What a job of a type asks of its checks."""
    return Kind.SUMMARY if type in (None, ReportType.SUMMARY) else Kind.DETAILS


def running_names(kind: Kind) -> list[str]:
    """The checks that jobs are about to do or doing: those that have no result since the start of their job."""
    names: dict[str, None] = {}
    for job, type, wanted in _active_jobs(Status.RUNNING):
        if kind_of(type) is kind:
            checks = planned_checks(wanted, type)
            done = find_results(kind, checks)
            names |= {
                check.name: None for check in checks
                if check.name not in done or job.started is not None and done[check.name].finished < job.started
            }  # fmt: skip
    return list(names)


def completed_names(kind: Kind) -> list[str]:
    """The checks that have a result."""
    return list(find_results(kind, all_checks()))


def _active_jobs(*statuses: str) -> Iterator[tuple[Job, ReportType, list[str]]]:
    for job in Job.objects.filter(type__in=[type.value for type in TYPES], status__in=statuses).order_by("pk"):
        given = job.parameters or {}
        is_details = job.type == JobType.DATA_INTEGRITY_DETAILS
        type = ReportType.DETAILS if is_details else ReportType(given.get("type") or ReportType.SUMMARY)
        yield job, type, list(given.get("checks") or ())


def _await_results(kind: Kind, checks: Sequence[Check], timeout: int) -> dict[str, Result]:
    """Wait until all are there, the time is over, or no job is left that could bring them."""
    seconds = LONGEST_SECONDS if timeout < 0 else min(timeout / 1000, LONGEST_SECONDS)
    deadline = time.monotonic() + seconds
    while True:
        is_expected = any(_active_jobs(Status.QUEUED, Status.RUNNING)) if timeout else False
        found = find_results(kind, checks)
        if len(found) == len(checks) or not is_expected or time.monotonic() >= deadline:
            return found
        time.sleep(LOOK_SECONDS)
