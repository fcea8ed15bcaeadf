"""Which indexes serve the lists: asked of the planner with sequential scans out of the way."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict

from tests.tracker import world
from tracker.access.reader import reader_of
from tracker.export.entities import list_entities
from tracker.export.events import list_events
from tracker.export.params import EntityParams, EventParams
from tracker.pieces import index_values

pytestmark = pytest.mark.django_db
# A person has an enrollment, an owner, a value and an event.
PEOPLE = """
    INSERT INTO tracked_entity (uid, organisation_unit_id, deleted, created_at, updated_at, tracked_entity_type_id,
                                inactive, potential_duplicate)
    SELECT 'T' || lpad(n::text, 10, '0'), %(place)s, false, now(), now(), %(type)s, false, false
    FROM generate_series(1, 5000) AS n;
    INSERT INTO enrollment (uid, tracked_entity_id, program_id, organisation_unit_id, status, enrolled_at, follow_up,
                            deleted, created_at, updated_at)
    SELECT 'N' || substr(uid, 2), id, %(program)s, organisation_unit_id, 'ACTIVE', now(), false, false, now(), now()
    FROM tracked_entity WHERE tracked_entity_type_id = %(type)s;
    INSERT INTO program_owner (tracked_entity_id, program_id, organisation_unit_id, created_at)
    SELECT tracked_entity_id, program_id, organisation_unit_id, now() FROM enrollment WHERE program_id = %(program)s;
    INSERT INTO tracked_entity_attribute_value (tracked_entity_id, attribute_id, created_at, updated_at, value)
    SELECT id, %(name)s, now(), now(), md5(uid) FROM tracked_entity WHERE tracked_entity_type_id = %(type)s;
    INSERT INTO event (uid, enrollment_id, tracked_entity_id, program_id, program_stage_id, organisation_unit_id,
                       status, occurred_at, attribute_option_combo_id, follow_up, deleted, created_at, updated_at,
                       data_values)
    SELECT 'V' || substr(uid, 2), id, tracked_entity_id, program_id, %(stage)s, organisation_unit_id, 'ACTIVE', now(),
           %(combo)s, false, false, now(), now(), '{}'
    FROM enrollment WHERE program_id = %(program)s;
    ANALYZE tracked_entity; ANALYZE enrollment; ANALYZE program_owner; ANALYZE tracked_entity_attribute_value;
    ANALYZE event;
"""


@pytest.fixture(autouse=True)
def _without_sequential_scans(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("eq:mary", "tracked_entity_attribute_value_text"),
        ("in:mary;ann", "tracked_entity_attribute_value_text"),
        ("sw:mar", "tracked_entity_attribute_value_text"),
        ("like:mar", "tracked_entity_attribute_value_pieces"),
        ("ew:ary", "tracked_entity_attribute_value_pieces"),
    ],
)
def test_values_are_found_by_an_index(condition: str, index: str) -> None:
    clerk = world.someone_at("clerk", [world.BADJIA])
    type = world.make_type()
    world.make_program(type)
    name = world.make_attribute(of_type=type, searchable=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracked_entity (uid, organisation_unit_id, deleted, created_at, updated_at,"
            " tracked_entity_type_id, inactive, potential_duplicate)"
            " SELECT 'T' || lpad(number::text, 10, '0'), %s, false, now(), now(), %s, false, false"
            " FROM generate_series(1, 3000) AS number",
            [world.place(world.BADJIA).pk, type.pk],
        )
        cursor.execute(
            "INSERT INTO tracked_entity_attribute_value (tracked_entity_id, attribute_id, created_at, updated_at,"
            " value) SELECT id, %s, now(), now(), md5(uid) FROM tracked_entity",
            [name.pk],
        )
        index_values({name.pk})
        # What is to be put into the index at some later time would be read from end to end.
        cursor.execute("SELECT gin_clean_pending_list('tracked_entity_attribute_value_pieces')")
        cursor.execute("ANALYZE tracked_entity; ANALYZE tracked_entity_attribute_value")
    query = QueryDict(f"trackedEntityType={type.uid}&filter={name.uid}:{condition}")

    listing, _ = list_entities(reader_of(clerk), EntityParams.parse(query))

    assert index in listing.explain()


@pytest.mark.parametrize("members", ["program={program}", "programStage={stage}", "events={stage}"])
def test_events_are_read_in_the_order_of_an_index(members: str) -> None:
    clerk = world.someone_at("clerk", [world.BADJIA])
    program = world.make_program()
    stage = world.make_stage(program)
    query = QueryDict(members.format(program=program.uid, stage=stage.uid))

    plan = list_events(reader_of(clerk), EventParams.parse(query)).explain()

    assert "Seq Scan" not in plan
    assert "event_" in plan


def test_events_of_a_few_people_are_read_from_these_people() -> None:
    clerk = world.someone_at("clerk", [world.ROOT])
    type = world.make_type()
    program = world.make_program(type)
    stage = world.make_stage(program)
    name = world.make_attribute(of_type=type, searchable=True)
    keys = {
        "place": world.place(world.BADJIA).pk, "type": type.pk, "program": program.pk, "stage": stage.pk,
        "combo": world.default_combo().pk, "name": name.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, keys)
        cursor.execute("SET LOCAL enable_seqscan = on")
    query = QueryDict(f"program={program.uid}&filterAttributes={name.uid}:eq:nobody")

    plan = list_events(reader_of(clerk), EventParams.parse(query)).explain()

    assert "Seq Scan" not in plan
