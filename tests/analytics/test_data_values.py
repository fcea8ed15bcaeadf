"""DATA_VALUE: which values get in, and what stands beside them."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from analytics.table_types import TableType
from datavalues.models import DataApproval
from dhis2api.demo import identifiers as ids
from metadata.models import (
    Category,
    CategoryOptionCombo,
    CategoryOptionGroup,
    CategoryOptionGroupSet,
    DataElement,
    DataElementGroup,
    DataElementGroupSet,
    DataSet,
    DataSetElement,
    OrganisationUnitGroup,
    OrganisationUnitGroupSet,
)
from tests.analytics.building import (
    build,
    columns_of,
    element,
    indexed,
    of_element,
    partitions,
    period,
    row,
    rows,
    set_settings,
    store,
    unit,
)
from tests.datavalues.locks import workflow
from tests.tracker.world import make_category_combo, make_category_option

pytestmark = pytest.mark.usefixtures("no_values")
VALUES = TableType.DATA_VALUE


def shared(name: str) -> dict[str, object]:
    return {"name": name, "short_name": name, "sharing": {"public": "rwrw----"}}


# One build for all of them: what it costs does not depend on the number of values.
ANALYSED = [
    ("NUMBER", "12", (12, None)),
    ("NUMBER", "-1.50", (-1.5, None)),
    ("NUMBER", "0.0", (0, None)),
    ("INTEGER_POSITIVE", "3", (3, None)),
    ("UNIT_INTERVAL", "0.25", (0.25, None)),
    ("BOOLEAN", "true", (1, None)),
    ("BOOLEAN", "false", (0, None)),
    ("TRUE_ONLY", "true", (1, None)),
    ("TEXT", "hello", (None, "hello")),
    ("LONG_TEXT", "0", (None, "0")),
    ("DATE", "2024-01-05", (None, "2024-01-05")),
    ("AGE", "2000-01-05", (None, "2000-01-05")),
    ("URL", "https://dhis2.org", (None, "https://dhis2.org")),
]
LEFT_OUT = [
    ("NUMBER", ".5"), ("NUMBER", "+1"), ("NUMBER", "1e5"), ("NUMBER", "abc"), ("NUMBER", "0"), ("NUMBER", None),
    ("NUMBER", "9" * 400), ("TRUE_ONLY", "false"), ("BOOLEAN", "yes"), ("COORDINATE", "[1,2]"),
    ("FILE_RESOURCE", "a1234567890"), ("ORGANISATION_UNIT", ids.BO), ("MULTI_TEXT", "a,b"), ("GEOJSON", "{}"),
]  # fmt: skip


def test_a_value_is_a_number_or_a_text_and_what_is_neither_stays_out() -> None:
    expected = {(type, value): [found] for type, value, found in ANALYSED} | {case: [] for case in LEFT_OUT}
    made = {case: element(value_type=case[0]) for case in expected}
    for (_, value), one in made.items():
        store(one, value)

    build(VALUES, skip_outliers=True)

    assert {case: of_element(one) for case, one in made.items()} == expected


def test_deleted_values_tracker_elements_and_later_changes_stay_out() -> None:
    gone, tracker, late = element(), element(domain_type="TRACKER"), element()
    store(gone, deleted=True)
    store(tracker)
    store(late, updated=timezone.now() + datetime.timedelta(hours=1))

    build(VALUES, skip_outliers=True)

    assert [of_element(made) for made in (gone, tracker, late)] == [[], [], []]


@pytest.mark.parametrize("includes_zeros", [False, True])
def test_zeros_stay_where_they_count(includes_zeros: bool) -> None:
    set_settings(keyIncludeZeroValuesInAnalytics=includes_zeros)
    plain, significant = element(), element(zero_is_significant=True)
    averages = [element(aggregation_type=name) for name in ("AVERAGE", "AVERAGE_SUM_ORG_UNIT")]
    for one in (plain, significant, *averages):
        store(one, "0")

    build(VALUES, skip_outliers=True)

    assert of_element(plain) == []
    assert of_element(significant) == ([(0, None)] if includes_zeros else [])
    assert [of_element(one) for one in averages] == [[(0, None)], [(0, None)]]


def test_a_row_tells_where_when_and_of_what() -> None:
    made = element()
    store(made, "3", pe="202402")

    build(VALUES, skip_outliers=True)

    found = row("analytics", "dx = %s", made.uid)
    where = {"ou": ids.NGELEHUN_CHC, "oulevel": 4, "uidlevel1": ids.SIERRA_LEONE, "uidlevel3": ids.BADJIA}
    when = {
        "pe": "202402", "year": 2024, "pestartdate": datetime.date(2024, 2, 1), "monthly": "202402",
        "peenddate": datetime.date(2024, 2, 29), "quarterly": "2024Q1", "yearly": "2024", "weekly": None,
        "financialapril": "2023April", "sixmonthlynov": "2024NovS1",
    }  # fmt: skip
    default = ids.DEFAULT_OPTION_COMBO
    what = {
        "co": default, "ao": default, "value": 3.0, "daysno": 29, "daysxvalue": 87.0, "approvallevel": 0,
        "id": f"{made.uid}-202402-{ids.NGELEHUN_CHC}-{default}-{default}",
    }  # fmt: skip
    assert {name: found[name] for name in where | when | what} == where | when | what


def test_a_week_belongs_to_the_year_of_its_fourth_day() -> None:
    made = element()
    store(made, "1", pe="2020W1")  # begins on 30 December 2019
    store(made, "2", pe="2019W52")

    build(VALUES, skip_outliers=True)

    assert of_element(made, "pe, year, weekly, monthly, tableoid::regclass::text") == [
        ("2019W52", 2019, "2019W52", "201912", "analytics_2019"),
        ("2020W1", 2020, "2020W1", "202001", "analytics_2020"),
    ]


def test_each_year_has_a_partition_that_other_years_cannot_enter() -> None:
    made = element()
    store(made, pe="2022")
    store(made, pe="202401")

    build(VALUES, skip_outliers=True)

    assert partitions() == ["analytics_2022", "analytics_2024"]
    checks = rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'analytics_2024'::regclass"
        " AND contype = 'c' ORDER BY 1"
    )
    assert checks == [("CHECK ((pestartdate < '2025-01-01'::date))",), ("CHECK ((year = 2024))",)]
    assert rows("SELECT count(*) FROM ONLY analytics") == [(0,)]


def test_group_sets_and_categories_are_columns() -> None:
    made = element()
    option = make_category_option(name="North", short_name="North")
    combo, (north,) = make_category_combo(option)
    group = CategoryOptionGroup.objects.create(**shared("Far"), data_dimension_type="ATTRIBUTE")
    group.category_options.add(option)
    distances = CategoryOptionGroupSet.objects.create(**shared("Distance"), data_dimension_type="ATTRIBUTE")
    distances.category_option_groups.add(group)
    element_group = DataElementGroup.objects.create(**shared("Counts"))
    element_group.data_elements.add(made)
    kinds = DataElementGroupSet.objects.create(**shared("Kinds"))
    kinds.data_element_groups.add(element_group)
    unit_group = OrganisationUnitGroup.objects.create(**shared("Clinics"))
    unit_group.organisation_units.add(unit(ids.NGELEHUN_CHC))
    owners = OrganisationUnitGroupSet.objects.create(**shared("Owners"), compulsory=False)
    owners.organisation_unit_groups.add(unit_group)
    hidden = DataElementGroupSet.objects.create(**shared("Hidden"), data_dimension=False)
    store(made, ao=north)

    build(VALUES, skip_outliers=True)

    found = row("analytics", "dx = %s", made.uid)
    category = combo.categories.get()
    assert found[category.uid] == option.uid
    assert (found[distances.uid], found[kinds.uid], found[owners.uid]) == (group.uid, element_group.uid, unit_group.uid)
    assert hidden.uid not in found


def test_a_category_of_disaggregations_is_read_off_the_category_option_combo() -> None:
    made = element()
    category = Category.objects.get(category_options__name="Fixed", data_dimension_type="DISAGGREGATION")
    combo = CategoryOptionCombo.objects.get(uid=ids.FIXED_UNDER_1)
    store(made, co=combo)

    build(VALUES, skip_outliers=True)

    assert row("analytics", "dx = %s", made.uid)[category.uid] == ids.FIXED


def test_deeper_data_does_not_count_at_aggregation_levels_and_above() -> None:
    made = element(aggregation_levels=[2, 3])
    store(made, ou=ids.NGELEHUN_CHC)  # level 4
    store(made, ou=ids.BADJIA)  # level 3

    build(VALUES, skip_outliers=True)

    assert of_element(made, "oulevel, uidlevel1, uidlevel2, uidlevel3, uidlevel4") == [
        (4, None, None, None, ids.NGELEHUN_CHC),
        (3, None, None, ids.BADJIA, None),
    ]


def test_outliers_are_seen_by_the_whole_history_of_a_cell() -> None:
    made = element()
    for year, value in enumerate(("1", "2", "3", "10"), start=2020):
        store(made, value, pe=str(year))
    store(made, "4", pe="2019", deleted=True)
    beyond = element()
    for year, value in enumerate(("1", "9" * 200, "8" * 300), start=2020):
        store(beyond, value, pe=str(year))

    build(VALUES)

    assert of_element(beyond, "value, std_dev") == [(1, None), (1e200, None), (float("8" * 300), None)]

    [found] = of_element(made, "avg_middle_value, percentile_middle_value, mad, std_dev, petype")[:1]
    assert found[:3] == (4, 3, 1)
    assert found[3] == pytest.approx(3.1622776)
    assert found[4] == "Yearly"
    assert "analytics_rs_outliers_temp" not in [name for (name,) in rows("SELECT relname FROM pg_class")]


def test_without_outliers_there_are_no_such_columns() -> None:
    build(VALUES, skip_outliers=True)

    assert not {"sourceid", "mad", "std_dev", "path"} & set(columns_of("analytics"))


def test_dimensions_are_indexed_and_facts_are_not() -> None:
    store(element())

    build(VALUES, skip_outliers=True)

    found = indexed("analytics_2024")
    assert {"(dx)", "(dx, co)", "(dx, ao)", "(ou)", "(uidlevel4)", "(monthly)", "(year)", "(id)"} <= set(found)
    assert not {"(value)", "(textvalue)", "(daysno)", "(approvallevel)", "(co)"} & set(found)


def test_values_outside_the_dates_of_their_options_may_be_left_out() -> None:
    made = element()
    option = make_category_option(start_date=datetime.date(2024, 1, 15))
    _, (combo,) = make_category_combo(option)
    store(made, pe="202401", ao=combo)
    store(made, pe="202402", ao=combo)

    build(VALUES, skip_outliers=True)
    everything = of_element(made, "pe")
    set_settings(keyRespectMetaDataStartEndDatesInAnalyticsTableExport=True)
    build(VALUES, skip_outliers=True)

    assert everything == [("202401",), ("202402",)]
    assert of_element(made, "pe") == [("202402",)]


def test_without_any_value_the_table_is_there_and_empty() -> None:
    made = element()
    store(made)
    build(VALUES, skip_outliers=True)
    store(made, deleted=True)

    build(VALUES, skip_outliers=True)

    assert rows("SELECT count(*) FROM analytics") == [(0,)]


class TestApproval:
    """What nobody approved is told from what somebody did."""

    @pytest.fixture(autouse=True)
    def _hide_unapproved(self, no_values: None) -> None:
        set_settings(keyHideUnapprovedDataInAnalytics=True)

    def in_set(self, made: DataElement) -> DataSet:
        data_set = DataSet.objects.get(uid=ids.MORTALITY)
        DataSetElement.objects.create(data_set=data_set, data_element=made)
        return data_set

    def approve(self, level: int, ou: str) -> None:
        flow = DataSet.objects.get(uid=ids.MORTALITY).workflow
        assert flow is not None
        now = timezone.now()
        DataApproval.objects.create(
            workflow=flow, level=flow.data_approval_levels.get(org_unit_level=level), period=period("202401"),
            organisation_unit=unit(ou), created=now, last_updated=now,
            attribute_option_combo=CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO),
        )  # fmt: skip

    def test_an_element_whose_set_needs_none_is_at_level_nought(self) -> None:
        workflow(1, 2, 4)
        made = element()
        store(made)

        build(VALUES, skip_outliers=True)

        assert of_element(made, "approvallevel") == [(0,)]

    def test_what_was_not_approved_is_at_999(self) -> None:
        workflow(1, 2, 4)
        made = element()
        self.in_set(made)
        store(made)

        build(VALUES, skip_outliers=True)

        assert of_element(made, "approvallevel") == [(999,)]

    def test_the_highest_approval_above_a_unit_counts_by_its_place_in_the_workflow(self) -> None:
        workflow(1, 2, 4)
        made = element()
        self.in_set(made)
        store(made)
        self.approve(4, ids.NGELEHUN_CHC)
        self.approve(2, ids.BO)

        build(VALUES, skip_outliers=True)

        assert of_element(made, "approvallevel") == [(2,)]

    def test_years_before_the_threshold_need_none(self) -> None:
        workflow(1, 2, 4)
        set_settings(keyIgnoreAnalyticsApprovalYearThreshold=1)
        made = element()
        self.in_set(made)
        this_year = timezone.localtime().year
        store(made, pe=str(this_year - 2))
        store(made, pe=str(this_year - 1))

        build(VALUES, skip_outliers=True)

        assert of_element(made, "approvallevel") == [(0,), (999,)]
