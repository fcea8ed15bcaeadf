"""Predictors: which periods count, what is computed, what is stored. Figures are worked out in the tests' texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from dhis2api.demo import identifiers as ids
from metadata.models import DataElementGroup, OrganisationUnit
from tests.analytics.building import element, store
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker.world import make_category_combo, make_category_option
from tests.validation.predicting import predicted, predictor, stored

pytestmark = pytest.mark.usefixtures("no_values")
Run = Callable[..., dict[str, object]]


@pytest.fixture
def run(api: ApiClient) -> Run:
    """Run predictors over months; the summary."""

    def post(*wanted: object, start: str = "2024-05-01", end: str = "2024-05-31") -> dict[str, object]:
        named = "".join(f"&predictor={one.uid}" for one in wanted)  # type: ignore[attr-defined]
        answer = api.post(f"/api/predictions?startDate={start}&endDate={end}{named}")
        assert answer.status == 200, answer
        return answer.json["response"]

    return post


def counts(summary: dict[str, object]) -> tuple[object, ...]:
    return tuple(summary[name] for name in ("inserted", "updated", "deleted", "unchanged"))


def months(data_element: object, *texts: str, year: int = 2024, ou: str = ids.NGELEHUN_CHC) -> None:
    """Values of January and the months after it."""
    for month, text in enumerate(texts, start=1):
        if text:
            store(data_element, text, pe=f"{year}{month:02}", ou=ou)


def test_sequential_samples_are_the_periods_before(run):
    """May from February to April: (10 + 20 + 60) / 3 = 30; January's 1000 is too long ago."""
    cases, threshold = element(), element(value_type="NUMBER")
    months(cases, "1000", "10", "20", "60", "7")

    summary = run(predictor(threshold, f"avg(#{{{cases.uid}}})"))

    assert summary == {
        "responseType": "PredictionSummary", "status": "SUCCESS", "predictors": 1, "inserted": 1, "updated": 0,
        "deleted": 0, "unchanged": 0,
    }  # fmt: skip
    assert stored(threshold) == [
        ("202405", ids.NGELEHUN_CHC, ids.DEFAULT_OPTION_COMBO, ids.DEFAULT_OPTION_COMBO, "30.0", "admin", False)
    ]


def test_org_units_without_data_are_predicted_each_by_itself(run):
    """With nothing to be found, nothing stands for it: 0 + 1 everywhere but where 4 + 1 is."""
    cases, threshold = element(), element()
    months(cases, "", "", "", "4")

    run(predictor(threshold, f"sum(#{{{cases.uid}}}) + 1", strategy="NEVER_SKIP"))

    facilities = list(OrganisationUnit.objects.filter(hierarchy_level=4).values_list("uid", flat=True))
    assert {unit: text for _, unit, _, _, text, *_ in stored(threshold)} == {
        **dict.fromkeys(facilities, "1.0"), ids.NGELEHUN_CHC: "5.0",
    }  # fmt: skip


def test_nearest_periods_are_skipped(run):
    """Of January to April the last two are skipped: 1 + 2."""
    cases, threshold = element(), element()
    months(cases, "1", "2", "4", "8")

    run(predictor(threshold, f"sum(#{{{cases.uid}}})", sequential_sample_count=4, sequential_skip_count=2))

    assert predicted(threshold) == {"202405": "3.0"}


def test_annual_samples_are_the_same_period_of_earlier_years_and_those_around_it(run):
    """For May 2024 with one period around it: April 2024, then April to June of 2023 and of 2022: 4 + (40 + 50 + 60) +
    (400 + 500 + 600). Without sequential ones: May 2023 and May 2022 alone."""
    cases, wide, narrow = element(), element(), element()
    months(cases, "1", "2", "3", "4")
    months(cases, *(str(month * 10) for month in range(1, 8)), year=2023)
    months(cases, *(str(month * 100) for month in range(1, 8)), year=2022)
    generator = f"sum(#{{{cases.uid}}})"

    run(
        predictor(wide, generator, sequential_sample_count=1, annual_sample_count=2),
        predictor(narrow, generator, sequential_sample_count=0, annual_sample_count=2),
    )

    assert predicted(wide) == {"202405": "1654.0"}
    assert predicted(narrow) == {"202405": "550.0"}


def test_outside_of_aggregate_functions_the_output_period_counts(run):
    """May's own 7 plus the average of April, March and February."""
    cases, threshold = element(), element()
    months(cases, "", "10", "20", "60", "7")

    run(predictor(threshold, f"#{{{cases.uid}}} + avg(#{{{cases.uid}}})"))

    assert predicted(threshold) == {"202405": "37.0"}


def test_samples_that_the_skip_test_is_true_for_are_left_out(run):
    """March was an epidemic: 20 > 2 · median(10, 20, 8) is not, 100 is. (10 + 8) / 2 = 9."""
    cases, threshold = element(), element()
    months(cases, "", "10", "100", "8")
    test = f"#{{{cases.uid}}} > 2 * median(#{{{cases.uid}}})"

    run(predictor(threshold, f"avg(#{{{cases.uid}}})", skip_test=test))

    assert predicted(threshold) == {"202405": "9.0"}


