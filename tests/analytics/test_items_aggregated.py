"""Values of data elements as indicators read them: of whole subtrees, over time, by aggregation types."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from analytics.items.loading import Reading, load_items
from analytics.table_types import TableType
from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from expressions.items import Item
from expressions.kinds import Value
from metadata.models import OrganisationUnit
from tests.analytics.asking import item, load
from tests.analytics.asking import value as value_of
from tests.analytics.building import build, element, rows, set_settings, store, unit
from tests.harness.queries import query_counter

pytestmark = pytest.mark.usefixtures("no_values")


def value(asked: str | Item, *, pe: str = "2024Q1", ou: str = ids.BADJIA) -> Value:
    """Of a chiefdom and a quarter, unless said otherwise."""
    found = value_of(asked, pe=pe, ou=ou, reading=Reading.AGGREGATED)
    return round(found, 6) if isinstance(found, Decimal) else found


# Of Badjia, months of 2024: its own values 2 (January) and 4 (February), and of Ngelehun below it 6 (January) and
# 12 (March). By hand, for the first quarter of 91 days (31, 29, 31):
AGGREGATED = [
    ("SUM", Decimal(24)),  # 2 + 4 + 6 + 12
    ("AVERAGE", Decimal(6)),  # 24 / 4
    ("AVERAGE_SUM_ORG_UNIT", Decimal("8.087912")),  # (2·31 + 4·29 + 6·31 + 12·31) / 91 = 736 / 91
    ("COUNT", Decimal(4)),
    ("MIN", Decimal(2)),
    ("MAX", Decimal(12)),
    ("MIN_SUM_ORG_UNIT", Decimal(8)),  # 2 of Badjia and 6 of Ngelehun
    ("MAX_SUM_ORG_UNIT", Decimal(16)),  # 4 and 12
    ("VARIANCE", Decimal("18.666667")),  # (16 + 4 + 0 + 36) / 3
    ("STDDEV", Decimal("4.320494")),  # its root
    ("LAST", Decimal(16)),  # 4 of February and 12 of March
    ("LAST_IN_PERIOD", Decimal(16)),
    ("LAST_AVERAGE_ORG_UNIT", Decimal(8)),
    ("LAST_LAST_ORG_UNIT", Decimal(12)),  # March is the latest month of all
    ("FIRST", Decimal(8)),  # 2 and 6, both of January
    ("FIRST_AVERAGE_ORG_UNIT", Decimal(4)),
    ("NONE", None),
    ("CUSTOM", None),
]


@pytest.mark.parametrize(("type", "expected"), AGGREGATED, ids=[type for type, _ in AGGREGATED])
def test_aggregation_type_of_the_element_or_of_the_expression_says_how(type, expected):
    own, other = element(aggregation_type=type), element(aggregation_type="COUNT")
    for cases in (own, other):
        for ou, pe, text in (
            (ids.BADJIA, "202401", "2"), (ids.BADJIA, "202402", "4"),
            (ids.NGELEHUN_CHC, "202401", "6"), (ids.NGELEHUN_CHC, "202403", "12"),
        ):  # fmt: skip
            store(cases, text, pe=pe, ou=ou)

    assert value(f"#{{{own.uid}}}") == expected
    assert value(item(f"#{{{other.uid}}}", aggregation_type=type)) == expected


@pytest.mark.parametrize(
    ("modifiers", "expected"),
    [
        ({}, [7, 2, 2, 5, 5]),
        ({"max_date": "2024-02-28"}, [7, 2, 2, 2, 2]),
        ({"min_date": "2024-01-01"}, [None, 2, 2, 5, 5]),
        ({"aggregation_type": "FIRST"}, [7, 7, 7, 7, 7]),
        ({"aggregation_type": "FIRST", "min_date": "2024-01-01"}, [None, 2, 2, 2, 2]),
        ({"aggregation_type": "LAST_LAST_ORG_UNIT"}, [7, 2, 2, 5, 5]),
        ({"aggregation_type": "LAST_IN_PERIOD"}, [None, 2, None, 5, 5]),
    ],
)
def test_each_period_has_its_own_last_value_whatever_the_type_of_period_it_is_stored_for(modifiers, expected):
    """A value of 2023, and those of January and March 2024; asked for all months and the quarter at once."""
    cases = element(aggregation_type="LAST")
    for pe, text in (("2023", "7"), ("202401", "2"), ("202403", "5")):
        store(cases, text, pe=pe, ou=ids.BADJIA)

    asked = item(f"#{{{cases.uid}}}", **modifiers)
    periods = [parse_period(iso) for iso in ("202312", "202401", "202402", "202403", "2024Q1")]
    unit_of = OrganisationUnit.objects.get(uid=ids.BADJIA).pk
    found = load_items([asked], [unit_of], periods, Reading.AGGREGATED)

    assert [found.mapping(unit_of, period).get(asked.key) for period in periods] == expected


def test_average_of_yes_and_no_is_per_cent_of_the_days():
    """Yes for 31 days, no for 29: 100 · 31 / 60."""
    cases = element(value_type="BOOLEAN", aggregation_type="AVERAGE")
    store(cases, "true", pe="202401", ou=ids.BADJIA)
    store(cases, "false", pe="202402", ou=ids.BADJIA)

    assert value(f"#{{{cases.uid}}}") == Decimal("51.666667")


def test_longer_periods_count_for_averages_and_for_nothing_else():
    average, total = element(aggregation_type="AVERAGE"), element(aggregation_type="SUM")
    for cases in (average, total):
        store(cases, "5", pe="2024", ou=ids.BADJIA)

    assert value(f"#{{{average.uid}}}") == 5
    assert value(f"#{{{total.uid}}}") is None
    assert value(f"#{{{total.uid}}}", pe="2024") == 5


def test_last_value_may_be_ten_years_old_but_not_if_it_must_lie_within_the_period():
    last, within = element(aggregation_type="LAST"), element(aggregation_type="LAST_IN_PERIOD")
    for cases in (last, within):
        store(cases, "5", pe="201404", ou=ids.BADJIA)

    assert value(f"#{{{last.uid}}}") == 5  # the quarter ends on 31 March 2024: April 2014 begins in those ten years
    assert value(f"#{{{last.uid}}}", pe="2024Q2") is None
    assert value(f"#{{{within.uid}}}") is None


def test_zeros_count_for_averages_and_where_the_setting_says_so():
    average, counted = element(aggregation_type="AVERAGE"), element(aggregation_type="COUNT", zero_is_significant=True)
    for cases in (average, counted):
        store(cases, "0", pe="202401", ou=ids.BADJIA)
        store(cases, "4", pe="202402", ou=ids.BADJIA)

    assert value(f"#{{{average.uid}}}") == 2
    assert value(f"#{{{counted.uid}}}") == 1

    set_settings(keyIncludeZeroValuesInAnalytics=True)

    assert value(f"#{{{counted.uid}}}") == 2


def test_data_below_an_aggregation_level_does_not_count_there_and_above():
    """Badjia is of level 3, Ngelehun of level 4."""
    cases = element(aggregation_levels=[3])
    store(cases, "5", pe="202401", ou=ids.NGELEHUN_CHC)
    store(cases, "1", pe="202401", ou=ids.BADJIA)

    found = [value(f"#{{{cases.uid}}}", ou=ou) for ou in (ids.BO, ids.BADJIA, ids.NGELEHUN_CHC)]

    assert found == [1, 1, 5]


def test_week_counts_for_the_month_that_its_fourth_day_lies_in():
    """Week 5 of 2024 goes from 29 January to 4 February; Thursday is the first of February."""
    cases = element()
    store(cases, "5", pe="2024W5", ou=ids.BADJIA)

    assert value(f"#{{{cases.uid}}}", pe="202401") is None
    assert value(f"#{{{cases.uid}}}", pe="202402") == 5


def test_number_of_queries_depends_on_neither_items_nor_units_periods_and_rows():
    def asked(items: int, units: list[str], months: int) -> int:
        made = [element() for _ in range(items)]
        periods = [f"2024{month:02}" for month in range(1, months + 1)]
        for one in made:
            for uid in units:
                for pe in periods:
                    store(one, pe=pe, ou=uid)
        with query_counter() as few:
            load(*(f"#{{{one.uid}}}" for one in made), pe=periods, ou=units, reading=Reading.AGGREGATED)
        return few.count - len(units)  # the test's own look-ups

    assert asked(1, [ids.NGELEHUN_CHC], 1) == asked(4, [ids.NGELEHUN_CHC, ids.BADJIA, ids.BO], 6) == 8


def test_figures_are_those_of_the_analytics_table():
    """Whoever reads the table after the next job finds the same."""
    dice = Random(1)
    months = [f"2024{month:02}" for month in range(1, 13)]
    summed, averaged = element(), element(aggregation_type="AVERAGE")
    for cases in (summed, averaged):
        for ou in (ids.BO, ids.BADJIA, ids.BAOMA, ids.NGELEHUN_CHC, ids.BANDAJUMA_CLINIC):
            for pe in dice.sample(months, 5):
                store(cases, str(dice.randint(0, 9)), pe=pe, ou=ou)
    quarters, places = ["2024Q1", "2024Q2", "2024Q3", "2024Q4"], [ids.SIERRA_LEONE, ids.BO, ids.BADJIA]
    values = load(f"#{{{summed.uid}}}", f"#{{{averaged.uid}}}", pe=quarters, ou=places, reading=Reading.AGGREGATED)

    build(TableType.DATA_VALUE)

    for level, ou in enumerate(places, start=1):
        for pe in quarters:
            found = values.mapping(unit(ou).pk, parse_period(pe))
            ((total, average),) = rows(
                f"SELECT sum(value) FILTER (WHERE dx = %s), avg(value) FILTER (WHERE dx = %s) FROM analytics"
                f" WHERE uidlevel{level} = %s AND quarterly = %s",
                summed.uid, averaged.uid, ou, pe,
            )  # fmt: skip
            assert found.get(f"#{{{summed.uid}}}") == (None if total is None else Decimal(str(total)))
            assert float(found.get(f"#{{{averaged.uid}}}", 0)) == pytest.approx(average or 0)
