"""What a run builds and what it leaves: some years, what changed, what is skipped, hooks, settings."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from analytics.clearing import analyze_tables, clear_tables
from analytics.table_types import TableType
from configuration.keys import NEVER
from configuration.settings import system_setting
from dhis2api.demo import identifiers as ids
from metadata.models import DataElementGroupSet
from scheduling.progress import JobRefused
from tests.analytics.building import (
    build,
    build_latest,
    columns_of,
    element,
    hook,
    indexed,
    of_element,
    partitions,
    period,
    raised,
    row,
    rows,
    store,
    tables,
)
from tests.harness.queries import query_counter
from tests.personas import persona
from tests.tracker.world import day, enrolled_person, make_program, stored_event

pytestmark = pytest.mark.usefixtures("no_values")
VALUES, EVENTS = TableType.DATA_VALUE, TableType.EVENT
FULL = "keyLastSuccessfulAnalyticsTablesUpdate"
WHERE = "pe, value, tableoid::regclass::text"


def this_year(shift: int = 0) -> str:
    return str(timezone.localtime().year + shift)


def full(*types: TableType, **asked: object) -> None:
    build(*types, **{"skip_outliers": True, **asked})


def again(*types: TableType, **asked: object) -> None:
    """A full update of metadata and periods that the one before knew: half as long."""
    full(*types, skip_resource_tables=True, **asked)


def latest(*types: TableType) -> None:
    build_latest(*types, skip_outliers=True)


class TestSomeYears:
    """`lastYears`: partitions of these years are built anew, older ones stay."""

    def test_only_these_years_are_built_and_older_partitions_stay(self) -> None:
        made = element()
        for shift in (-3, -1, 0):
            store(made, "1", pe=this_year(shift))
        full(VALUES)
        for shift in (-3, -1, 0):
            store(made, "2", pe=this_year(shift))

        again(VALUES, last_years=2)

        assert of_element(made, WHERE) == [
            (this_year(-3), 1, f"analytics_{this_year(-3)}"),
            (this_year(-1), 2, f"analytics_{this_year(-1)}"),
            (this_year(), 2, f"analytics_{this_year()}"),
        ]

    def test_without_a_table_everything_is_built(self) -> None:
        made = element()
        store(made, pe=this_year(-5))

        full(VALUES, last_years=1)

        assert partitions() == [f"analytics_{this_year(-5)}"]

    def test_another_set_of_columns_has_everything_built(self) -> None:
        made = element()
        store(made, "1", pe=this_year(-5))
        full(VALUES)
        made_later = DataElementGroupSet.objects.create(name="Later", short_name="Later")
        store(made, "2", pe=this_year(-5))

        full(VALUES, last_years=1)

        assert made_later.uid in columns_of("analytics")
        assert of_element(made, "value") == [(2,)]

    def test_a_year_whose_values_are_all_gone_has_no_partition(self) -> None:
        made = element()
        store(made, pe=this_year())
        full(VALUES)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE datavalue")

        again(VALUES, last_years=1)

        assert partitions() == []

    def test_rows_of_these_years_leave_the_latest_partition(self) -> None:
        made = element()
        for shift in (-3, 0):
            store(made, "1", pe=this_year(shift))
        full(VALUES)
        for shift in (-3, 0):
            store(made, "2", pe=this_year(shift))
        latest(VALUES)

        again(VALUES, last_years=1)

        assert of_element(made, WHERE) == [
            (this_year(-3), 2, "analytics_0"), (this_year(), 2, f"analytics_{this_year()}")
        ]  # fmt: skip

        store(made, "3", pe=this_year())
        latest(VALUES)

        assert of_element(made, WHERE) == [
            (this_year(-3), 2, "analytics_0"), (this_year(), 3, "analytics_0")
        ]  # fmt: skip

    def test_an_event_that_moved_into_these_years_leaves_its_old_one(self) -> None:
        person = enrolled_person()
        event = stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2020-05-01"))
        stays = stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2020-05-01"))
        full(EVENTS)
        event.occurred_at, event.updated_at = timezone.now(), timezone.now()
        event.save()

        again(EVENTS, last_years=1)

        name = f"analytics_event_{person.program.uid.lower()}"
        assert rows(f"SELECT event, yearly FROM {name} ORDER BY yearly") == [
            (stays.uid, "2020"), (event.uid, this_year())
        ]  # fmt: skip

    def test_after_a_crash_all_years_are_built(self) -> None:
        """PostgreSQL empties unlogged tables then."""
        made = element()
        store(made, "1", pe=this_year(-5))
        full(VALUES)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE analytics")

        again(VALUES, last_years=1)

        assert of_element(made, "value") == [(1,)]

    def test_other_types_are_complete_all_the_same(self) -> None:
        person = enrolled_person()

        full(TableType.ENROLLMENT, last_years=1)

        assert rows(f"SELECT count(*) FROM analytics_enrollment_{person.program.uid.lower()}") == [(1,)]


class TestLatest:
    """`lastYears` 0: what changed since the last full update, and nothing else."""

    def test_it_needs_an_earlier_full_update(self) -> None:
        error = raised(JobRefused, lambda: latest(VALUES))

        assert str(error) == "A full analytics table update must be run prior to a latest partition update"

    def test_new_changed_and_deleted_values_are_seen(self) -> None:
        same, changed, gone, new = (element() for _ in range(4))
        for one in (same, changed, gone, new):
            store(one, "1", pe="202312")
        period("202401")
        full(VALUES)
        store(changed, "2", pe="202312")
        store(gone, pe="202312", deleted=True)
        store(new, "3", pe="202401")

        latest(VALUES)

        assert of_element(same, WHERE) == [("202312", 1, "analytics_2023")]
        assert of_element(changed, WHERE) == [("202312", 2, "analytics_0")]
        assert of_element(gone, WHERE) == []
        assert of_element(new, WHERE) == [("202312", 1, "analytics_2023"), ("202401", 3, "analytics_0")]

    def test_each_one_holds_all_changes_since_the_full_update(self) -> None:
        first, second = element(), element()
        store(first, "1")
        store(second, "1")
        full(VALUES)
        store(first, "2")
        latest(VALUES)
        store(second, "2")

        latest(VALUES)

        assert of_element(first, WHERE) == of_element(second, WHERE) == [("202401", 2, "analytics_0")]

    def test_the_next_full_update_takes_the_partition_away(self) -> None:
        made = element()
        full(VALUES)
        store(made, "2")
        latest(VALUES)

        full(VALUES)

        assert of_element(made, WHERE) == [("202401", 2, "analytics_2024")]
        assert partitions() == ["analytics_2024"]

    def test_without_a_change_nothing_is_built(self) -> None:
        store(element())
        full(VALUES)

        latest(VALUES)

        assert partitions() == ["analytics_2024"]
        assert system_setting("keyLastSuccessfulLatestAnalyticsPartitionUpdate") > system_setting(FULL)

    def test_resource_tables_stay_as_they_are(self) -> None:
        full(VALUES)
        unknown = element()
        store(unknown)

        latest(VALUES)

        assert of_element(unknown) == []

    def test_events_change_too(self) -> None:
        person = enrolled_person()
        event = stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2023-05-01"))
        gone = stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2023-05-01"))
        full(EVENTS)
        event.occurred_at, event.updated_at = day("2024-02-02"), timezone.now()
        gone.deleted, gone.updated_at = True, timezone.now()
        event.save()
        gone.save()

        latest(EVENTS)

        name = f"analytics_event_{person.program.uid.lower()}"
        assert rows(f"SELECT event, monthly, tableoid::regclass::text FROM {name}") == [
            (event.uid, "202402", f"{name}_0")
        ]

    def test_enrollments_wait_for_the_next_full_update(self) -> None:
        person = enrolled_person()
        full(TableType.ENROLLMENT)
        person.enrollment.status, person.enrollment.updated_at = "COMPLETED", timezone.now()
        person.enrollment.save()

        latest(TableType.ENROLLMENT)

        assert row(f"analytics_enrollment_{person.program.uid.lower()}", "true")["enrollmentstatus"] == "ACTIVE"

    @pytest.mark.parametrize(
        "emptied", ["analytics, analytics_rs_orgunitstructure, analytics_rs_dateperiodstructure", "analytics"]
    )
    def test_after_a_crash_everything_is_built(self, emptied: str) -> None:
        """PostgreSQL empties unlogged tables then; what changed since would be all that is left.

        Whoever has the resource tables rebuilt first does not hide that.
        """
        made = element()
        store(made, "1")
        store(made, "1", pe="202402")
        full(VALUES)
        store(made, "2", pe="202402")
        latest(VALUES)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {emptied}")

        build_latest(VALUES, skip_outliers=True, last_years=0)

        assert of_element(made, "pe, value") == [("202401", 1), ("202402", 2)]

    def test_a_value_that_changes_again_meanwhile_is_there_once(self) -> None:
        """A change after the start belongs to the next run."""
        made = element()
        store(made, "1")
        full(VALUES)
        store(made, "2")
        change = f"UPDATE datavalue SET value = '3', last_updated = clock_timestamp() WHERE data_element_id = {made.pk}"
        hook("ANALYTICS_TABLE_POPULATED", change)

        latest(VALUES)
        assert of_element(made, WHERE) == [("202401", 2, "analytics_0")]

        latest(VALUES)
        assert of_element(made, WHERE) == [("202401", 3, "analytics_0")]

    def test_its_indexes_are_those_of_other_partitions(self) -> None:
        made = element()
        store(made)
        full(VALUES)
        store(made, "2")

        latest(VALUES)

        assert indexed("analytics_0") == indexed("analytics_2024")


class TestSkipping:
    """What a run is told to leave alone."""

    def test_skipped_types_keep_their_tables(self) -> None:
        made = element()
        store(made, "1")
        full(VALUES)
        store(made, "2")

        again(TableType.ORG_UNIT_TARGET)

        assert of_element(made, "value") == [(1,)]

    def test_without_new_resource_tables_what_they_do_not_know_stays_out(self) -> None:
        full(VALUES)
        made = element()
        later = DataElementGroupSet.objects.create(name="Later", short_name="Later")
        store(made)

        again(VALUES)

        assert of_element(made) == []
        assert later.uid not in columns_of("analytics")

    def test_resource_tables_that_are_missing_are_made_all_the_same(self) -> None:
        made = element()
        store(made, "1")

        again(VALUES)

        assert of_element(made, "value") == [(1,)]


def test_hooks_meet_the_filled_tables_under_their_staging_names() -> None:
    made = element()
    store(made, "1")
    hook(
        "ANALYTICS_TABLE_POPULATED",
        "UPDATE analytics_temp SET value = value + 41; UPDATE analytics_temp SET daysno = 1",
    )
    hook(
        "RESOURCE_TABLE_POPULATED", "UPDATE analytics_rs_orgunitstructure_temp SET name = 'Hooked'",
        resourceTableType="ORG_UNIT_STRUCTURE",
    )  # fmt: skip

    full(VALUES)

    assert of_element(made, "value, daysno") == [(42, 1)]
    assert rows("SELECT DISTINCT name FROM analytics_rs_orgunitstructure") == [("Hooked",)]


def test_hooks_of_others_than_superusers_are_not_run() -> None:
    """They would do what only the server may."""
    made = element()
    store(made, "1")
    persona("table_keeper", ["F_ANALYTICSTABLEHOOK_ADD"])
    hook("ANALYTICS_TABLE_POPULATED", "UPDATE analytics_temp SET value = 42", author="table_keeper")

    full(VALUES)

    assert of_element(made, "value") == [(1,)]


def test_tables_of_programs_that_are_gone_go_with_them() -> None:
    gone, kept = make_program(), make_program()
    full(EVENTS, TableType.ENROLLMENT)
    gone.delete()

    again(VALUES)

    assert tables(f"{gone.uid.lower()}") == []
    assert f"analytics_event_{kept.uid.lower()}" in tables("^analytics_event_")


def test_what_a_killed_run_left_is_dropped() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE analytics_2024_temp (x int); CREATE TABLE analytics_rs_dataset_temp (x int)")

    full(VALUES)

    assert tables("_temp$") == []


def test_a_server_without_any_metadata_gets_empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE metadata_organisationunit, metadata_program, metadata_trackedentitytype, metadata_dataelement,"
            " metadata_categorycombo, metadata_category, metadata_categoryoptioncombo, metadata_dataset,"
            " metadata_organisationunitgroupset, metadata_period CASCADE"
        )

    full(*TableType)
    full(*TableType, last_years=1)
    latest(*TableType)

    assert tables("^analytics(_[a-qs-z]|$)") == [
        "analytics", "analytics_completeness", "analytics_completenesstarget", "analytics_orgunittarget",
        "analytics_validationresult",
    ]  # fmt: skip
    assert rows("SELECT count(*) FROM analytics") == [(0,)]
    assert not [name for name in columns_of("analytics") if name.startswith("uidlevel")]


def test_the_time_of_the_start_and_how_long_it_took_are_noted() -> None:
    before = timezone.now() - datetime.timedelta(milliseconds=1)
    assert system_setting(FULL) == NEVER

    full(VALUES)

    assert before < system_setting(FULL) <= timezone.now()
    assert system_setting("keyLastSuccessfulAnalyticsTablesRuntime").startswith("00:00:")


def test_tables_are_cleared_and_analyzed_and_resource_tables_stay() -> None:
    store(element())
    full(VALUES, TableType.ORG_UNIT_TARGET)

    assert analyze_tables() == 3
    assert clear_tables() == 3

    assert tables("^analytics(_[0-9]|_org|$)") == []
    assert len(tables("^analytics_rs_")) == 13


def test_an_object_that_is_named_like_a_column_gets_none_of_its_own() -> None:
    DataElementGroupSet.objects.create(uid="pestartdate", name="Odd", short_name="Odd")
    made = element()
    store(made)

    full(VALUES)

    assert of_element(made, "pestartdate") == [(datetime.date(2024, 1, 1),)]


def test_the_number_of_queries_does_not_depend_on_rows() -> None:
    made = element()
    store(made)
    full(VALUES)  # the next ones have tables to put away
    with query_counter() as few:
        full(VALUES)
    for month in range(2, 13):
        store(made, pe=f"2024{month:02}")
    with query_counter() as many:
        full(VALUES)

    assert few.count == many.count
