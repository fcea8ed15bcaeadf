"""Items that are no data elements: constants, groups, periods, reporting rates, values of programs."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.items.loading import Reading
from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, Constant, DataElement, DataSet, OrganisationUnitGroup
from tests.analytics.asking import item, load, value
from tests.analytics.building import period, unit
from tests.harness.queries import query_counter
from tests.tracker.world import (
    Enrolled,
    day,
    enrolled_person,
    make_attribute,
    make_data_element,
    stored_event,
    stored_value,
)

pytestmark = pytest.mark.usefixtures("no_values")
AGGREGATED = Reading.AGGREGATED


def test_constants_and_sizes_of_groups():
    """Of two members one lies in Badjia; who aggregates asks for those below the org unit."""
    ratio = Constant.objects.create(name="Ratio", short_name="Ratio", value=3.14)
    group = OrganisationUnitGroup.objects.create(name="Few", short_name="Few")
    group.organisation_units.add(unit(ids.NGELEHUN_CHC), unit(ids.BAOMA))

    assert value(f"C{{{ratio.uid}}}") == Decimal("3.14")
    assert value("C{unknownUid0}") is None
    assert value(f"OUG{{{group.uid}}}", ou=ids.BADJIA) == 2
    assert value(f"OUG{{{group.uid}}}", ou=ids.BADJIA, reading=AGGREGATED) == 1
    assert value("OUG{unknownUid0}") == value("OUG{unknownUid0}", reading=AGGREGATED) == 0


@pytest.mark.parametrize(
    ("pe", "days", "number", "count"),
    [
        ("20240229", 1, 60, 366),
        ("202402", 29, 2, 12),
        ("2024Q3", 92, 3, 4),
        ("2024W9", 7, 9, 52),
        ("2020W53", 7, 53, 53),
        ("2024NovS2", 184, 2, 2),
        ("2024July", 365, 1, 1),
    ],
)
def test_figures_of_a_period(pe, days, number, count):
    found = [value(text, pe=pe) for text in ("[days]", "[periodInYear]", "[yearlyPeriodCount]")]

    assert found == [days, number, count]


def report(form: DataSet, ou: str, pe: str, date: str, *, completed: bool = True) -> None:
    default = CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO)
    CompleteDataSetRegistration.objects.create(
        data_set=form, period=period(pe), organisation_unit=unit(ou), attribute_option_combo=default,
        completed=completed, date=date, last_updated=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def form(no_values: None) -> DataSet:
    """A monthly report of Badjia and Ngelehun, on time within 15 days."""
    made = DataSet.objects.create(
        name="Form", short_name="Form", period_type="Monthly", timely_days=15,
        category_combo_id=CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO).category_combo_id,
    )  # fmt: skip
    made.organisation_units.add(unit(ids.BADJIA), unit(ids.NGELEHUN_CHC))
    return made


def test_reporting_rates_count_reports_against_what_is_expected_of_a_subtree(form):
    """Two units with three months each are 6 reports. Three came, one of them taken back, one of the other two late."""
    report(form, ids.BADJIA, "202401", "2024-02-16")
    report(form, ids.NGELEHUN_CHC, "202402", "2024-03-18")
    report(form, ids.NGELEHUN_CHC, "202403", "2024-04-01", completed=False)

    found = {
        metric: value(f"R{{{form.uid}.{metric}}}", pe="2024Q1", ou=ids.BADJIA)
        for metric in (
            "EXPECTED_REPORTS", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "REPORTING_RATE", "REPORTING_RATE_ON_TIME"
        )
    }  # fmt: skip

    assert {metric: round(number, 3) for metric, number in found.items()} == {
        "EXPECTED_REPORTS": 6, "ACTUAL_REPORTS": 2, "ACTUAL_REPORTS_ON_TIME": 1,
        "REPORTING_RATE": Decimal("33.333"), "REPORTING_RATE_ON_TIME": Decimal("16.667"),
    }  # fmt: skip
    assert value(f"R{{{form.uid}.ACTUAL_REPORTS}}", ou=ids.NGELEHUN_CHC, pe="202401") == 0
    assert value(item(f"R{{{form.uid}.ACTUAL_REPORTS}}", period_offset=1), ou=ids.NGELEHUN_CHC, pe="202401") == 1


def test_nothing_is_expected_of_a_closed_unit_and_reports_beyond_are_no_more_than_all(form):
    clinic = unit(ids.NGELEHUN_CHC)
    clinic.closed_date = datetime.date(2024, 1, 15)
    clinic.save()
    report(form, ids.NGELEHUN_CHC, "202401", "2024-02-16")
    report(form, ids.BADJIA, "202401", "2024-02-16")

    assert value(f"R{{{form.uid}.EXPECTED_REPORTS}}", ou=ids.BADJIA) == 1
    assert value(f"R{{{form.uid}.REPORTING_RATE}}", ou=ids.BADJIA) == 100
    assert value(f"R{{{form.uid}.REPORTING_RATE}}", ou=ids.NGELEHUN_CHC) == 0
    assert value(f"R{{{form.uid}.REPORTING_RATE}}", ou=ids.BAOMA) is None


@pytest.fixture
def visits(no_values: None) -> Enrolled:
    return enrolled_person()


def visit(visits: Enrolled, values: dict[DataElement, str], date: str = "2024-01-15", **members: object) -> None:
    members = {"status": "COMPLETED", "occurred_at": day(date), **members}
    stored_event(visits.enrollment, visits.stage, ids.BADJIA, values, **members)


# Of Badjia in January: 2 and 4 in two visits, and a visit without a value.
OF_PROGRAMS = [("SUM", 6), ("AVERAGE", 3), ("COUNT", 2), ("MIN", 2), ("MAX", 4), ("VARIANCE", 2), ("DEFAULT", 3)]


@pytest.mark.parametrize(("type", "expected"), OF_PROGRAMS)
def test_values_of_events_are_aggregated_as_their_element_says(visits, type, expected):
    weight = make_data_element(visits.stage, value_type="NUMBER", aggregation_type=type)
    visit(visits, {weight: "2"})
    visit(visits, {weight: "4"})
    visit(visits, {})
    visit(visits, {weight: "100"}, "2024-02-01")
    visit(visits, {weight: "100"}, status="OVERDUE")
    visit(visits, {weight: "100"}, deleted=True)

    assert value(f"D{{{visits.program.uid}.{weight.uid}}}", ou=ids.BO) == expected
    assert value(f"D{{{visits.program.uid}.{weight.uid}}}", ou=ids.BAOMA) is None


def test_attribute_counts_once_for_each_event(visits):
    age = make_attribute(of_program=visits.program, value_type="INTEGER", aggregation_type="SUM")
    stored_value(visits.entity, age, "30")
    visit(visits, {})
    visit(visits, {})

    assert value(f"A{{{visits.program.uid}.{age.uid}}}", ou=ids.BADJIA) == 60


def test_what_events_cannot_be_aggregated_by_is_refused_in_words(visits):
    weight = make_data_element(visits.stage, value_type="NUMBER", aggregation_type="LAST")
    asked = item(f"D{{{visits.program.uid}.{weight.uid}}}")

    assert load(asked).refused == {asked.key: "Values of programs are not aggregated by LAST"}


def test_number_of_queries_depends_on_neither_items_nor_units_periods_and_rows(visits, form):
    def asked(elements: int, units: list[str], months: int) -> int:
        made = [make_data_element(visits.stage, value_type="NUMBER", aggregation_type="SUM") for _ in range(elements)]
        periods = [f"2024{month:02}" for month in range(1, months + 1)]
        for month in periods:
            report(form, ids.BADJIA, month, "2024-06-01")
            visit(visits, dict.fromkeys(made, "1"), f"2024-{month[4:]}-10")
            texts = [f"D{{{visits.program.uid}.{one.uid}}}" for one in made]
        with query_counter() as few:
            load(*texts, f"R{{{form.uid}.REPORTING_RATE}}", "OUG{unknownUid0}", pe=periods, ou=units)
        CompleteDataSetRegistration.objects.all().delete()
        return few.count - len(units)  # the test's own look-ups

    assert asked(1, [ids.BADJIA], 1) == asked(4, [ids.BADJIA, ids.BO, ids.NGELEHUN_CHC], 5)
