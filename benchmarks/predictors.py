"""Predictors run: ten of them, three months from eight before each, against one statement that computes the same.

The floor computes and inserts everything in PostgreSQL, and asks for nothing else: neither org units, nor strategies,
nor what is stored already. What it computes is compared with what the predictors stored.
"""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from rich.table import Table

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from benchmarks.validation import fill_values
from metadata.models import DataElement, OrganisationUnitLevel, Predictor, PredictorExpression
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from validation.predictors.definitions import SKIP_TEST
from validation.predictors.running import PredictionSummary, Span, run_each, summarize

PREDICTORS = 10
SAMPLES = 8
SPAN = Span(datetime.date(2024, 10, 1), datetime.date(2024, 12, 31))
COMPUTED = """
    SELECT pair.output, now_at.id AS period, sample.organisation_unit_id AS unit,
        sample.category_option_combo_id AS combo,
        round((avg(value::numeric) + 2 * coalesce(stddev_samp(value::float8), 0)::numeric), 4) AS number
    FROM unnest(%(inputs)s::int[], %(outputs)s::int[]) AS pair (input, output)
    CROSS JOIN (SELECT * FROM metadata_period WHERE iso IN ('202410', '202411', '202412')) AS now_at
    JOIN metadata_period AS past ON past.period_type = 'Monthly' AND past.start_date < now_at.start_date
        AND past.start_date >= now_at.start_date - interval '8 months'
    JOIN datavalue AS sample ON sample.data_element_id = pair.input AND sample.period_id = past.id
    WHERE NOT sample.deleted AND sample.value::numeric <= 90
    GROUP BY 1, 2, 3, 4
"""
FLOOR = f"""
    INSERT INTO datavalue
    SELECT output, period, unit, combo, combo, false, false, now(), now(), number::text, NULL, 'floor'
    FROM ({COMPUTED}) AS computed
"""
DIFFERENT = f"""
    SELECT count(*) FROM ({COMPUTED}) AS computed
    FULL JOIN (SELECT * FROM datavalue WHERE data_element_id = ANY(%(outputs)s)) AS stored
        ON (stored.data_element_id, stored.period_id, stored.organisation_unit_id) = (output, period, unit)
    WHERE stored.value IS NULL OR number IS NULL OR abs(stored.value::numeric - number) > 0.0001
"""


def run(cluster: Cluster, sizes: tuple[int, ...]) -> None:
    """Run the predictors for so many org units with data, and print what it took.

    Errors: AssertionError where PostgreSQL comes to other values.
    """
    cases: list[Case] = []
    queries: list[tuple[int, int]] = []
    with OwnDatabase(cluster):
        inputs, outputs = _make_elements("input"), _make_elements("output")
        _make_predictors(inputs, outputs)
        keys = {"inputs": [one.pk for one in inputs], "outputs": [one.pk for one in outputs]}
        for size in sizes:
            fill_values(keys["inputs"], size)
            floor = measure(lambda: _floor(keys))
            first = measure(_predict)
            again = measure(_predict)
            _compare(keys, first.result, again.result)
            count = first.result.predictions
            cases.append(Case(f"{size:,} org units", count, first, floor))
            cases.append(Case("and again, all unchanged", count, again, None))
            with CaptureQueriesContext(connection) as captured:
                _predict()
            queries.append((size, len(captured)))
    print_cases("predictions", cases)
    table = Table("org units", "queries")
    for row in queries:
        table.add_row(*(f"{number:,}" for number in row))
    Console().print(table)


def _make_elements(name: str) -> list[DataElement]:
    combo = DataElement.objects.first().category_combo_id
    return [
        DataElement.objects.create(
            name=f"Measured {name} {number}", short_name=f"Measured {name} {number}", value_type="NUMBER",
            aggregation_type="SUM", domain_type="AGGREGATE", category_combo_id=combo,
        )
        for number in range(PREDICTORS)
    ]  # fmt: skip


def _make_predictors(inputs: list[DataElement], outputs: list[DataElement]) -> None:
    for number, (given, output) in enumerate(zip(inputs, outputs, strict=True)):
        made = Predictor.objects.create(
            name=f"Measured {number}", short_name=f"Measured {number}", output=output, period_type="Monthly",
            organisation_unit_descendants="SELECTED", sequential_sample_count=SAMPLES, annual_sample_count=0,
        )  # fmt: skip
        made.organisation_unit_levels.set(OrganisationUnitLevel.objects.all())
        item = f"#{{{given.uid}}}"
        for role, text in (("generator", f"avg({item}) + 2 * stddev({item})"), (SKIP_TEST, f"{item} > 90")):
            PredictorExpression.objects.create(
                predictor=made, role=role, expression=text, missing_value_strategy="SKIP_IF_ALL_VALUES_MISSING"
            )


def _predict() -> PredictionSummary:
    predictors = Predictor.objects.filter(name__startswith="Measured").order_by("name")
    return summarize(run_each(list(predictors), SPAN))


def _floor(keys: dict[str, list[int]]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FLOOR, keys)
        transaction.set_rollback(True)
        return cursor.rowcount


def _compare(keys: dict[str, list[int]], first: PredictionSummary, again: PredictionSummary) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, keys)
        different = cursor.fetchone()[0]
    if different or first.faults or first.counts.inserted != again.counts.unchanged:
        raise AssertionError(f"{different} values are not those of PostgreSQL: {first}, {again}")
