"""Parameters of predictors. Source: DHIS2 2.42, predictors; scheduling, job parameters."""

from __future__ import annotations

import datetime

from dhis2api.web.params import Params, param

FAR = 10_000 * 366  # days


class PredictorParams(Params):
    """Of PREDICTOR."""

    relative_start: int = param(0, min=-FAR, max=FAR, doc="Days from today: periods from then on are predicted.")
    relative_end: int = param(0, min=-FAR, max=FAR, doc="Days from today: periods that end by then are predicted.")
    predictors: list[str] = param(endpoint="/api/predictors", doc="Predictors to run.")
    predictor_groups: list[str] = param(
        endpoint="/api/predictorGroups",
        doc="Groups whose predictors run, too. Without any of both, all predictors run.",
    )


class SpanParams(Params):
    """Parameters of `/api/predictors/run`."""

    start_date: datetime.date = param(doc="Periods that begin then or later are predicted.")
    end_date: datetime.date = param(doc="Periods that end then or earlier are predicted.")


class PredictionParams(SpanParams):
    """Parameters of `/api/predictions`."""

    predictor: list[str] = param(repeatable=True, doc="Predictors to run.")
    predictor_group: list[str] = param(
        repeatable=True, doc="Groups whose predictors run, too. Without any of both, all predictors run."
    )
    run_async: bool = param(False, name="async", doc="Run as a job; answer at once.")

    def of_job(self, today: datetime.date) -> PredictorParams:
        """The same as parameters of a job."""
        return PredictorParams(
            relative_start=(self.start_date - today).days, relative_end=(self.end_date - today).days,
            predictors=self.predictor, predictor_groups=self.predictor_group,
        )  # fmt: skip
