"""Jobs of individual data."""

from __future__ import annotations

from django.utils import timezone

from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.registry import Outcome, job
from tracker.generated.housekeeping import remove_used_or_expired


@job(JobType.REMOVE_USED_OR_EXPIRED_RESERVED_VALUES)
def reserved_values_removal(run: JobRun) -> Outcome:
    """Forget reservations of generated values that are used or expired."""
    removed = remove_used_or_expired(timezone.now())
    return Outcome(message=f"Removed {removed} reserved values that were used or expired")