def test_earlier_predictions_feed_later_periods_and_predictors(run):
    """Each month is the sum of the three before: 1, 2, 4 give 7 in April, 13 in May, 24 in June. A second predictor,
    later by name, doubles what the first one gave."""
    cases, doubled = element(), element()
    months(cases, "1", "2", "4")
    first = predictor(cases, f"sum(#{{{cases.uid}}})", name="A")
    second = predictor(doubled, f"2 * #{{{cases.uid}}}", name="B")

    summary = run(second, first, start="2024-04-01", end="2024-06-30")

    assert predicted(cases) == {
        "202401": "1", "202402": "2", "202403": "4", "202404": "7.0", "202405": "13.0", "202406": "24.0"
    }  # fmt: skip
    assert predicted(doubled) == {"202404": "14.0", "202405": "26.0", "202406": "48.0"}
    assert counts(summary) == (6, 0, 0, 0)


def test_only_periods_that_lie_wholly_within_the_dates_are_predicted(run):
    cases, threshold = element(), element()
    months(cases, *["1"] * 8)

    run(predictor(threshold, f"sum(#{{{cases.uid}}})"), start="2024-04-02", end="2024-07-30")

    assert predicted(threshold) == {"202405": "3.0", "202406": "3.0"}


def test_org_units_of_its_levels_are_predicted_from_their_own_data_or_from_all_below_them(run):
    """Badjia, of level 3, has 1 of its own; Ngelehun below it 10."""
    cases, own, whole = element(), element(), element()
    store(cases, "1", pe="202404", ou=ids.BADJIA)
    store(cases, "10", pe="202404", ou=ids.NGELEHUN_CHC)
    generator = f"sum(#{{{cases.uid}}})"

    run(
        predictor(own, generator, level=3),
        predictor(whole, generator, level=3, organisation_unit_descendants="DESCENDANTS"),
    )

    assert [(row[1], row[4]) for row in stored(own)] == [(ids.BADJIA, "1.0")]
    assert [(row[1], row[4]) for row in stored(whole)] == [(ids.BADJIA, "11.0")]


def test_each_attribute_option_combo_is_predicted_by_itself(run):
    _, (first, second) = make_category_combo(make_category_option(), make_category_option())
    cases, threshold = element(), element()
    store(cases, "1", pe="202403", ao=first)
    store(cases, "2", pe="202404", ao=first)
    store(cases, "40", pe="202404", ao=second)

    run(predictor(threshold, f"sum(#{{{cases.uid}}})"))

    found = {row[3]: row[4] for row in stored(threshold)}
    assert found == {first.uid: "3.0", second.uid: "40.0"}


def test_output_without_a_combo_is_predicted_for_each_of_its_own_from_the_same_of_others(run):
    """Totals of elements of the same category combo are those of the option combo; population, without one, is 100 for
    both: 5 + 100 and 7 + 100. A named combo gets the total: 12 + 100."""
    combo, (first, second) = make_category_combo(make_category_option(), make_category_option())
    cases, population = element(category_combo=combo), element()
    parted, whole = element(category_combo=combo), element(category_combo=combo)
    store(cases, "5", pe="202404", co=first)
    store(cases, "7", pe="202404", co=second)
    store(population, "100", pe="202405")
    generator = f"sum(#{{{cases.uid}}}) + #{{{population.uid}}}"

    run(predictor(parted, generator), predictor(whole, generator, output_combo=second))

    assert {row[2]: row[4] for row in stored(parted)} == {first.uid: "105.0", second.uid: "107.0"}
    assert {row[2]: row[4] for row in stored(whole)} == {second.uid: "112.0"}


def test_for_each_predicts_every_element_of_a_group_from_itself(run):
    cases, deaths, unused = element(), element(), element()
    group = DataElementGroup.objects.create(name="Both", short_name="Both")
    group.data_elements.add(cases, deaths)
    months(cases, "", "1", "2", "3")
    months(deaths, "", "10", "20", "30")

    run(predictor(unused, f"forEach ?de in :DEG:{group.uid} --> sum(#{{?de}})"))

    assert predicted(cases)["202405"] == "6.0"
    assert predicted(deaths)["202405"] == "60.0"
    assert stored(unused) == []


# Of February 2 and March 3, and nothing in April.
STRATEGIES = [
    ("SKIP_IF_ANY_VALUE_MISSING", "#{}", {}),
    ("SKIP_IF_ALL_VALUES_MISSING", "#{} + 1", {}),
    ("NEVER_SKIP", "#{} + 1", {"202405": "1.0"}),
    ("SKIP_IF_ALL_VALUES_MISSING", "sum(#{} + 1)", {"202405": "7.0"}),  # (2 + 1) + (3 + 1)
    ("NEVER_SKIP", "sum(#{} + 1)", {"202405": "8.0"}),  # and 0 + 1 of April
    ("NEVER_SKIP", "#{} / 0", {}),
    ("NEVER_SKIP", "#{}", {}),  # a zero that need not be stored
]


