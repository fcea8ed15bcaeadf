"""What violates a rule: operators, missing values, periods, org units, attribute option combos."""

from __future__ import annotations

import datetime

import pytest

from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from metadata.models import (
    CategoryOptionCombo,
    DataElement,
    DataSet,
    OrganisationUnit,
    OrganisationUnitGroup,
    ValidationRule,
    ValidationRuleExpression,
)
from tests.analytics.building import element, store, unit
from tests.datavalues.payloads import HARBOUR, RURAL_CARE
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from tests.tracker.world import enrolled_person, make_data_element
from tests.validation.world import ALL, ANY, NEVER, ask, found, make_group, make_rule
from validation.models import ValidationResult
from validation.monitoring import monitor
from validation.params import MonitoringParams
from validation.rules import analysis
from validation.rules.analysis import Analysis, find_violations
from validation.rules.loading import load_rules
from validation.rules.storing import store_violations

pytestmark = pytest.mark.usefixtures("no_values")


@pytest.fixture
def a(no_values: None) -> DataElement:
    return element()


@pytest.fixture
def b(no_values: None) -> DataElement:
    return element()


PLACE = (ids.NGELEHUN_CHC, "202401")
# Values of the sides (None: no value), and which operators they violate.
CASES = [
    ("1", "1", {"not_equal_to", "greater_than", "less_than", "exclusive_pair"}),
    ("1", "2", {"equal_to", "greater_than", "greater_than_or_equal_to", "exclusive_pair"}),
    ("2", "1", {"equal_to", "less_than", "less_than_or_equal_to", "exclusive_pair"}),
    ("1.0", "1", {"not_equal_to", "greater_than", "less_than", "exclusive_pair"}),
    (None, "1", {"compulsory_pair"}),
    ("1", None, {"compulsory_pair"}),
    (None, None, set()),
]
OPERATORS = (
    "equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to",
    "compulsory_pair", "exclusive_pair",
)  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_and_missing_sides(api: ApiClient, operator: str, a: DataElement, b: DataElement) -> None:
    make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}", operator)

    for left, right, violated in CASES:
        store(a, left or "0", deleted=left is None)
        store(b, right or "0", deleted=right is None)

        expected = [(*PLACE, float(left or 0), float(right or 0))] if operator in violated else []
        assert found(api) == expected, (left, right)


@pytest.mark.parametrize(
    ("strategy", "values", "left"),
    [
        (ANY, ("5", None), None),
        (ANY, ("5", "6"), 11.0),
        (ALL, ("5", None), 5.0),
        (NEVER, ("5", None), 5.0),
    ],
)
def test_missing_values_of_a_side(
    api: ApiClient, strategy: str, values: tuple[str | None, ...], left: float | None, a: DataElement, b: DataElement
) -> None:
    for of, value in zip((a, b), values, strict=True):
        if value is not None:
            store(of, value)
    make_rule(f"#{{{a.uid}}} + #{{{b.uid}}}", "1", strategies=(strategy, ALL))

    assert found(api) == ([(*PLACE, left, 1.0)] if left is not None else [])


@pytest.mark.parametrize(("strategy", "expected"), [(ALL, []), (ANY, []), (NEVER, [(*PLACE, 3.0, 0.0)])])
def test_a_side_without_values_counts_as_zero_where_it_is_never_skipped(
    api: ApiClient, strategy: str, expected: list[object], a: DataElement, b: DataElement
) -> None:
    store(a, "3")
    make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}", strategies=(ALL, strategy))

    assert found(api) == expected


@pytest.mark.parametrize("text", ["#{a} / 0", "log(0 - #{a})", "#{a} * 10 ^ 400"])
def test_what_is_no_number_is_no_value(api: ApiClient, text: str, a: DataElement) -> None:
    store(a, "3")
    make_rule(text.replace("#{a}", f"#{{{a.uid}}}"), "1")

    assert found(api) == []


def test_sides_are_rounded(api: ApiClient, a: DataElement) -> None:
    store(a, "2")
    make_rule(f"#{{{a.uid}}} / 3", "0.5")

    assert found(api) == [(*PLACE, 0.6666666667, 0.5)]


def test_a_total_is_the_sum_over_option_combos(api: ApiClient, a: DataElement) -> None:
    combos = [CategoryOptionCombo.objects.get(uid=uid) for uid in (ids.FIXED_UNDER_1, ids.FIXED_OVER_1)]
    for combo, value in zip(combos, ("3", "4"), strict=True):
        store(a, value, co=combo)
    make_rule(f"#{{{a.uid}}}", f"#{{{a.uid}.{ids.FIXED_OVER_1}}}")

    assert found(api) == [(*PLACE, 7.0, 4.0)]


