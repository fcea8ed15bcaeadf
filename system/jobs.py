"""Jobs that look at the whole server: data integrity, files and accounts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from dhis2api.web.params import Params, param
from files.cleanup import remove_unclaimed
from mailing.direct import is_mail_configured
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
from users.inactivity import disable_inactive, warn_inactive, warn_of_expiry, warn_of_passwords

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


@job(JobType.FILE_RESOURCE_CLEANUP, queue=Queue.LONG)
def file_resource_cleanup(run: JobRun) -> Outcome:
    """Delete files that nobody has taken."""
    with run.stage("Deleting files that nobody has taken") as stage:
        removed = remove_unclaimed()
        stage.count(removed)
    return Outcome(message=f"Deleted {removed} files that nobody had taken")


class InactiveUsersParams(Params):
    """Of DISABLE_INACTIVE_USERS."""

    inactive_months: int = param(min=1, max=24)
    reminder_days_before: int | None = param(None, min=1, max=28)


@job(JobType.DISABLE_INACTIVE_USERS, parameters=InactiveUsersParams)
def disable_inactive_users(run: JobRun) -> Outcome:
    """Disable who has not logged in for months, and remind who soon will not have."""
    months, days = run.parameters.inactive_months, run.parameters.reminder_days_before
    disabled = disable_inactive(run.started, months)
    warned = warn_inactive(run.started, months, days) if days and is_mail_configured() else 0
    return Outcome(message=f"Disabled {disabled} users, reminded {warned}")


@job(JobType.CREDENTIALS_EXPIRY_ALERT)
def credentials_expiry_alert(run: JobRun) -> Outcome:
    """Remind those whose password expires soon."""
    _require_mail()
    return Outcome(message=f"Reminded {warn_of_passwords(run.started)} users")


@job(JobType.ACCOUNT_EXPIRY_ALERT)
def account_expiry_alert(run: JobRun) -> Outcome:
    """Remind those whose account expires soon."""
    _require_mail()
    return Outcome(message=f"Reminded {warn_of_expiry(run.started)} users")


def _require_mail() -> None:
    """Errors: JobRefused without a mail server."""
    if not is_mail_configured():
        raise JobRefused("EMAIL gateway configuration does not exist, job aborted")
