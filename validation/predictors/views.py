"""`/api/predictions`, `/api/predictors/run`, `/api/predictors/{id}/run`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from dhis2api.errors import E1005, ApiError
from dhis2api.web.messages import ok
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.models import Predictor, PredictorGroup
from scheduling.answers import answer_started, job_name
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from sharing.access import require_authority
from validation.predictors.authorities import RUN_PREDICTORS
from validation.predictors.errors import DATES_REVERSED, UNABLE, PredictorFault
from validation.predictors.params import PredictionParams, SpanParams
from validation.predictors.running import Span, find_predictors, run_each, summarize

GENERATED = "Generated {} predictions"


class PredictorView(ApiView):
    """What computes values; POST and PUT are the same."""

    consumes = ("*/*",)  # a body is not looked at

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        """Errors: 403, before anything else is looked at."""
        super().initial(request, *args, **kwargs)
        require_authority(request.user.principal, RUN_PREDICTORS)


class PredictionsView(PredictorView):
    """Some predictors, or all."""

    @declares(PredictionParams)
    def post(self, request: ApiRequest, params: PredictionParams) -> ApiResponse:
        """Run them, at once or as a job. Errors: 404 for an unknown predictor or group."""
        span = _span(params)
        _check(params)
        if params.run_async:
            type, version = JobType.PREDICTOR, request.explicit_version
            found = params.of_job(timezone.localdate())
            name = job_name(type, version)
            return answer_started(enqueue(type, params=found, user=request.user, name=name, version=version))
        predictors = find_predictors(params.predictor, params.predictor_group)
        return ok(None, summarize(run_each(predictors, span, request.user)).to_dict())

    put = post


class AllPredictorsView(PredictorView):
    """All predictors."""

    @declares(SpanParams)
    def post(self, request: ApiRequest, params: SpanParams) -> ApiResponse:
        """Run them. Errors: 409 for the first that cannot be computed; those before it stay."""
        return _generated(find_predictors((), ()), _span(params), request.user)

    put = post


class OnePredictorView(PredictorView):
    """One predictor."""

    @declares(SpanParams)
    def post(self, request: ApiRequest, uid: str, params: SpanParams) -> ApiResponse:
        """Run it. Errors: 404 for an unknown one, 409 for one that cannot be computed."""
        predictors = find_predictors([uid], ())
        if not predictors:
            raise ApiError(E1005, "Predictor", uid)
        return _generated(predictors, _span(params), request.user)

    put = post


def _span(params: SpanParams) -> Span:
    if params.start_date > params.end_date:
        raise ApiError(DATES_REVERSED, params.start_date, params.end_date)
    return Span(params.start_date, params.end_date)


def _check(params: PredictionParams) -> None:
    for model, uids in ((Predictor, params.predictor), (PredictorGroup, params.predictor_group)):
        known = set(model._default_manager.filter(uid__in=uids).values_list("uid", flat=True))
        for uid in uids:
            if uid not in known:
                raise ApiError(E1005, model.__name__, uid)


def _generated(predictors: list[Predictor], span: Span, user: Any) -> ApiResponse:
    done = []
    for predictor, outcome in run_each(predictors, span, user):
        if isinstance(outcome, PredictorFault):
            raise ApiError(UNABLE, predictor.name, detail=str(outcome))
        done.append((predictor, outcome))
    return ok(GENERATED.format(summarize(done).predictions))
