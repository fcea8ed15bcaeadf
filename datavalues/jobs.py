"""Jobs of data values: the imports of `async=true`, and housekeeping."""

from __future__ import annotations

from django.utils import timezone

from datavalues.authorities import DATAVALUE_ADD
from datavalues.importer import failed_summary, import_data_value_set
from datavalues.lock_exceptions.services import remove_old_lock_exceptions
from datavalues.params import ImportParams
from datavalues.registrations.importing import failed_registrations, import_complete_registrations
from datavalues.registrations.params import RegistrationImportParams
from datavalues.removal import trim_values
from datavalues.report import SummaryReport, wire_profile
from datavalues.summary import ERROR, SUCCESS, ImportSummary
from dhis2api.web.params import Params, param
from scheduling.job_runs import MOST_ERRORS, JobRun
from scheduling.job_types import JobType
from scheduling.registry import Outcome, job
from scheduling.states import Queue

LOCK_EXCEPTION_MONTHS = 6
DONE = "Import done"
ENDED = "Import complete with status {}, {} created, {} updated, {} deleted, {} ignored"


def failed_import(run: JobRun, reason: str) -> Outcome:
    """An import that could not be carried out, an unreadable body among them: an ERROR summary without counts."""
    return import_outcome(run, failed_summary(run.parameters, reason))


# Overlapping imports are safe beside each other, so several workers may run several.
@job(
    JobType.DATAVALUE_IMPORT, parameters=ImportParams, alone=False, authorities=(DATAVALUE_ADD,),
    failed=failed_import,
)  # fmt: skip
def data_value_import(run: JobRun) -> Outcome:
    """The same import as without `async`."""
    with run.open_body() as body:
        summary = import_data_value_set(body, params=run.parameters, user=run.user, format=run.body_format)
    return import_outcome(run, summary)


def failed_registration_import(run: JobRun, reason: str) -> Outcome:
    """The same of an import of completeness registrations."""
    return import_outcome(run, failed_registrations(run.parameters, reason))


@job(
    JobType.COMPLETE_DATA_SET_REGISTRATION_IMPORT, parameters=RegistrationImportParams, alone=False,
    failed=failed_registration_import,
)  # fmt: skip
def complete_registration_import(run: JobRun) -> Outcome:
    """The same import as without `async`."""
    with run.open_body() as body:
        summary = import_complete_registrations(body, params=run.parameters, user=run.user, format=run.body_format)
    return import_outcome(run, summary)


@job(JobType.DATA_VALUE_TRIM, queue=Queue.LONG)
def data_value_trim(run: JobRun) -> Outcome:
    """Delete zeros that need not be stored."""
    with run.stage("Deleting zeros that are not significant") as stage:
        trimmed = trim_values(timezone.now())
        stage.count(trimmed)
    return Outcome(message=f"Deleted {trimmed} zeros that are not significant")


class LockExceptionParams(Params):
    """Of LOCK_EXCEPTION_CLEANUP."""

    expires_after_months: int | None = param(None, min=1, max=12, doc="6 if absent.")


@job(JobType.LOCK_EXCEPTION_CLEANUP, parameters=LockExceptionParams)
def lock_exception_cleanup(run: JobRun) -> Outcome:
    """Remove exceptions from locking that are old."""
    months = run.parameters.expires_after_months or LOCK_EXCEPTION_MONTHS
    removed = remove_old_lock_exceptions(timezone.now(), months)
    return Outcome(message=f"Removed {removed} lock exceptions that were older than {months} months")


def import_outcome(run: JobRun, summary: ImportSummary) -> Outcome:
    """The bare summary as the version that was called shows it, and the line that ends the log."""
    report = SummaryReport(summary, wire_profile(run.version)).to_dict()
    counts = report["importCount"]
    message = DONE if summary.status == SUCCESS else ENDED.format(
        summary.status, counts["imported"], counts["updated"], counts["deleted"], counts["ignored"]
    )  # fmt: skip
    errors = [
        {"code": conflict["errorCode"], "id": next(iter(conflict["objects"].values()), ""), "type": "DataValue",
         "args": [], "message": conflict["value"]}
        for conflict in report["conflicts"][:MOST_ERRORS] if conflict.get("errorCode")
    ]  # fmt: skip
    return Outcome(report, message, is_error=summary.status == ERROR, errors=errors)
