"""Indicators over data values. Figures are worked out in the tests' texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics.indicators import IndicatorValue, evaluate_indicators
from dhis2api.demo import identifiers as ids
from dhis2api.errors import ApiError
from dhis2api.objects.uids import generate_uid
from dhis2api.periods import parse_period
from metadata.models import Indicator, IndicatorType
from tests.analytics.building import element, raised, store, unit
from tests.harness.queries import query_counter

pytestmark = pytest.mark.usefixtures("no_values")


def indicator(numerator: str, denominator: str = "1", factor: int = 1, **members: object) -> Indicator:
    kind = IndicatorType.objects.create(name=generate_uid(), factor=factor)
    named = {"name": "Indicator", "short_name": generate_uid(), "annualized": False}
    return Indicator.objects.create(
        numerator=numerator, denominator=denominator, indicator_type=kind, **(named | members)
    )


def figures(*wanted: Indicator, pe: str = "2024Q1", ou: str = ids.BADJIA) -> list[IndicatorValue]:
    return evaluate_indicators([one.uid for one in wanted], [unit(ou).pk], [parse_period(pe)])


def figure(wanted: Indicator, pe: str = "2024Q1", ou: str = ids.BADJIA) -> Decimal | None:
    found = figures(wanted, pe=pe, ou=ou)
    return found[0].value if found else None


def test_items_of_a_subtree_and_its_months_are_aggregated_before_they_are_combined():
    """Of Badjia in a quarter 2 + 3 + 5 cases of 8 + 32 people are 25 per cent, whatever its parts have."""
    cases, people = element(), element()
    for ou, pe, few, many in (
        (ids.BADJIA, "202401", "2", "8"), (ids.NGELEHUN_CHC, "202401", "3", "32"), (ids.NGELEHUN_CHC, "202403", "5", "")
    ):  # fmt: skip
        store(cases, few, pe=pe, ou=ou)
        if many:
            store(people, many, pe=pe, ou=ou)
    made = indicator(f"#{{{cases.uid}}}", f"#{{{people.uid}}}", 100)

    (found,) = figures(made)

    assert (found.numerator, found.denominator, found.factor, found.value) == (10, 40, 100, 25)
    assert (found.indicator, found.org_unit, found.period.iso) == (made.uid, unit(ids.BADJIA).pk, "2024Q1")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        ("{0} * 9E999999", "0.1", None), ("{0} * 1E40", "1", Decimal("6E+40")),
        ("subExpression({0} * 9E999998) * 10", "1", None),
        ("subExpression({0} * 9E600000).aggregationType(VARIANCE)", "1", None),
    ],
)  # fmt: skip
def test_figures_beyond_all_numbers_are_none(numerator, denominator, expected):
    cases = element()
    store(cases, "2", pe="202401", ou=ids.BADJIA)
    store(cases, "4", pe="202402", ou=ids.BADJIA)

    assert figure(indicator(numerator.format(f"#{{{cases.uid}}}"), denominator, decimals=2)) == expected


def test_annualized_ones_are_multiplied_by_the_days_of_a_year_over_those_of_the_period():
    """6 of 3 in 31 days of January: 2 · 365 / 31 = 23.548…, with a decimal 23.5."""
    cases = element()
    store(cases, "6", pe="202401", ou=ids.BADJIA)
    made = indicator(f"#{{{cases.uid}}}", "3", annualized=True, decimals=1)

    (found,) = figures(made, pe="202401")

    assert (found.multiplier, found.divisor, found.value) == (365, 31, Decimal("23.5"))


@pytest.mark.parametrize(("decimals", "expected"), [(0, "3"), (1, "2.5"), (2, "2.50"), (None, "2.5")])
def test_decimals_are_rounded_half_up(decimals, expected):
    cases = element()
    store(cases, "5", pe="202401", ou=ids.BADJIA)

    assert str(figure(indicator(f"#{{{cases.uid}}}", "2", decimals=decimals))) == expected


def test_without_numerator_or_denominator_there_is_no_figure():
    cases, nothing = element(), element()
    store(cases, "5", pe="202401", ou=ids.BADJIA)
    present, absent = f"#{{{cases.uid}}}", f"#{{{nothing.uid}}}"

    assert figure(indicator(absent, present)) is None
    assert figure(indicator(present, absent)) is None
    assert figure(indicator(present, f"{present} - 5")) is None
    assert figure(indicator(f"{present} + {absent}", "1")) == 5  # one of the items has a value


def test_indicator_within_another_is_its_numerator_by_its_denominator_times_its_factor():
    """The inner one is 100 · 5 / 20 = 25, neither annualized nor rounded; the outer one adds the days of the month."""
    cases, people = element(), element()
    store(cases, "5", pe="202401", ou=ids.BADJIA)
    store(people, "20", pe="202401", ou=ids.BADJIA)
    inner = indicator(f"#{{{cases.uid}}}", f"#{{{people.uid}}}", 100, annualized=True)
    middle = indicator(f"N{{{inner.uid}}} * 2")

    assert figure(indicator(f"N{{{middle.uid}}} + [days]"), pe="202401") == 81
    assert figure(indicator("N{unknownUid0}"), pe="202401") is None


def test_dot_functions_apply_to_all_that_is_within():
    """February sees January's 5 of 20, two months back nothing; the year so far has 5 + 7."""
    cases, people = element(), element()
    store(cases, "5", pe="202401", ou=ids.BADJIA)
    store(cases, "7", pe="202402", ou=ids.BADJIA)
    store(people, "20", pe="202401", ou=ids.BADJIA)
    rate = indicator(f"#{{{cases.uid}}}", f"#{{{people.uid}}}")

    assert figure(indicator(f"N{{{rate.uid}}}.periodOffset(-1)"), pe="202402") == Decimal("0.25")
    assert figure(indicator(f"(#{{{cases.uid}}}.periodOffset(-1)).periodOffset(-1)"), pe="202402") is None
    assert figure(indicator(f"#{{{cases.uid}}}.yearToDate()"), pe="202402") == 12
    assert figure(indicator(f"#{{{cases.uid}}}.aggregationType(MAX)"), pe="2024Q1") == 7
    assert figure(indicator(f"#{{{cases.uid}}}.minDate(2024-02-01)"), pe="2024Q1") == 7