@pytest.mark.parametrize(("strategy", "generator", "expected"), STRATEGIES)
def test_strategy_says_what_missing_values_mean(run, strategy, generator, expected):
    cases, threshold = element(), element()
    months(cases, "", "2", "3")

    run(predictor(threshold, generator.replace("#{}", f"#{{{cases.uid}}}"), strategy=strategy))

    assert predicted(threshold) == expected


# What 2.5 and what follows from it is stored as.
TEXTS = [
    ("NUMBER", "#{} / 3", "0.8333"),
    ("NUMBER", "#{} * 2", "5.0"),
    ("NUMBER", "#{} * 10 ^ 7", "25000000.0"),
    ("NUMBER", "0 - #{} / 10 ^ 6", None),  # rounded, a zero
    ("INTEGER", "#{}", "3"),
    ("INTEGER", "0 - #{}", "-2"),
    ("INTEGER_POSITIVE", "0 - #{}", None),  # a value that the element may not have
    ("PERCENTAGE", "#{} * 100", None),
    ("BOOLEAN", "#{} > 2", "true"),
    ("BOOLEAN", "#{} > 3", "false"),
    ("TRUE_ONLY", "#{} > 3", None),
    ("TEXT", "'above ' == 'above '", "true"),
    ("TEXT", "if(#{} > 2, 'high', 'low')", "high"),
    ("DATE", "'2024-02-29'", "2024-02-29"),
    ("DATE", "'2023-02-29'", None),
]


@pytest.mark.parametrize(("value_type", "generator", "expected"), TEXTS)
def test_prediction_is_stored_as_its_element_asks(run, value_type, generator, expected):
    cases, output = element(), element(value_type=value_type, aggregation_type="NONE")
    months(cases, "", "", "", "", "2.5")

    run(predictor(output, generator.replace("#{}", f"#{{{cases.uid}}}")))

    assert predicted(output).get("202405") == expected


def test_zero_is_stored_where_it_is_significant(run):
    cases, output = element(), element(zero_is_significant=True)
    months(cases, "", "", "", "", "2")

    run(predictor(output, f"#{{{cases.uid}}} - 2"))

    assert predicted(output) == {"202405": "0.0"}


def test_second_run_leaves_equal_values_alone_updates_others_and_deletes_what_is_predicted_no_more(run):
    """April changes May's prediction; March's value goes, and with it that of April."""
    cases, threshold = element(), element()
    months(cases, "", "", "1", "5", "5")
    made = predictor(threshold, f"sum(#{{{cases.uid}}})", sequential_sample_count=1)
    period = {"start": "2024-04-01", "end": "2024-06-30"}

    first = run(made, **period)
    store(cases, "6", pe="202404")
    store(cases, deleted=True, pe="202403")
    second = run(made, **period)
    store(cases, "1", pe="202403")
    third = run(made, **period)

    assert [counts(one) for one in (first, second, third)] == [(3, 0, 0, 0), (0, 1, 1, 1), (1, 0, 0, 2)]
    assert predicted(threshold) == {"202404": "1.0", "202405": "6.0", "202406": "5.0"}
    assert audits(threshold) == [("UPDATE", "5.0", "admin"), ("DELETE", "1.0", "admin"), ("CREATE", "1.0", "admin")]


def audits(data_element: object) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_type, value, modified_by FROM datavalue_audit WHERE data_element_id = %s"
            " ORDER BY created, audit_type DESC",
            [data_element.pk],  # type: ignore[attr-defined]
        )
        return cursor.fetchall()


def test_functions_of_org_units_and_other_items_count(run):
    """31 days of May, and 5 of April where the unit lies below Bo."""
    cases, output = element(), element()
    months(cases, "", "", "", "5")
    generator = f"if(orgUnit.ancestor({ids.BO}), sum(#{{{cases.uid}}}), 0) + [days]"

    run(predictor(output, generator))

    assert predicted(output)["202405"] == "36.0"


def test_number_of_queries_depends_on_periods_alone(run):
    def asked(units: list[str], months_back: int) -> int:
        cases, output = element(), element()
        for ou in units:
            for month in range(4 - months_back + 1, 5):
                store(cases, "1", pe=f"2024{month:02}", ou=ou)
        made = predictor(output, f"sum(#{{{cases.uid}}})", sequential_sample_count=months_back)
        run(made)  # so that the periods have rows
        store(cases, "2", pe="202404", ou=units[0])
        with query_counter() as few:
            assert counts(run(made)) == (0, 1, 0, len(units) - 1)
        return few.count

    assert asked([ids.NGELEHUN_CHC], 1) == asked([ids.NGELEHUN_CHC, ids.BANDAJUMA_CLINIC, ids.KAMABAI_CHC], 4)
