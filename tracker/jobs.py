"""Jobs of tracker: the imports of `async=true`, and housekeeping."""

from __future__ import annotations

from django.utils import timezone

from scheduling.job_runs import MOST_ERRORS, JobRun
from scheduling.job_types import JobType
from scheduling.registry import Outcome, job
from tracker.generated.housekeeping import remove_used_or_expired
from tracker.importer.bodies import decoder_of
from tracker.importer.pipeline import import_tracker_objects
from tracker.importer.profile import wire_profile
from tracker.importer.report import failed_report
from tracker.params import TrackerImportParams


@job(JobType.REMOVE_USED_OR_EXPIRED_RESERVED_VALUES)
def reserved_values_removal(run: JobRun) -> Outcome:
    """Forget reservations of generated values that are used or expired."""
    removed = remove_used_or_expired(timezone.now())
    return Outcome(message=f"Removed {removed} reserved values that were used or expired")


def failed_import(run: JobRun, reason: str) -> Outcome:
    """An import that could not be carried out has a report, too: clients wait for one."""
    return Outcome(failed_report(reason), reason, is_error=True)


# Imports lock what they touch in one order, so that several workers may run several.
@job(JobType.TRACKER_IMPORT_JOB, parameters=TrackerImportParams, alone=False, failed=failed_import)
def tracker_import(run: JobRun) -> Outcome:
    """The same import as without `async`."""
    with run.open_body() as body:
        decode = decoder_of(body.read(), run.body_format, run.parameters)
    report = import_tracker_objects(decode, params=run.parameters, user=run.user, profile=wire_profile(run.version))
    shown = report.to_dict()
    errors = [
        {"code": error["errorCode"], "id": error["uid"], "type": error["trackerType"], "args": error["args"],
         "message": error["message"]}
        for error in shown["validationReport"]["errorReports"][:MOST_ERRORS]
    ]  # fmt: skip
    return Outcome(shown, report.message(), is_error=report.is_error, errors=errors)
