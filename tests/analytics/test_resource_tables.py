"""Resource tables: metadata laid out flat."""

from __future__ import annotations

import datetime

import pytest

from analytics.resources.data_sets import data_element_structure, expected_reports
from analytics.resources.groups import category_structure, data_element_group_sets, option_combo_names
from analytics.resources.org_units import org_unit_group_sets, org_unit_structure
from analytics.resources.periods import day_structure, period_structure
from analytics.resources.relationships import relationship_counts
from configuration.settings import system_setting
from dhis2api.demo import identifiers as ids
from metadata.models import (
    CategoryCombo,
    DataElementGroup,
    DataElementGroupSet,
    DataSet,
    DataSetElement,
    OrganisationUnit,
    OrganisationUnitGroup,
    OrganisationUnitGroupSet,
)
from scheduling.progress import JobRefused
from tests.analytics.building import (
    build_resources,
    columns_of,
    element,
    period,
    raised,
    row,
    rows,
    set_settings,
    tables,
    unit,
)
from tests.datavalues.locks import workflow
from tests.harness.queries import query_counter
from tests.tracker.world import (
    make_category_combo,
    make_category_option,
    make_relationship_type,
    make_type,
    stored_entity,
    stored_relationship,
)

pytestmark = pytest.mark.usefixtures("no_values")


def shared(name: str) -> dict[str, object]:
    return {"name": name, "short_name": name[:50], "sharing": {"public": "rwrw----"}}


def test_all_are_made_under_their_names_and_the_time_is_noted() -> None:
    build_resources()

    assert [name.removeprefix("analytics_rs_") for name in tables("^analytics_rs_")] == [
        "categoryoptioncomboname", "categorystructure", "dataelementcategoryoptioncombo",
        "dataelementgroupsetstructure", "dataelementstructure", "dataset", "datasetorganisationunitcategory",
        "dateperiodstructure",
        "indicatorgroupsetstructure", "organisationunitgroupsetstructure", "orgunitstructure", "periodstructure",
        "relationship",
    ]  # fmt: skip
    assert system_setting("keyLastSuccessfulResourceTablesUpdate").year > 2000


def test_an_org_unit_stands_beside_its_ancestors() -> None:
    build_resources(org_unit_structure)

    found = row("analytics_rs_orgunitstructure", "organisationunituid = %s", ids.BADJIA)
    assert (found["level"], found["uidlevel1"], found["uidlevel2"]) == (3, ids.SIERRA_LEONE, ids.BO)
    assert (found["uidlevel3"], found["uidlevel4"], found["idlevel3"]) == (ids.BADJIA, None, unit(ids.BADJIA).pk)
    assert (found["namelevel2"], found["name"]) == ("Bo", "Badjia")


def test_a_level_that_disagrees_with_the_parents_stops_the_run() -> None:
    OrganisationUnit.objects.filter(uid=ids.BADJIA).update(hierarchy_level=2)

    error = raised(JobRefused, lambda: build_resources(org_unit_structure))

    assert str(error) == f"Invalid hierarchy level or missing parent for organisation unit {ids.BADJIA}."


def test_a_set_that_includes_the_subhierarchy_hands_the_nearest_group_down() -> None:
    district, chiefdom = (OrganisationUnitGroup.objects.create(**shared(name)) for name in ("District", "Chiefdom"))
    district.organisation_units.add(unit(ids.BO))
    chiefdom.organisation_units.add(unit(ids.BADJIA))
    inherited, own = (
        OrganisationUnitGroupSet.objects.create(
            **shared(name), compulsory=False, include_subhierarchy_in_analytics=inherits
        )
        for name, inherits in (("Inherited", True), ("Own", None))
    )
    for one in (inherited, own):
        one.organisation_unit_groups.add(district, chiefdom)

    build_resources(org_unit_structure, org_unit_group_sets)

    found = {
        uid: row("analytics_rs_organisationunitgroupsetstructure", "organisationunitid = %s", unit(uid).pk)
        for uid in (ids.BAOMA, ids.NGELEHUN_CHC, ids.SIERRA_LEONE)
    }
    assert [found[uid][inherited.uid] for uid in found] == [district.uid, chiefdom.uid, None]
    assert [found[uid]["Inherited"] for uid in found] == ["District", "Chiefdom", None]
    assert [found[uid][own.uid] for uid in found] == [None, None, None]


