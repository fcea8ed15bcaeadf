"""What is offered to the job engine: monitoring by validation rules, and telling users of what it found."""

from __future__ import annotations

from django.utils import timezone

from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Level, Queue
from scheduling.registry import Outcome, job
from validation.monitoring import MOST_RESULTS, monitor
from validation.notifications import hand_over, hand_over_stored
from validation.params import MonitoringParams
from validation.predictors import jobs as predictor_jobs  # noqa: F401  declares PREDICTOR
from validation.rules.storing import store_violations

UNKNOWN = "Validation rule groups that do not exist: {}"
LEFT_OUT = "Left out, since their expressions are not well-formed: {}"
REFUSED = "Rules with {} were left out: {}"
FOUND = "Found {} violations of {} validation rules"
MOST_FOUND = "Stopped at {} violations: there may be more"
TOLD = "Handed over {} validation results"


@job(JobType.MONITORING, parameters=MonitoringParams, queue=Queue.LONG, in_steps=True)
def monitoring(run: JobRun) -> Outcome:
    """Look for violations, store them, have users told."""
    params: MonitoringParams = run.parameters
    with run.stage("Evaluating validation rules") as stage:
        found = monitor(params, timezone.localdate(run.started), run.check)
        stage.count(len(found.violations))
    if found.unknown:
        run.tell(UNKNOWN.format(", ".join(found.unknown)), Level.WARN)
    if found.unreadable:
        run.tell(LEFT_OUT.format(", ".join(found.unreadable)), Level.WARN)
    for item, reason in found.refused.items():
        run.tell(REFUSED.format(item, reason), Level.WARN)
    if len(found.violations) == MOST_RESULTS:
        run.tell(MOST_FOUND.format(MOST_RESULTS), Level.WARN)
    violations = found.violations
    if params.persist_results:
        with run.stage("Storing validation results"), run.step():
            violations = store_violations(violations)
    if params.send_notifications:
        with run.stage("Handing over notifications"), run.step():
            hand_over(violations)
    return Outcome(message=FOUND.format(len(violations), found.rules))


@job(JobType.VALIDATION_RESULTS_NOTIFICATION)
def validation_results_notification(run: JobRun) -> Outcome:
    """Have users told of stored results that nobody was told of."""
    return Outcome(message=TOLD.format(hand_over_stored()))