class TestPeriods:
    """A rule is for periods of its type; longer ones around them give values."""

    def test_only_periods_of_the_rules_type_between_the_dates(self, api: ApiClient, a: DataElement) -> None:
        for pe in ("202312", "202401", "202403", "202404", "2024Q1", "2024"):
            store(a, "3", pe=pe)
        make_rule(f"#{{{a.uid}}}", "1")

        assert [pe for _, pe, _, _ in found(api)] == ["202401", "202403"]

    def test_a_quarterly_rule_does_not_see_months(self, api: ApiClient, a: DataElement, b: DataElement) -> None:
        store(a, "3", pe="2024Q1")
        store(b, "3", pe="202401")
        make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}", "compulsory_pair", period_type="Quarterly")

        assert found(api) == [(ids.NGELEHUN_CHC, "2024Q1", 3.0, 0.0)]

    def test_a_monthly_rule_sees_the_shortest_longer_period(
        self, api: ApiClient, a: DataElement, b: DataElement
    ) -> None:
        store(a, "3", pe="202402")
        store(b, "1", pe="2024")
        store(b, "2", pe="2024Q1")
        store(b, "0", pe="2024Q2")
        make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}")

        assert (ids.NGELEHUN_CHC, "202402", 3.0, 2.0) in found(api)

    def test_of_longer_periods_of_one_length_one_counts(self, api: ApiClient, a: DataElement, b: DataElement) -> None:
        """Not their sum: a year's and a financial year's target are of the same."""
        store(a, "15", pe="202505")
        for pe in ("2025", "2025April"):
            store(b, "10", pe=pe)
        make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}")

        violations = found(api, startDate="2025-05-01", endDate="2025-05-31")

        assert violations == [(ids.NGELEHUN_CHC, "202505", 15.0, 10.0)]

    def test_the_number_of_days_is_the_periods(self, api: ApiClient, a: DataElement) -> None:
        store(a, "3", pe="202402")
        make_rule(f"#{{{a.uid}}} * [days]", "1")

        assert found(api) == [(ids.NGELEHUN_CHC, "202402", 87.0, 1.0)]


class TestOrgUnits:
    """Own data of exactly a unit, at the levels of the rule."""

    def test_each_unit_by_its_own_data(self, api: ApiClient, a: DataElement) -> None:
        store(a, "3")
        store(a, "7", ou=ids.BADJIA)
        make_rule(f"#{{{a.uid}}}", "1")

        assert sorted(found(api)) == [(ids.NGELEHUN_CHC, "202401", 3.0, 1.0), (ids.BADJIA, "202401", 7.0, 1.0)]

    def test_units_outside_of_the_one_asked_for_are_not_looked_at(self, api: ApiClient, a: DataElement) -> None:
        store(a, "3")
        make_rule(f"#{{{a.uid}}}", "1")

        assert found(api, ou=ids.BAOMA) == []
        assert len(found(api, ou=ids.NGELEHUN_CHC)) == 1

    def test_levels(self, api: ApiClient, a: DataElement) -> None:
        store(a, "3")
        store(a, "7", ou=ids.BADJIA)
        make_rule(f"#{{{a.uid}}}", "1", organisation_unit_levels=[unit(ids.BADJIA).hierarchy_level])

        assert found(api) == [(ids.BADJIA, "202401", 7.0, 1.0)]

    def test_functions_of_org_units_know_where_it_lies(self, api: ApiClient, a: DataElement) -> None:
        store(a, "3")
        store(a, "3", ou=ids.BADJIA)
        make_rule(f"if(orgUnit.ancestor({ids.BADJIA}), #{{{a.uid}}}, 0)", "1")

        assert found(api) == [(*PLACE, 3.0, 1.0)]

    @pytest.mark.parametrize("function", ["group", "dataSet", "program"])
    def test_functions_of_org_units_know_what_it_belongs_to(
        self, api: ApiClient, a: DataElement, function: str
    ) -> None:
        store(a, "3")
        store(a, "3", ou=ids.BADJIA)
        owner = {
            "group": lambda: OrganisationUnitGroup.objects.create(name="Mine", short_name="Mine"),
            "dataSet": lambda: DataSet.objects.get(uid=ids.MORTALITY),
            "program": lambda: enrolled_person().program,
        }[function]()
        owner.organisation_units.set([unit(ids.NGELEHUN_CHC)])
        make_rule(f"if(orgUnit.{function}({owner.uid}), #{{{a.uid}}}, 0)", "1")

        assert found(api) == [(*PLACE, 3.0, 1.0)]


