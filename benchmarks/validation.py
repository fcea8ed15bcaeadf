"""Rules monitored: 100 rules, 12 months, more and more org units, against the bare SELECT of the same values.

The floor fetches the values and does nothing with them. Half a percent of the rows is wrong.
"""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from rich.table import Table

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import Measure, measure
from dhis2api.objects.uids import generate_uid
from metadata.models import DataElement, OrganisationUnit, ValidationRule, ValidationRuleExpression, ValidationRuleGroup
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from validation.jobs import monitor
from validation.params import MonitoringParams
from validation.rules.storing import store_violations

RULES = 100
MONTHS = 12
TODAY = datetime.date(2024, 12, 31)
FETCHED = 10_000
# Each element has a value for each unit and month; one in two hundred is too small.
FILL = """
    INSERT INTO metadata_period (iso, period_type, start_date, end_date)
    SELECT to_char(day, 'YYYYMM'), 'Monthly', day::date, (day + interval '1 month - 1 day')::date
    FROM generate_series('2024-01-01'::date, '2024-12-01', '1 month') AS day ON CONFLICT DO NOTHING;
    TRUNCATE datavalue, validation_validationresult;
    INSERT INTO datavalue
    SELECT element, period.id, unit, combo.id, combo.id, false, false, now(), now(),
        CASE (unit * 31 + period.id * 17 + element * 7) %% 200 WHEN 0 THEN 1 ELSE 50 + unit %% 50 END::text, NULL, 'old'
    FROM unnest(%(elements)s::int[]) AS element CROSS JOIN unnest(%(units)s::int[]) AS unit
    CROSS JOIN (SELECT id FROM metadata_period WHERE iso BETWEEN '202401' AND '202412' AND period_type = 'Monthly')
        AS period
    CROSS JOIN (SELECT id FROM metadata_categoryoptioncombo WHERE uid = 'HllvX50cXC0') AS combo;
"""
# Where the left side is greater than the right one, asked of PostgreSQL.
EXPECTED = """
    SELECT count(*) FROM unnest(%(first)s::int[], %(second)s::int[], %(third)s::int[]) AS rule (first, second, third)
    JOIN datavalue AS a ON a.data_element_id = rule.first
    JOIN datavalue AS b ON b.data_element_id = rule.second
        AND (b.period_id, b.organisation_unit_id) = (a.period_id, a.organisation_unit_id)
    JOIN datavalue AS c ON c.data_element_id = rule.third
        AND (c.period_id, c.organisation_unit_id) = (a.period_id, a.organisation_unit_id)
    WHERE a.value::int + b.value::int > 3 * c.value::int
"""
FLOOR = """
    SELECT organisation_unit_id, period_id, attribute_option_combo_id, data_element_id, value FROM datavalue
    WHERE data_element_id = ANY(%s) AND organisation_unit_id = ANY(%s) AND NOT deleted
"""


def run(cluster: Cluster, sizes: tuple[int, ...]) -> None:
    """Monitor so many org units, and print what it took.

    Errors: AssertionError where PostgreSQL finds another number of violations.
    """
    cases: list[Case] = []
    queries: list[tuple[int, int, int]] = []
    with OwnDatabase(cluster):
        elements, group = _make_rules()
        for size in sizes:
            units = fill_values(elements, size)
            params = MonitoringParams(relative_start=-360, relative_end=-1, validation_rule_groups=[group])
            floor = measure(lambda units=units: _floor(elements, units))
            found = measure(lambda params=params: _monitor(params))
            _compare(elements, found.result)
            evaluations = RULES * size * MONTHS
            cases.append(Case(f"{size:,} org units", evaluations, found, floor))
            cases.append(Case("and its results stored", found.result, _stored(params), None))
            queries.append((size, _count(params), found.result))
    print_cases("evaluations", cases)
    table = Table("org units", "queries", "violations")
    for row in queries:
        table.add_row(*(f"{number:,}" for number in row))
    Console().print(table)


def _make_rules() -> tuple[list[int], str]:
    """Rules of three items each, over as many elements; the keys of these and the uid of the rules' group."""
    combo = DataElement.objects.first().category_combo_id
    elements = [
        DataElement.objects.create(
            name=f"Measured {number}", short_name=f"Measured {number}", value_type="INTEGER", aggregation_type="SUM",
            domain_type="AGGREGATE", category_combo_id=combo,
        )
        for number in range(RULES)
    ]  # fmt: skip
    rules = [
        ValidationRule.objects.create(
            name=f"Measured {number}", period_type="Monthly", operator="less_than_or_equal_to", importance="MEDIUM"
        )
        for number in range(RULES)
    ]
    for number, rule in enumerate(rules):
        first, second, third = (elements[(number + step) % RULES].uid for step in range(3))
        for role, text in (("leftSide", f"#{{{first}}} + #{{{second}}}"), ("rightSide", f"3 * #{{{third}}}")):
            ValidationRuleExpression.objects.create(
                validation_rule=rule, role=role, expression=text, description=role, uid=generate_uid()
            )
    group = ValidationRuleGroup.objects.create(name="Measured")
    group.validation_rules.set(rules)
    return [element.pk for element in elements], group.uid


def fill_values(elements: list[int], size: int) -> list[int]:
    """As many org units as asked for, with values; their keys."""
    top = OrganisationUnit.objects.get(parent=None)
    missing = size - OrganisationUnit.objects.count()
    new = []
    for number in range(missing):
        uid = generate_uid()
        new.append(
            OrganisationUnit(
                uid=uid, name=f"Measured {number}", short_name=f"Measured {number}", parent=top,
                path=f"{top.path}/{uid}", hierarchy_level=2, opening_date="2020-01-01",
                created=top.created, last_updated=top.created,
            )
        )  # fmt: skip
    OrganisationUnit.objects.bulk_create(new)
    units = list(OrganisationUnit.objects.order_by("pk").values_list("pk", flat=True)[:size])
    with connection.cursor() as cursor:
        for statement in FILL.split(";"):
            if statement.strip():
                cursor.execute(statement, {"elements": elements, "units": units})
        cursor.execute("VACUUM ANALYZE datavalue")
    return units


def _monitor(params: MonitoringParams) -> int:
    return len(monitor(params, TODAY, lambda: None).violations)


def _stored(params: MonitoringParams) -> Measure:
    violations = monitor(params, TODAY, lambda: None).violations

    def store() -> int:
        with transaction.atomic():
            stored = len(store_violations(violations))
            transaction.set_rollback(True)
        return stored

    return measure(store)


def _count(params: MonitoringParams) -> int:
    with CaptureQueriesContext(connection) as captured:
        _monitor(params)
    return len(captured)


def _compare(elements: list[int], found: int) -> None:
    turned = [elements[step:] + elements[:step] for step in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("SET enable_nestloop = off")
        cursor.execute(EXPECTED, dict(zip(("first", "second", "third"), turned, strict=True)))
        expected = cursor.fetchone()[0]
        cursor.execute("RESET enable_nestloop")
    if found != expected:
        raise AssertionError(f"{found} violations, PostgreSQL finds {expected}")


def _floor(elements: list[int], units: list[int]) -> int:
    rows = 0
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(FLOOR, [elements, units])
        while found := cursor.fetchmany(FETCHED):
            rows += len(found)
    return rows
