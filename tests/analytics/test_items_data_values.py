"""Values of data elements and operands: a unit's own ones, with longer periods, or summed with those below it."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from analytics.items.loading import Reading
from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from expressions.kinds import Kind
from metadata.models import CategoryOptionGroup, DataElementGroup
from tests.analytics.asking import item, load, value
from tests.analytics.building import element, store, unit
from tests.harness.queries import query_counter
from tests.tracker.world import make_category_combo, make_category_option

pytestmark = pytest.mark.usefixtures("no_values")


def test_total_is_the_sum_over_option_combos_and_an_operand_is_one_of_them():
    combo, (first, second) = make_category_combo(make_category_option(), make_category_option())
    cases = element(category_combo=combo)
    store(cases, "5", co=first)
    store(cases, "7.25", co=second)

    assert value(f"#{{{cases.uid}}}") == value(f"#{{{cases.uid}.*}}") == value(f"#{{{cases.uid}.*.*}}")
    assert value(f"#{{{cases.uid}}}") == Decimal("12.25")
    assert value(f"#{{{cases.uid}.{first.uid}}}") == value(f"#{{{cases.uid}.{first.uid}.*}}") == 5


def test_each_attribute_option_combo_has_values_of_its_own():
    _, (first, second) = make_category_combo(make_category_option(), make_category_option())
    cases = element()
    store(cases, "5", ao=first)
    store(cases, "7", ao=second)
    total, named = item(f"#{{{cases.uid}}}"), item(f"#{{{cases.uid}.*.{second.uid}}}")

    values = load(total, named)
    cell = unit(ids.NGELEHUN_CHC).pk, parse_period("202401")

    assert set(values.attribute_combos(*cell)) == {first.pk, second.pk}
    assert values.mapping(*cell, first.pk) == {total.key: 5}
    assert values.mapping(*cell, second.pk) == {total.key: 7, named.key: 7}


def test_groups_of_elements_options_and_option_groups_are_sums_of_what_is_in_each_of_them():
    few, many = make_category_option(), make_category_option()
    combo, (first, second) = make_category_combo(few, many)
    some = CategoryOptionGroup.objects.create(name="Some", short_name="Some", data_dimension_type="DISAGGREGATION")
    some.category_options.add(few)
    both = CategoryOptionGroup.objects.create(name="Both", short_name="Both", data_dimension_type="DISAGGREGATION")
    both.category_options.add(few, many)
    cases, deaths = element(category_combo=combo), element(category_combo=combo)
    wide = DataElementGroup.objects.create(name="Wide", short_name="Wide")
    wide.data_elements.add(cases, deaths)
    narrow = DataElementGroup.objects.create(name="Narrow", short_name="Narrow")
    narrow.data_elements.add(deaths)
    for data_element, co, text in (
        (cases, first, "1"),
        (cases, second, "2"),
        (deaths, first, "4"),
        (deaths, second, "8"),
    ):
        store(data_element, text, co=co)

    assert value(f"#{{deGroup:{wide.uid}}}") == 15
    assert value(f"#{{deGroup:{wide.uid}&{narrow.uid}}}") == 12
    assert value(f"#{{deGroup:{wide.uid}.co:{many.uid}}}") == 10
    assert value(f"#{{{cases.uid}.coGroup:{both.uid}}}") == 3
    assert value(f"#{{{cases.uid}.coGroup:{both.uid}&{some.uid}}}") == 1


@pytest.mark.parametrize(
    ("value_type", "text", "kind", "expected"),
    [
        ("NUMBER", "-1.50", None, Decimal("-1.5")),
        ("INTEGER", "no number", None, None),
        ("BOOLEAN", "false", Kind.BOOLEAN, False),
        ("TRUE_ONLY", "true", Kind.BOOLEAN, True),
        ("TEXT", "abc", Kind.TEXT, "abc"),
        ("DATE", "2024-01-31", Kind.DATE, datetime.date(2024, 1, 31)),
        ("DATE", "2024-02-31", Kind.DATE, None),
    ],
)
def test_value_has_the_kind_of_its_data_element(value_type, text, kind, expected):
    cases = element(value_type=value_type, aggregation_type="NONE")
    store(cases, text)
    asked = item(f"#{{{cases.uid}}}")

    assert value(asked) == expected
    assert load(asked).kinds.get(asked.key) == kind


def test_deleted_values_and_those_of_unknown_elements_and_combos_are_none():
    cases = element()
    store(cases, "5", deleted=True)

    assert value(f"#{{{cases.uid}}}") is None
    assert value("#{unknownUid0}") is None
    assert value(f"#{{{cases.uid}.unknownUid0}}") is None
    assert value(f"#{{{cases.uid}.*.unknownUid0}}") is None


def test_shortest_longer_period_stands_in_where_its_own_has_no_data():
    """January has a value of its own, February that of its quarter; April only that of its year."""
    cases = element()
    store(cases, "1", pe="202401")
    store(cases, "10", pe="2024Q1")
    store(cases, "100", pe="2024")
    asked = f"#{{{cases.uid}}}"

    found = [value(asked, pe=pe, reading=Reading.OWN_OR_LONGER) for pe in ("202401", "202402", "202404", "202501")]

    assert found == [1, 10, 100, None]
    assert value(asked, pe="202402", reading=Reading.OWN) is None


def test_each_element_of_a_group_finds_its_own_shortest_period():
    """Cases are monthly, population is yearly: 1 + 100, and not 1 alone."""
    cases, population = element(), element()
    store(cases, "1", pe="202401")
    store(population, "100", pe="2024")
    group = DataElementGroup.objects.create(name="Wide", short_name="Wide")
    group.data_elements.add(cases, population)

    assert value(f"#{{deGroup:{group.uid}}}", reading=Reading.OWN_OR_LONGER) == 101


def test_week_across_two_years_has_no_year_around_it():
    cases = element()
    store(cases, "100", pe="2024")

    assert value(f"#{{{cases.uid}}}", pe="2024W2", reading=Reading.OWN_OR_LONGER) == 100
    assert value(f"#{{{cases.uid}}}", pe="2025W1", reading=Reading.OWN_OR_LONGER) is None  # from 30 December


def test_data_below_a_unit_counts_only_when_it_is_summed():
    cases = element()
    store(cases, "1", ou=ids.BADJIA)
    store(cases, "10", ou=ids.NGELEHUN_CHC)
    asked = f"#{{{cases.uid}}}"

    assert value(asked, ou=ids.BADJIA) == 1
    assert value(asked, ou=ids.BADJIA, reading=Reading.SUMMED) == 11
    assert value(asked, ou=ids.BO, reading=Reading.SUMMED) == 11
    assert value(asked, ou=ids.BAOMA, reading=Reading.SUMMED) is None


def test_offsets_and_dates_of_an_item_choose_its_periods():
    """January to March are 1, 2, 4."""
    cases = element()
    for pe, text in (("202401", "1"), ("202402", "2"), ("202403", "4")):
        store(cases, text, pe=pe)
    asked = f"#{{{cases.uid}}}"

    assert value(item(asked, period_offset=-1), pe="202403") == 2
    assert value(item(asked, year_to_date=True), pe="202403") == 7
    assert value(item(asked, year_to_date=True, min_date="2024-02-01"), pe="202403") == 6
    assert value(item(asked, max_date="2024-03-30"), pe="202403") is None


def test_number_of_queries_depends_on_neither_items_nor_units_periods_and_rows():
    def asked(items: int, units: list[str], months: int) -> int:
        made = [element() for _ in range(items)]
        periods = [f"2024{month:02}" for month in range(1, months + 1)]
        for one in made:
            for uid in units:
                for pe in periods:
                    store(one, pe=pe, ou=uid)
        with query_counter() as few:
            values = load(*(f"#{{{one.uid}}}" for one in made), pe=periods, ou=units, reading=Reading.OWN_OR_LONGER)
        assert len(values.by_combo) == len(units) * months
        return few.count - len(units)  # the test's own look-ups

    # Three, and four that keep nested loops out of the last.
    assert asked(1, [ids.NGELEHUN_CHC], 1) == asked(4, [ids.NGELEHUN_CHC, ids.BADJIA, ids.BO], 6) == 7