def test_names_of_columns_hold_no_foreign_characters_and_are_not_repeated() -> None:
    made = element()
    names = ["(Sex) & age", "_Sex; & age", 'a "quoted" 100 %', "dataelementid", "ctid"]
    for name in names:
        group = DataElementGroup.objects.create(**shared(f"Group of {name}"))
        group.data_elements.add(made)
        found = DataElementGroupSet.objects.create(**shared(name))
        found.data_element_groups.add(group)

    build_resources(data_element_group_sets)

    columns = columns_of("analytics_rs_dataelementgroupsetstructure")
    assert [
        columns[columns.index(found) - 1]
        for found in (DataElementGroupSet.objects.get(name=name).uid for name in names)
    ] == ["Sex_ & age", "Sex_ & age_2", 'a "quoted" 100 %', "dataelementid_2", "ctid_2"]
    assert row("analytics_rs_dataelementgroupsetstructure", "dataelementid = %s", made.pk)["Sex_ & age"] == (
        "Group of (Sex) & age"
    )


def test_option_combos_stand_beside_their_options_and_dates() -> None:
    option = make_category_option(start_date=datetime.date(2024, 1, 1), end_date=datetime.date(2024, 12, 31))
    combo, (made,) = make_category_combo(option)
    made.ignore_approval = True
    made.save()

    build_resources(option_combo_names, category_structure)

    found = row("analytics_rs_categorystructure", "categoryoptioncombouid = %s", made.uid)
    assert found[combo.categories.get().uid] == option.uid
    named = row("analytics_rs_categoryoptioncomboname", "categoryoptioncomboid = %s", made.pk)
    assert (named["approvallevel"], named["startdate"], named["enddate"]) == (0, option.start_date, option.end_date)


def test_reports_are_expected_of_units_that_have_every_option() -> None:
    first, second = (make_category_option(name=name, end_date=datetime.date(2024, 6, 30)) for name in ("In", "Out"))
    combo, (inside, outside) = make_category_combo(first, second)
    first.organisation_units.add(unit(ids.NGELEHUN_CHC))
    form = DataSet.objects.create(
        **shared("Form"), period_type="Monthly", category_combo=combo, open_periods_after_co_end_date=2
    )
    form.organisation_units.add(unit(ids.NGELEHUN_CHC), unit(ids.BANDAJUMA_CLINIC))
    plain = DataSet.objects.create(
        **shared("Plain"), period_type="Monthly", category_combo=CategoryCombo.objects.get(name="default")
    )
    plain.organisation_units.add(unit(ids.BANDAJUMA_CLINIC))

    build_resources(expected_reports)

    statement = "SELECT * FROM analytics_rs_datasetorganisationunitcategory WHERE datasetid = %s"
    assert rows(statement, form.pk) == [
        (form.pk, unit(ids.NGELEHUN_CHC).pk, inside.pk, None, datetime.date(2024, 8, 30))
    ]
    assert [found[1:] for found in rows(statement, plain.pk)] == [(unit(ids.BANDAJUMA_CLINIC).pk, 1, None, None)]
    assert outside.pk not in {found[2] for found in rows(statement, form.pk)}