class TestAttributeOptionCombos:
    """A rule is held against the data of each by itself."""

    @pytest.fixture
    def two(self, a: DataElement, b: DataElement) -> None:
        for combo, value in ((HARBOUR, "3"), (RURAL_CARE, "5")):
            store(a, value, ao=CategoryOptionCombo.objects.get(uid=combo))
        store(b, "4", ao=CategoryOptionCombo.objects.get(uid=HARBOUR))
        store(b, "4", ao=CategoryOptionCombo.objects.get(uid=RURAL_CARE))

    def test_each_by_itself(self, api: ApiClient, two: None, a: DataElement, b: DataElement) -> None:
        make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}")

        (only,) = ask(api).json
        assert (only["attributeOptionComboId"], only["leftSideValue"]) == (RURAL_CARE, 5.0)

    def test_an_operand_that_names_one_has_values_of_that_one(self, api: ApiClient, two: None, a: DataElement) -> None:
        make_rule(f"#{{{a.uid}.*.{HARBOUR}}}", "1")

        (only,) = ask(api).json
        assert (only["attributeOptionComboId"], only["leftSideValue"]) == (HARBOUR, 3.0)

    def test_other_rules_data_is_none_of_a_rules_business(
        self, api: ApiClient, two: None, a: DataElement, b: DataElement
    ) -> None:
        """Under a combo without any value of its items a rule that is never skipped would come to zero."""
        other = element()
        store(other, "1", ao=CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO))
        make_rule(f"#{{{other.uid}}}", "9")
        make_rule(f"#{{{a.uid}}}", "100", "greater_than", strategies=(NEVER, NEVER))

        assert {each["attributeOptionComboId"] for each in ask(api).json} == {HARBOUR, RURAL_CARE}


def test_a_rule_that_cannot_be_read_does_not_stop_the_others(api: ApiClient, a: DataElement) -> None:
    store(a, "3")
    make_rule(f"#{{{a.uid}}} +", "1")
    make_rule("1", "1", period_type="Sometimes")
    make_rule("1", "1", organisation_unit_levels=["first"])
    ValidationRuleExpression.objects.filter(validation_rule=make_rule("1", "1"), role="leftSide").delete()
    make_rule(f"#{{{a.uid}}}", "1", organisation_unit_levels={"a": "b"})

    assert len(found(api)) == 1


def test_queries_do_not_grow_with_rules_org_units_and_periods(api: ApiClient, a: DataElement) -> None:
    def count(rules: int, units: int, months: int) -> QueryCount:
        elements = [element() for _ in range(rules)]
        group = make_group(*[make_rule(f"#{{{each.uid}}}", "1") for each in elements])
        below = OrganisationUnit.objects.filter(path__contains=ids.BO).order_by("pk")[:units]
        for each in elements:
            for place in below.values_list("uid", flat=True):
                for month in range(1, months + 1):
                    store(each, "3", ou=place, pe=f"2024{month:02}")
        asked = {"vrg": group.uid, "endDate": "2024-12-31"}
        ask(api, **asked)
        with query_counter() as counter:
            answer = ask(api, **asked)
        assert len(answer.json) == rules * units * months
        return counter.count

    assert count(1, 2, 1) == count(5, 10, 6)


def test_a_search_in_parts_finds_the_same(
    api: ApiClient, a: DataElement, b: DataElement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a few org units at a time, and of a few periods where that is not enough."""
    for place in (ids.NGELEHUN_CHC, ids.BADJIA):
        for month in ("202401", "202402", "202403"):
            store(a, "3", ou=place, pe=month)
    store(b, "2", pe="2024Q1")
    make_rule(f"#{{{a.uid}}}", f"#{{{b.uid}}}", strategies=(ALL, NEVER))
    with query_counter() as whole:
        expected = sorted(found(api))
    monkeypatch.setattr(analysis, "FEWEST_UNITS", 1_000)
    monkeypatch.setattr(analysis, "VALUES_AT_ONCE", 2)

    with query_counter() as by_periods:
        assert sorted(found(api)) == expected
    monkeypatch.setattr(analysis, "FEWEST_UNITS", 20)

    with query_counter() as by_units:
        assert sorted(found(api)) == expected

    assert len(expected) == 6
    assert whole.count < by_periods.count < by_units.count


def test_a_rule_with_an_item_that_cannot_be_computed_is_left_out(api: ApiClient, a: DataElement) -> None:
    """Never skipped, it would come to zero."""
    store(a, "3")
    visits = enrolled_person()
    last = make_data_element(visits.stage, value_type="NUMBER", aggregation_type="LAST")
    item = f"D{{{visits.program.uid}.{last.uid}}}"
    make_rule(f"#{{{a.uid}}}", item, strategies=(ALL, NEVER))

    assert found(api) == []

    group = make_group(*ValidationRule.objects.all())
    params = MonitoringParams(relative_start=-9999, relative_end=1, validation_rule_groups=[group.uid])
    assert list(monitor(params, datetime.date(2024, 6, 1), lambda: None).refused) == [item]


def test_what_somebody_else_has_stored_meanwhile_stays(no_values: None, a: DataElement) -> None:
    store(a, "3")
    make_rule(f"#{{{a.uid}}}", "1")
    january = parse_period("202401")
    new = find_violations(Analysis(
        rules=load_rules(ValidationRule.objects.all()).rules, periods={january.type: [january]},
        org_units=OrganisationUnit.objects.filter(uid=ids.NGELEHUN_CHC), today=january.end, limit=10,
    ))  # fmt: skip

    first, second = store_violations(new), store_violations(new)

    assert len(first) == ValidationResult.objects.count() == 1
    assert first == second
