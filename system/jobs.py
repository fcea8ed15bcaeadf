"""Jobs of data integrity."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Queue
from scheduling.progress import JobRefused, OnFailure
from scheduling.registry import Outcome, job
from system.integrity.declaring import Check
from system.integrity.params import DetailsJobParams, IntegrityJobParams, ReportType
from system.integrity.report import flatten
from system.integrity.results import keep_result
from system.integrity.running import Kind, Result, failed_result, run_check
from system.integrity.services import kind_of, planned_checks

STARTED = "Starting data integrity job"


@job(JobType.DATA_INTEGRITY, parameters=IntegrityJobParams, queue=Queue.LONG, in_steps=True)
def data_integrity(run: JobRun) -> Outcome:
    """Count or name what breaks the checks; the report of 2.36 is the job's own result."""
    kind = kind_of(run.parameters.type)
    type = run.parameters.type or ReportType.SUMMARY
    results = _run(run, kind, planned_checks(run.parameters.checks, type))
    summary = flatten({result.name: result for result in results}) if type is ReportType.REPORT else None
    return Outcome(summary, _words(results))


@job(JobType.DATA_INTEGRITY_DETAILS, parameters=DetailsJobParams, queue=Queue.LONG, in_steps=True)
def data_integrity_details(run: JobRun) -> Outcome:
    """Name what breaks the checks."""
    return Outcome(message=_words(_run(run, Kind.DETAILS, planned_checks(run.parameters.checks, ReportType.DETAILS))))


def _run(run: JobRun, kind: Kind, checks: Sequence[Check]) -> list[Result]:
    """Run the checks one after the other; each result can be read at once, and one that fails stops no other."""
    results: list[Result] = []
    run.tell(STARTED)
    with run.stage("Running the checks of data integrity", len(checks), OnFailure.SKIP_ITEM) as stage:
        for check in checks:
            with stage.item(check.name):
                result = _result(run, kind, check)
                results.append(result)
                keep_result(kind, result)
                if result.error is not None:
                    raise JobRefused(result.error)
                stage.count(result.count)
    return results


def _result(run: JobRun, kind: Kind, check: Check) -> Result:
    started = timezone.now()
    try:
        return run_check(check, kind)
    except Exception as error:  # noqa: BLE001 - whatever a check does wrong is its result, and stops no other
        run.check()  # a statement is stopped by whoever cancels the job, too
        return failed_result(check, started, error)


def _words(results: Sequence[Result]) -> str:
    failed = sum(result.error is not None for result in results)
    seconds = sum(result.milliseconds for result in results) / 1000
    words = f"Data integrity checks done: {len(results)} checks in {seconds:.1f} seconds"
    return f"{words}, {failed} of them failed" if failed else words
