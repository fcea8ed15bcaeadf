"""What predictors offer to the job engine."""

from __future__ import annotations

from django.utils import timezone

from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Level, Queue
from scheduling.progress import JobRefused, OnFailure
from scheduling.registry import Outcome, job
from validation.predictors.errors import PredictorFault
from validation.predictors.params import PredictorParams
from validation.predictors.running import Span, find_predictors, run_each, summarize
from validation.rules.periods import day_shifted

PREDICTED = "Generated {} predictions with {} predictors"


@job(JobType.PREDICTOR, parameters=PredictorParams, queue=Queue.LONG, in_steps=True)
def predictor(run: JobRun) -> Outcome:
    """Predict the periods between two days. A predictor that cannot be computed does not keep others from running."""
    params: PredictorParams = run.parameters
    today = timezone.localdate(run.started)
    span = Span(day_shifted(today, params.relative_start), day_shifted(today, params.relative_end))
    predictors = find_predictors(params.predictors, params.predictor_groups)
    user = run.user if run.is_personal else None
    outcomes = run_each(predictors, span, user, run.step)
    done = []
    with run.stage("Running predictors", len(predictors), OnFailure.SKIP_ITEM) as stage:
        for found in predictors:
            with stage.item(found.name):
                done.append(next(outcomes))
                if isinstance(done[-1][1], PredictorFault):
                    raise JobRefused(str(done[-1][1]))
    summary = summarize(done)
    for fault in summary.faults:
        run.tell(fault, Level.ERROR)
    message = PREDICTED.format(summary.predictions, summary.predictors)
    return Outcome(summary=summary.to_dict(), message=message, is_error=bool(summary.faults) and not summary.predictors)