def test_the_data_set_that_needs_approval_and_asks_most_often_speaks_for_an_element() -> None:
    flow = workflow(1, 2, 4)
    made = element()
    default = CategoryCombo.objects.get(name="default")
    kinds = (("Daily", None), ("Yearly", flow), ("Monthly", flow))
    forms = [
        DataSet.objects.create(**shared(kind), period_type=kind, category_combo=default, workflow=one)
        for kind, one in kinds
    ]
    for form in forms:
        DataSetElement.objects.create(data_set=form, data_element=made)
    alone = element()

    build_resources(data_element_structure)

    found = row("analytics_rs_dataelementstructure", "dataelementid = %s", made.pk)
    assert (found["datasetuid"], found["periodtypename"], found["workflowid"]) == (forms[2].uid, "Monthly", flow.pk)
    assert found["datasetapprovallevel"] is None
    lonely = row("analytics_rs_dataelementstructure", "dataelementid = %s", alone.pk)
    assert (lonely["datasetid"], lonely["datasetapprovallevel"]) == (None, 0)


def test_a_period_stands_beside_the_longer_ones_around_its_beginning() -> None:
    for iso in ("2024W1", "2024BiW1", "2024April", "2024", "20240229"):
        period(iso)

    build_resources(period_structure)

    names = ("year", "daysno", "daily", "weekly", "weeklysunday", "biweekly", "monthly", "yearly", "financialapril")
    found = {
        iso: tuple(row("analytics_rs_periodstructure", "iso = %s", iso)[name] for name in names)
        for iso in ("2024W1", "2024April", "2024", "20240229")
    }
    assert found == {
        "2024W1": (2024, 7, None, "2024W1", None, "2024BiW1", "202401", "2024", "2023April"),
        "2024April": (2024, 365, None, None, None, None, None, None, "2024April"),
        "2024": (2024, 366, None, None, None, None, None, "2024", None),
        "20240229": (
            2024, 1, "20240229", "2024W9", "2024SunW9", "2024BiW5", "202402", "2024", "2023April",
        ),
    }  # fmt: skip


def test_every_available_day_lies_in_a_period_of_each_type() -> None:
    build_resources(day_structure)

    found = row("analytics_rs_dateperiodstructure", "dateperiod = '2024-12-30'")
    assert (found["daily"], found["weekly"], found["biweekly"]) == ("20241230", "2025W1", "2025BiW1")
    assert (found["year"], found["monthstartdate"]) == (2024, datetime.date(2024, 12, 1))
    first, last, count = rows(
        "SELECT min(dateperiod), max(dateperiod), count(*) FROM analytics_rs_dateperiodstructure"
    )[0]
    assert count == (last - first).days + 1


def test_a_year_that_is_further_away_than_the_setting_allows_stops_the_run() -> None:
    set_settings(keyAnalyticsPeriodYearsOffset=5)
    period("1990")

    error = raised(JobRefused, lambda: build_resources(day_structure))

    assert str(error) == "The data has the year 1990, which is more than 5 years from now"


def test_relationships_are_counted_that_were_not_deleted() -> None:
    type = make_type()
    kind = make_relationship_type(type, type)
    first, second, third = (stored_entity(type, ids.BADJIA) for _ in range(3))
    stored_relationship(kind, first, second)
    stored_relationship(kind, first, third)
    stored_relationship(kind, second, third, deleted=True)

    build_resources(relationship_counts)

    assert rows("SELECT * FROM analytics_rs_relationship") == [(first.uid, kind.uid, 2)]


def test_the_number_of_queries_does_not_depend_on_the_hierarchy() -> None:
    with query_counter() as few:
        build_resources(org_unit_structure, org_unit_group_sets)
    for number in range(20):
        parent = unit(ids.BADJIA)
        uid = f"unit{number:07}"
        OrganisationUnit.objects.create(
            uid=uid, name=uid, short_name=uid, parent=parent, path=f"{parent.path}/{uid}", hierarchy_level=4,
            opening_date="2020-01-01",
        )  # fmt: skip
    with query_counter() as many:
        build_resources(org_unit_structure, org_unit_group_sets)

    assert few.count == many.count
    assert rows("SELECT count(*) FROM analytics_rs_orgunitstructure WHERE organisationunituid LIKE 'unit0%'") == [(20,)]