def test_sub_expression_is_evaluated_for_each_unit_and_period_before_it_is_aggregated():
    """Months with more than 4 cases: January of Ngelehun and February of Badjia; the total of 12 would be one."""
    cases = element()
    for ou, pe, text in (
        (ids.BADJIA, "202401", "1"), (ids.BADJIA, "202402", "5"), (ids.NGELEHUN_CHC, "202401", "6")
    ):  # fmt: skip
        store(cases, text, pe=pe, ou=ou)
    test = f"subExpression(if(#{{{cases.uid}}} > 4, 1, 0))"

    assert figure(indicator(test)) == 2
    assert figure(indicator(f"{test}.aggregationType(COUNT)")) == 3
    assert figure(indicator(f"if(#{{{cases.uid}}} > 4, 1, 0)")) == 1
    assert figure(indicator(test), ou=ids.BAOMA) is None


@pytest.mark.parametrize(
    ("numerator", "reason"),
    [
        ("1 +", "Unexpected end"),
        ("subExpression([days])", "computed from data elements alone"),
        ("subExpression(#{abcdefghijk}).aggregationType(LAST)", "not aggregated by LAST"),
    ],
)
def test_indicator_that_cannot_be_computed_is_refused_with_the_reason(numerator, reason):
    made = indicator(numerator)

    error = raised(ApiError, lambda: figures(made))

    assert error.code.status == 409
    assert reason in str(error)


def test_indicators_that_name_each_other_in_a_circle_are_refused():
    first = indicator("1")
    second = indicator(f"N{{{first.uid}}}")
    third = indicator(f"N{{{second.uid}}} + N{{{first.uid}}}")
    first.denominator = f"N{{{second.uid}}}"
    first.save()

    error = raised(ApiError, lambda: figures(third))

    assert error.code.name == "E7116"
    circles = [[first.uid, second.uid, first.uid], [second.uid, first.uid, second.uid]]
    assert str(error) in [f"Indicators name each other in a circle: `{' - '.join(circle)}`" for circle in circles]


def test_number_of_queries_depends_on_neither_indicators_nor_units_periods_and_rows():
    def asked(count: int, units: list[str], months: int) -> int:
        made = []
        for _ in range(count):
            cases = element()
            for uid in units:
                for month in range(1, months + 1):
                    store(cases, pe=f"2024{month:02}", ou=uid)
            made.append(indicator(f"#{{{cases.uid}}} + N{{{made[-1].uid}}}" if made else f"#{{{cases.uid}}}"))
        keys = [unit(uid).pk for uid in units]
        periods = [parse_period(f"2024{month:02}") for month in range(1, months + 1)]
        with query_counter() as few:
            found = evaluate_indicators([one.uid for one in made], keys, periods)
        assert len(found) == count * len(units) * months
        return few.count

    assert asked(1, [ids.BADJIA], 1) == asked(4, [ids.BADJIA, ids.BO, ids.NGELEHUN_CHC], 5) == 9
