"""Sides with a sliding window: values of programs of the days that end with the last one, stored day by day."""

from __future__ import annotations

import datetime

import pytest

from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from metadata.models import DataElement, OrganisationUnit, ValidationRule
from tests.analytics.building import element, store
from tests.tracker.world import Enrolled, day, enrolled_person, make_data_element, stored_event
from tests.validation.world import make_rule
from validation.models import ValidationResult
from validation.rules.analysis import Analysis, find_violations
from validation.rules.loading import load_rules
from validation.rules.periods import window_of
from validation.rules.storing import store_violations

pytestmark = pytest.mark.usefixtures("no_values")
MONTH = parse_period("202402")


@pytest.mark.parametrize(
    ("today", "start", "end", "number"),
    [
        ("2024-02-10", "2024-01-12", "2024-02-10", 9),
        ("2024-03-05", "2024-01-31", "2024-02-29", 28),
        ("2024-01-20", "2024-01-03", "2024-02-01", 0),
    ],
)
def test_a_window_ends_today_or_with_the_period(today: str, start: str, end: str, number: int) -> None:
    window, last = window_of(MONTH, datetime.date.fromisoformat(today))

    assert (window.start.isoformat(), window.end.isoformat(), last) == (start, end, number)


@pytest.fixture
def visits(no_values: None) -> Enrolled:
    return enrolled_person()


@pytest.fixture
def cases(visits: Enrolled) -> DataElement:
    """Five in the middle of January, two in the beginning of February, all in Badjia."""
    found = make_data_element(visits.stage, value_type="NUMBER", aggregation_type="SUM")
    for date, value in (("2024-01-20", "5"), ("2024-02-02", "2")):
        stored_event(
            visits.enrollment, visits.stage, ids.BADJIA, {found: value}, status="COMPLETED", occurred_at=day(date)
        )
    return found


def run(*, on: str, store: bool = False) -> list[tuple[float, float, int | None]]:
    """Run all rules over February, as if it was that day: left, right, and the day that is stored."""
    found = find_violations(Analysis(
        rules=load_rules(ValidationRule.objects.all()).rules, periods={MONTH.type: [MONTH]},
        org_units=OrganisationUnit.objects.filter(uid=ids.BADJIA), today=datetime.date.fromisoformat(on), limit=100,
    ))  # fmt: skip
    found = store_violations(found) if store else found
    return [(each.left, each.right, each.day) for each in found]


@pytest.mark.parametrize(
    ("slides", "on", "expected"),
    [
        (False, "2024-02-10", (2.0, 1.0, None)),
        (True, "2024-02-10", (7.0, 1.0, 9)),
        (True, "2024-02-20", (2.0, 1.0, 19)),
    ],
)
def test_values_of_programs_are_those_of_the_window(
    visits: Enrolled, cases: DataElement, slides: bool, on: str, expected: tuple[float, float, int | None]
) -> None:
    make_rule(f"D{{{visits.program.uid}.{cases.uid}}}", "1", sliding=(slides, False))

    assert run(on=on) == [expected]


def test_each_side_has_its_own_window(visits: Enrolled, cases: DataElement) -> None:
    item = f"D{{{visits.program.uid}.{cases.uid}}}"
    make_rule(item, item, sliding=(True, False))

    assert run(on="2024-02-10") == [(7.0, 2.0, 9)]


def test_data_values_are_those_of_the_period(visits: Enrolled, cases: DataElement) -> None:
    counted = element()
    store(counted, "4", pe="202402", ou=ids.BADJIA)
    make_rule(f"D{{{visits.program.uid}.{cases.uid}}}", f"#{{{counted.uid}}}", sliding=(True, True))

    assert run(on="2024-02-10") == [(7.0, 4.0, 9)]


def test_nothing_in_the_window_is_no_value(visits: Enrolled, cases: DataElement) -> None:
    make_rule(f"D{{{visits.program.uid}.{cases.uid}}}", "1", sliding=(True, False))

    assert run(on="2024-06-10") == [(2.0, 1.0, 28)]
    assert run(on="2023-06-10") == [(5.0, 1.0, 0)]


def test_results_are_stored_day_by_day(visits: Enrolled, cases: DataElement) -> None:
    make_rule(f"D{{{visits.program.uid}.{cases.uid}}}", "1", sliding=(True, False))

    for on in ("2024-02-10", "2024-02-10", "2024-02-11"):
        run(on=on, store=True)

    assert list(ValidationResult.objects.order_by("pk").values_list("day_in_period", flat=True)) == [9, 10]


def test_rules_over_programs_alone_are_held_under_the_default_combo(visits: Enrolled, cases: DataElement) -> None:
    make_rule(f"D{{{visits.program.uid}.{cases.uid}}}", "1")

    assert run(on="2024-02-10", store=True) == [(2.0, 1.0, None)]

    assert ValidationResult.objects.get().attribute_option_combo.uid == ids.DEFAULT_OPTION_COMBO
