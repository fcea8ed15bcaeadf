"""PREDICTOR, run by the engine, with each of its parameters."""

from __future__ import annotations

from django.utils import timezone

from dhis2api.demo import identifiers as ids
from dhis2api.periods import Period, period_type
from metadata.models import OrganisationUnitLevel, PredictorGroup
from scheduling.job_runs import run_next
from tests.analytics.building import element, store
from tests.harness.client import ApiClient
from tests.validation.predicting import predictor, stored


def this_month(shift: int = 0) -> Period:
    return period_type("Monthly").containing(timezone.localdate()).shift(shift)


def test_job_predicts_the_periods_between_two_days_with_the_predictors_named(own_database):
    """The last two months are predicted, by a predictor that is named and one of a group; a third is not asked for, and
    a broken one does not keep the others from running. A run that nobody asked for is the system's."""
    OrganisationUnitLevel.objects.get_or_create(level=4, defaults={"name": "Facility"})
    api = ApiClient()
    cases, named, grouped, other = element(), element(), element(), element()
    for shift in range(-6, 0):
        store(cases, "1", pe=this_month(shift).iso)
    generator = f"sum(#{{{cases.uid}}})"
    made = [predictor(output, generator) for output in (named, grouped, other)]
    broken = predictor(other, "1 +", name="Broken")
    group = PredictorGroup.objects.create(name="Group")
    group.predictors.add(made[1])
    today = timezone.localdate()
    parameters = {
        "relativeStart": (this_month(-2).start - today).days, "relativeEnd": (this_month(-1).end - today).days,
        "predictors": [made[0].uid, broken.uid], "predictorGroups": [group.uid],
    }  # fmt: skip

    configured = api.post("/api/jobConfigurations", {
        "name": "Predict", "jobType": "PREDICTOR", "cronExpression": "0 0 3 ? * MON", "jobParameters": parameters,
    })  # fmt: skip
    assert configured.status == 201, configured
    uid = configured.json["response"]["uid"]
    assert api.post(f"/api/jobConfigurations/{uid}/execute").status == 200
    while run_next("long"):
        pass

    months = [this_month(-2).iso, this_month(-1).iso]
    for output in (named, grouped):
        assert [(row[0], row[1], row[4], row[5]) for row in stored(output)] == [
            (month, ids.NGELEHUN_CHC, "3.0", "system-process") for month in months
        ]
    assert stored(other) == []
    summary = api.get(f"/api/system/taskSummaries/PREDICTOR/{uid}").json
    assert (summary["status"], summary["predictors"], summary["inserted"]) == ("ERROR", 2, 4)
    assert "Unable to predict Broken" in summary["description"]
    log = [line["message"] for line in api.get(f"/api/system/tasks/PREDICTOR/{uid}").json]
    assert any("Unable to predict Broken" in line for line in log)
