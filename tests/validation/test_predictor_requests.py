"""The addresses at which predictors are run: who may, what is refused, what is answered."""

from __future__ import annotations

import pytest

from dhis2api.demo import identifiers as ids
from dhis2api.embedded.schema import PROJECT
from dhis2api.web.params import parameters_of
from metadata.models import CaptureOrganisationUnit, PredictorGroup
from tests.analytics.building import element, store, unit
from tests.personas import persona
from tests.validation.predicting import predicted, predictor, stored
from validation.predictors.params import PredictionParams, PredictorParams

pytestmark = pytest.mark.usefixtures("no_values")
MAY = "startDate=2024-05-01&endDate=2024-05-31"
PAGE = (PROJECT / "docs" / "predictors.md").read_text()
ADDRESSES = ["/api/predictions", "/api/predictors/run", "/api/predictors/{uid}/run"]


@pytest.mark.parametrize("verb", ["post", "put"])
def test_one_predictor_is_run_by_its_address(api, verb):
    cases, output = element(), element()
    store(cases, "3", pe="202404")
    made = predictor(output, f"sum(#{{{cases.uid}}})")

    answer = getattr(api, verb)(f"/api/predictors/{made.uid}/run?{MAY}")

    assert (answer.status, answer.json["message"]) == (200, "Generated 1 predictions")
    assert predicted(output) == {"202405": "3.0"}


def test_all_predictors_are_run_where_none_is_named(api):
    cases, first, second = element(), element(), element()
    store(cases, "3", pe="202404")
    predictor(first, f"sum(#{{{cases.uid}}})")
    predictor(second, f"2 * sum(#{{{cases.uid}}})")

    assert api.post(f"/api/predictors/run?{MAY}").json["message"] == "Generated 2 predictions"
    assert api.post(f"/api/predictions?{MAY}").json["response"]["unchanged"] == 2
    assert [predicted(one)["202405"] for one in (first, second)] == ["3.0", "6.0"]


def test_predictors_are_named_one_by_one_and_by_their_groups(api):
    cases, named, grouped, other = element(), element(), element(), element()
    store(cases, "3", pe="202404")
    made = [predictor(output, f"sum(#{{{cases.uid}}})") for output in (named, grouped, other)]
    group = PredictorGroup.objects.create(name="Group")
    group.predictors.add(made[1])

    answer = api.post(f"/api/predictions?{MAY}&predictor={made[0].uid}&predictorGroup={group.uid}")

    assert answer.json["response"]["predictors"] == 2
    assert [bool(stored(output)) for output in (named, grouped, other)] == [True, True, False]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("startDate=2024-05-01", 400), ("endDate=2024-05-31", 400), ("startDate=May&endDate=June", 400),
        ("startDate=2024-05-01&endDate=2024-02-30", 400), ("startDate=2024-05-01&endDate=%00", 400),
        ("startDate=2024-06-01&endDate=2024-05-31", 409),
    ],
)  # fmt: skip
def test_dates_must_be_there_and_in_order(api, address, query, status):
    made = predictor(element(), "1 + 1")

    answer = api.post(f"{address.format(uid=made.uid)}?{query}")

    assert (answer.status, answer.json["status"]) == (status, "ERROR")


@pytest.mark.parametrize(
    "address",
    [
        f"/api/predictions?{MAY}&predictor={{}}", f"/api/predictions?{MAY}&predictorGroup={{}}",
        f"/api/predictors/{{}}/run?{MAY}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("uid", ["unknownUid0", "no%20uid", "x" * 300])
def test_unknown_predictor_is_not_found(api, address, uid):
    answer = api.post(address.format(uid))

    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")


@pytest.mark.parametrize("address", ADDRESSES)
def test_running_takes_its_authority(api, outsider, address):
    made = predictor(element(), "1 + 1")

    assert api.post(f"{address.format(uid=made.uid)}?{MAY}", user="outsider").status == 403


def test_holder_of_the_authority_predicts_his_own_hierarchy_and_no_other(api):
    cases, output = element(), element()
    for ou in (ids.NGELEHUN_CHC, ids.KAMABAI_CHC):
        store(cases, "3", pe="202404", ou=ou)
    made = predictor(output, f"sum(#{{{cases.uid}}})")
    user = persona("forecaster", ["F_PREDICTOR_RUN"])
    CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit(ids.BADJIA))

    api.post(f"/api/predictors/{made.uid}/run?{MAY}", user="forecaster")

    assert [(row[1], row[5]) for row in stored(output)] == [(ids.NGELEHUN_CHC, "forecaster")]


FAULTS = [
    ("1 +", {}, "not well-formed"),
    ("sum(N{unknownUid0})", {}, "not well-formed"),
    ("1", {"sequential_sample_count": 100_000}, "5000 sample periods at most"),
]


@pytest.mark.parametrize(("generator", "members", "reason"), FAULTS)
def test_predictor_that_cannot_be_computed_is_named_with_the_reason(api, generator, members, reason):
    made = predictor(element(), generator, name="Broken", **members)

    alone = api.post(f"/api/predictors/{made.uid}/run?{MAY}")
    among_others = api.post(f"/api/predictions?{MAY}").json["response"]

    assert (alone.status, alone.json["message"]) == (409, "Unable to predict Broken")
    assert reason in alone.json["devMessage"]
    assert among_others["status"] == "ERROR"
    assert among_others["description"].startswith("Unable to predict Broken: ")


def test_span_of_more_than_a_thousand_periods_is_refused(api):
    made = predictor(element(), "1", period_type="Daily")

    answer = api.post(f"/api/predictors/{made.uid}/run?startDate=2020-01-01&endDate=2024-12-31")

    assert answer.status == 409
    assert "More than 1000 periods" in answer.json["devMessage"]


def test_async_run_is_a_job(api):
    made = predictor(element(), "1")

    answer = api.post(f"/api/36/predictions?{MAY}&predictor={made.uid}&async=true")

    assert answer.json["message"] == "Initiated inMemoryPrediction"
    assert answer.json["response"]["jobType"] == "PREDICTOR"
    assert answer.json["response"]["jobParameters"]["predictors"] == [made.uid]


@pytest.mark.parametrize(
    "name",
    sorted({
        parameter.name for declared in (PredictorParams, PredictionParams) for parameter in parameters_of(declared)
    }),
)  # fmt: skip
def test_every_parameter_stands_in_the_docs(name):
    assert f"`{name}`" in PAGE or f"`{name}=true`" in PAGE
