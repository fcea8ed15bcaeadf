"""EVENT, ENROLLMENT, OWNERSHIP and the tables of tracked entity types."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from analytics.table_types import TableType
from dhis2api.demo import identifiers as ids
from metadata.models import Category, Legend, LegendSet, Program, ProgramStageDataElement
from tests.analytics.building import build, columns_of, indexed, row, rows, set_settings, tables, unit
from tests.tracker.world import (
    Enrolled,
    author,
    day,
    enrolled_person,
    make_attribute,
    make_category_combo,
    make_category_option,
    make_data_element,
    make_option_set,
    make_program,
    make_stage,
    stored_enrollment,
    stored_entity,
    stored_event,
    stored_value,
)
from tracker.models import ProgramOwner, ProgramOwnerHistory, TrackedEntity
from users.models import User

pytestmark = pytest.mark.usefixtures("no_values")


def table(kind: str, uid: str) -> str:
    return f"analytics_{kind}_{uid.lower()}"


def events_of(program: Program) -> str:
    return table("event", program.uid)


def test_an_event_tells_where_when_of_whom_and_by_whom() -> None:
    person = enrolled_person()
    admin = author(User.objects.get(username="admin"))
    event = stored_event(
        person.enrollment, person.stage, ids.NGELEHUN_CHC, occurred_at=day("2024-02-10T08:30:00"),
        status="COMPLETED", completed_at=day("2024-02-11"), stored_by="somebody", created_by=admin, updated_by=admin,
        created_at_client=day("2024-02-09"),
    )  # fmt: skip

    build(TableType.EVENT)

    expected = {
        "event": event.uid, "enrollment": person.enrollment.uid, "ps": person.stage.uid,
        "ao": ids.DEFAULT_OPTION_COMBO, "occurreddate": datetime.datetime(2024, 2, 10, 8, 30),
        "completeddate": datetime.datetime(2024, 2, 11), "created": datetime.datetime(2024, 2, 9),
        "storedby": "somebody", "eventstatus": "COMPLETED", "enrollmentstatus": "ACTIVE", "ou": ids.NGELEHUN_CHC,
        "ouname": "Ngelehun CHC", "oulevel": 4, "registrationou": ids.BADJIA, "enrollmentou": ids.BADJIA,
        "createdbyusername": "admin", "createdbydisplayname": f"{admin.surname}, {admin.first_name} (admin)",
        "uidlevel2": ids.BO, "ounamehierarchy": "Sierra Leone / Bo / Badjia / Ngelehun CHC", "monthly": "202402",
        "daily": "20240210", "yearly": "2024", "trackedentity": person.entity.uid,
    }  # fmt: skip
    found = row(events_of(person.program), "true")
    assert {name: found[name] for name in expected} == expected
    assert not {"eventgeometry", "longitude", "latitude", "tegeometry"} & set(found)


def test_events_count_by_status_and_by_their_own_date() -> None:
    set_settings(keyAnalyticsPeriodYearsOffset=-1)  # the years since 1975
    person = enrolled_person()
    kept = {}
    for number, status in enumerate(("ACTIVE", "COMPLETED", "SCHEDULE", "OVERDUE", "SKIPPED"), start=1):
        kept[status] = stored_event(
            person.enrollment, person.stage, ids.BADJIA, status=status, occurred_at=day(f"2024-03-0{number}"),
            scheduled_at=day("2023-12-31"),
        ).uid  # fmt: skip
    stored_event(person.enrollment, person.stage, ids.BADJIA, deleted=True)
    stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=None)
    stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("1960-01-01"))
    stored_event(person.enrollment, person.stage, ids.BADJIA, updated_at=timezone.now() + datetime.timedelta(hours=1))

    build(TableType.EVENT)

    name = events_of(person.program)
    assert rows(f"SELECT event, tableoid::regclass::text FROM {name} ORDER BY event") == sorted([
        (kept["ACTIVE"], f"{name}_2024"), (kept["COMPLETED"], f"{name}_2024"), (kept["SCHEDULE"], f"{name}_2023"),
    ])  # fmt: skip


def test_a_program_without_events_has_a_table() -> None:
    program = make_program()

    build(TableType.EVENT)

    year = timezone.localtime().year
    assert tables(f"^{events_of(program)}") == [events_of(program), f"{events_of(program)}_{year}"]
    assert "trackedentity" not in columns_of(events_of(program))


MOMENT = "timestamp without time zone"
# value type → value → what stands in its column
VALUES: list[tuple[str, str, Any, str]] = [
    ("NUMBER", "1.5", 1.5, "double precision"),
    ("NUMBER", "1e5", None, "double precision"),
    ("INTEGER", "7", 7, "bigint"),
    ("INTEGER", "9" * 30, None, "bigint"),
    ("BOOLEAN", "true", 1, "integer"),
    ("BOOLEAN", "false", 0, "integer"),
    ("BOOLEAN", "maybe", None, "integer"),
    ("TRUE_ONLY", "true", 1, "integer"),
    ("DATE", "2024-02-29", datetime.datetime(2024, 2, 29), MOMENT),
    ("DATE", "2023-02-29", None, MOMENT),
    ("DATE", "0000-01-01", None, MOMENT),
    ("DATETIME", "2024-02-01T10:20", datetime.datetime(2024, 2, 1, 10, 20), MOMENT),
    ("DATETIME", "2024-02-01 10:20:30.125", datetime.datetime(2024, 2, 1, 10, 20, 30, 125000), MOMENT),
    ("AGE", "soon", None, MOMENT),
    ("COORDINATE", "[1,2]", "[1,2]", "text"),
    ("TEXT", "word", "word", "text"),
    ("URL", "https://dhis2.org/" + "a" * 9000, "https://dhis2.org/" + "a" * 9000, "text"),
]  # fmt: skip


def test_values_have_the_type_of_their_items_and_texts_that_fail_are_nothing() -> None:
    person = enrolled_person()
    elements = [make_data_element(person.stage, value_type=type) for type, *_ in VALUES]
    attributes = [make_attribute(of_program=person.program, value_type=type) for type, *_ in VALUES]
    texts = [text for _, text, *_ in VALUES]
    stored_event(
        person.enrollment, person.stage, ids.BADJIA, dict(zip(elements, texts, strict=True)),
        occurred_at=day("2024-01-01"),
    )  # fmt: skip
    for attribute, text in zip(attributes, texts, strict=True):
        stored_value(person.entity, attribute, text)

    build(TableType.EVENT)

    found = row(events_of(person.program), "true")
    expected = [value for *_, value, _ in VALUES]
    assert [found[item.uid] for item in elements] == expected
    assert [found[item.uid] for item in attributes] == expected
    types = dict(rows(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass",
        events_of(person.program),
    ))  # fmt: skip
    assert [types[item.uid] for item in elements] == [type for *_, type in VALUES]


def test_which_items_are_columns_and_which_of_them_are_indexed() -> None:
    person = enrolled_person()
    options = make_option_set("a", "b")
    free = make_data_element(person.stage)
    chosen = make_data_element(person.stage, option_set=options)
    number = make_data_element(person.stage, value_type="NUMBER")
    place = make_data_element(person.stage, value_type="ORGANISATION_UNIT")
    left_out = make_data_element(person.stage)
    ProgramStageDataElement.objects.filter(data_element=left_out).update(skip_analytics=True)
    secret = make_attribute(of_program=person.program, confidential=True)
    legends = LegendSet.objects.create(name="Sizes")
    small = Legend.objects.create(legend_set=legends, uid="smaLl123456", name="Small", start_value=0, end_value=10)
    number.legend_sets.add(legends)
    stored_event(
        person.enrollment, person.stage, ids.BADJIA, {number: "9.5", place: ids.BO}, occurred_at=day("2024-01-01")
    )

    build(TableType.EVENT)

    found = row(events_of(person.program), "true")
    assert found[f"{number.uid}_{legends.uid}"] == small.uid
    assert (found[place.uid], found[f"{place.uid}_name"]) == (ids.BO, "Bo")
    assert not {left_out.uid, secret.uid} & set(found)
    indexes = set(indexed(f"{events_of(person.program)}_2024"))
    assert f'("{chosen.uid}")' in indexes or f"({chosen.uid})" in indexes
    assert any(chosen.uid in index and "lower" in index for index in indexes)
    assert not any(free.uid in index for index in indexes)
    assert not any(f"{place.uid}_name" in index for index in indexes)
    assert "(occurreddate DESC NULLS LAST)" in indexes


def test_a_programs_own_categories_are_columns_of_its_events() -> None:
    option, other = make_category_option(name="Donor"), make_category_option(name="Other")
    combo, (made,) = make_category_combo(option)
    make_category_combo(other)
    program = make_program(category_combo=combo)
    stored_event(program, make_stage(program), ids.BADJIA, attribute_option_combo=made, occurred_at=day("2024-01-01"))

    build(TableType.EVENT)

    found = row(events_of(program), "true")
    assert found[combo.categories.get().uid] == option.uid
    others = Category.objects.exclude(pk=combo.categories.get().pk).values_list("uid", flat=True)
    assert not set(others) & set(found)


def test_an_event_of_a_deleted_tracked_entity_stays_without_it() -> None:
    person = enrolled_person()
    stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2024-01-01"))
    TrackedEntity.objects.filter(pk=person.entity.pk).update(deleted=True)

    build(TableType.EVENT)

    found = row(events_of(person.program), "true")
    assert (found["trackedentity"], found["registrationou"]) == (None, ids.BADJIA)


def test_skipped_programs_keep_their_event_tables() -> None:
    person = enrolled_person()
    build(TableType.EVENT)
    stored_event(person.enrollment, person.stage, ids.BADJIA, occurred_at=day("2024-01-01"))

    build(TableType.EVENT, skip_programs=frozenset({person.program.uid}))

    assert rows(f"SELECT count(*) FROM {events_of(person.program)}") == [(0,)]


def test_enrollments_with_a_date_of_incident_are_rows() -> None:
    person = enrolled_person()
    attribute = make_attribute(of_program=person.program)
    stored_value(person.entity, attribute, "word")
    done = stored_enrollment(
        person.entity, person.program, ids.NGELEHUN_CHC, status="COMPLETED", enrolled_at=day("2024-05-01"),
        occurred_at=day("2024-04-30"), completed_at=day("2024-06-01"),
    )  # fmt: skip
    stored_enrollment(person.entity, person.program, ids.BADJIA, occurred_at=None)
    stored_enrollment(person.entity, person.program, ids.BADJIA, deleted=True)
    open_one = stored_enrollment(person.entity, person.program, ids.BADJIA, completed_at=day("2024-06-01"))

    build(TableType.ENROLLMENT)

    name = table("enrollment", person.program.uid)
    assert {uid for (uid,) in rows(f"SELECT enrollment FROM {name}")} == {
        person.enrollment.uid, done.uid, open_one.uid
    }  # fmt: skip
    found = row(name, "enrollment = %s", done.uid)
    assert (found["monthly"], found["completeddate"]) == ("202405", datetime.datetime(2024, 6, 1))
    assert (found[attribute.uid], found["trackedentity"]) == ("word", person.entity.uid)
    assert row(name, "enrollment = %s", open_one.uid)["completeddate"] is None
    [without] = Program.objects.filter(program_type="WITHOUT_REGISTRATION")[:1]
    assert rows(f"SELECT count(*) FROM {table('enrollment', without.uid)}") == [(0,)]


class TestOwnership:
    """Who owned whom, without gaps, from the beginning of time to its end."""

    def hand_over(self, person: Enrolled, until: str, ou: str) -> None:
        ProgramOwnerHistory.objects.create(
            tracked_entity=person.entity, program=person.program, organisation_unit=unit(ou),
            start_date=day("2020-01-01"), end_date=day(until),
        )  # fmt: skip

    def owners(self, person: Enrolled) -> list[tuple[str, str, str]]:
        build(TableType.OWNERSHIP)
        name = table("ownership", person.program.uid)
        return rows(f"SELECT ou, startdate::text, enddate::text FROM {name} ORDER BY startdate")  # type: ignore[return-value]

    def test_who_never_changed_hands_has_no_row(self) -> None:
        assert self.owners(enrolled_person()) == []

    def test_each_owner_begins_the_day_after_the_one_before(self) -> None:
        person = enrolled_person()  # owned by Badjia now
        self.hand_over(person, "2024-01-10T12:00:00", ids.BAOMA)
        self.hand_over(person, "2024-03-05T23:00:00", ids.NGELEHUN_CHC)

        assert self.owners(person) == [
            (ids.BAOMA, "1000-01-01", "2024-01-10"),
            (ids.NGELEHUN_CHC, "2024-01-11", "2024-03-05"),
            (ids.BADJIA, "2024-03-06", "9999-12-31"),
        ]

    def test_the_last_change_of_a_day_wins_and_equal_neighbours_merge(self) -> None:
        person = enrolled_person()
        self.hand_over(person, "2024-01-10T08:00:00", ids.NGELEHUN_CHC)
        self.hand_over(person, "2024-01-10T09:00:00", ids.BAOMA)
        self.hand_over(person, "2024-02-01", ids.BAOMA)

        assert self.owners(person) == [
            (ids.BAOMA, "1000-01-01", "2024-02-01"),
            (ids.BADJIA, "2024-02-02", "9999-12-31"),
        ]

    def test_who_came_back_on_the_same_owner_all_the_time_has_no_row(self) -> None:
        person = enrolled_person()
        self.hand_over(person, "2024-01-10", ids.BADJIA)
        assert ProgramOwner.objects.get(tracked_entity=person.entity).organisation_unit.uid == ids.BADJIA

        assert self.owners(person) == []


def test_tracked_entities_tell_their_programs_and_attributes() -> None:
    person = enrolled_person(geometry={"type": "Point", "coordinates": [1, 2]})
    other = make_program(person.type)
    skipped = make_program(person.type)
    attribute = make_attribute(of_type=person.type, value_type="INTEGER")
    make_attribute(of_type=person.type, confidential=True)
    stored_value(person.entity, attribute, "4")
    stored_entity(person.type, ids.BADJIA, deleted=True)

    build(TableType.TRACKED_ENTITY_INSTANCE, skip_programs=frozenset({skipped.uid}))

    found = row(table("te", person.type.uid), "true")
    assert (found["trackedentity"], found["trackedentityid"]) == (person.entity.uid, person.entity.pk)
    assert (found[person.program.uid], found[other.uid], found[attribute.uid]) == (True, False, 4)
    assert (found["ou"], found["featuretype"], found["inactive"]) == (ids.BADJIA, "POINT", False)
    assert skipped.uid not in found


def test_enrollments_and_events_of_a_type_are_tables_too() -> None:
    person = enrolled_person()
    place = make_data_element(person.stage, value_type="ORGANISATION_UNIT")
    event = stored_event(
        person.enrollment, person.stage, ids.NGELEHUN_CHC, {place: ids.BO}, occurred_at=day("2024-02-10"),
        stored_by="somebody",
    )  # fmt: skip

    build(TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS, TableType.TRACKED_ENTITY_INSTANCE_EVENTS)

    enrollment = row(table("te_enrollment", person.type.uid), "true")
    assert (enrollment["enrollment"], enrollment["program"]) == (person.enrollment.uid, person.program.uid)
    found = row(table("te_event", person.type.uid) + "_2024", "true")
    assert (found["event"], found["trackedentity"], found["status"]) == (event.uid, person.entity.uid, "ACTIVE")
    assert rows(
        f"SELECT eventdatavalues #>> '{{{place.uid},value_name}}', eventdatavalues #>> '{{{place.uid},storedBy}}'"
        f" FROM {table('te_event', person.type.uid)}"
    ) == [("Bo", "somebody")]
