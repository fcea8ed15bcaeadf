"""Tracker reads among a million events: each request beside the SQL that a person would write for it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.tracker import empty_tables
from benchmarks.tracker_world import TrackerWorld, build_world
from metadata.models import (
    DataElement,
    OrganisationUnit,
    Program,
    ProgramStage,
    TrackedEntityAttribute,
    TrackedEntityType,
)
from tests.harness.client import ApiClient
from tests.tracker import world as builders
from tracker.pieces import as_array, index_values, pieces_of

ROUNDS = 40

# A person has an enrollment, an owner, five attribute values and two events; org units take turns.
FILL = """
    INSERT INTO tracked_entity (uid, tracked_entity_type_id, organisation_unit_id, inactive, potential_duplicate,
                                deleted, created_at, updated_at, stored_by)
    SELECT 'T' || lpad(n::text, 10, '0'), %(type)s, (%(units)s::bigint[])[n %% cardinality(%(units)s::bigint[]) + 1],
           false, false, false, now(), now(), 'admin'
    FROM generate_series(1, %(people)s) AS n;

    INSERT INTO enrollment (uid, tracked_entity_id, program_id, organisation_unit_id, status, enrolled_at, occurred_at,
                            follow_up, deleted, created_at, updated_at, stored_by)
    SELECT 'N' || substr(uid, 2), id, %(program)s, organisation_unit_id, 'ACTIVE', now(), now(), false, false, now(),
           now(), 'admin'
    FROM tracked_entity ORDER BY id;

    INSERT INTO program_owner (tracked_entity_id, program_id, organisation_unit_id, created_at)
    SELECT id, %(program)s, organisation_unit_id, now() FROM tracked_entity ORDER BY id;

    INSERT INTO tracked_entity_attribute_value (tracked_entity_id, attribute_id, created_at, updated_at, value,
                                                unique_key)
    SELECT entity.id, attribute.id, now(), now(), value, CASE WHEN place = 3 THEN lower(value) END
    FROM tracked_entity entity,
         unnest(%(attributes)s::bigint[]) WITH ORDINALITY AS attribute(id, place),
         LATERAL (SELECT CASE attribute.place WHEN 1 THEN 'First' || entity.id %% 9973
                  WHEN 2 THEN 'Last' || entity.id %% 10007 WHEN 3 THEN 'ID-' || entity.id WHEN 4 THEN '1990-05-17'
                  ELSE 'Female' END AS value) AS made;

    INSERT INTO event (uid, enrollment_id, tracked_entity_id, program_id, program_stage_id, organisation_unit_id,
                       status, occurred_at, attribute_option_combo_id, follow_up, deleted, created_at, updated_at,
                       stored_by, data_values)
    SELECT CASE place WHEN 1 THEN 'V' ELSE 'W' END || substr(uid, 2), enrollment.id, tracked_entity_id, program_id,
           stage.id, organisation_unit_id, 'COMPLETED', now(), %(combo)s, false, false, now(), now(), 'admin',
           stage.document
    FROM enrollment, unnest(%(stages)s::bigint[], %(documents)s::jsonb[]) WITH ORDINALITY AS stage(id, document, place)
    WHERE tracked_entity_id IS NOT NULL;

    INSERT INTO event (uid, enrollment_id, program_id, program_stage_id, organisation_unit_id, status, occurred_at,
                       attribute_option_combo_id, follow_up, deleted, created_at, updated_at, stored_by, data_values)
    SELECT 'S' || lpad(n::text, 10, '0'), %(placeholder)s, %(event_program)s, %(event_stage)s,
           (%(units)s::bigint[])[n %% cardinality(%(units)s::bigint[]) + 1], 'COMPLETED', now(), %(combo)s, false,
           false, now(), now(), 'admin', '{}'
    FROM generate_series(1, %(people)s / 2) AS n;

"""


@dataclass(frozen=True, slots=True)
class Read:
    """A request, and the bare SQL that finds the same."""

    name: str
    path: str
    sql: str


def run(people: int) -> None:
    """Fill the tables with `people` and time each request beside its SQL. The bar is 3 times that and 15 ms."""
    world = build_world()
    empty_tables()
    reads = _reads(world, _fill(world, people), people)
    api = ApiClient()
    table = Table("request", "p50 ms", "p95 ms", "SQL p50 ms", "bar ms", "rows", "queries")
    for read in reads:
        answer, queries = _counted(lambda read=read: api.get(read.path, user="admin"))
        if answer.status != 200:
            raise AssertionError(answer)
        ours = _times(lambda read=read: api.get(read.path, user="admin"))
        bare = _times(lambda read=read: _select(read.sql))
        bar = 3 * statistics.median(bare) + 15
        table.add_row(
            read.name, f"{statistics.median(ours):.1f}", f"{statistics.quantiles(ours, n=20)[-1]:.1f}",
            f"{statistics.median(bare):.1f}", f"{bar:.0f}", str(_rows(answer.json)), str(queries),
        )  # fmt: skip
    Console().print(table)


def _reads(world: TrackerWorld, keys: dict[str, int], people: int) -> list[Read]:
    name, last, number = world.attributes[:3]
    listed = f"/api/tracker/trackedEntities?program={world.program}&orgUnitMode=ACCESSIBLE&pageSize=15"
    events = "/api/tracker/events"
    value = (
        "SELECT entity.* FROM tracked_entity_attribute_value value JOIN tracked_entity entity ON"
        " entity.id = value.tracked_entity_id WHERE value.attribute_id = {} AND lower(left(value.value, 100)) {}"
        " AND NOT deleted ORDER BY entity.id DESC LIMIT 16"
    )
    first = TrackedEntityAttribute.objects.get(uid=name).pk
    second = TrackedEntityAttribute.objects.get(uid=last).pk
    third = TrackedEntityAttribute.objects.get(uid=number).pk
    page = (
        "SELECT entity.*, (SELECT json_agg(value) FROM tracked_entity_attribute_value value"
        " WHERE value.tracked_entity_id = entity.id) FROM tracked_entity entity JOIN program_owner owner"
        f" ON owner.tracked_entity_id = entity.id AND owner.program_id = {keys['program']}"
        " WHERE NOT deleted ORDER BY entity.id DESC LIMIT 16"
    )
    stage = f"SELECT * FROM event WHERE program_stage_id = {keys['stage']} AND NOT deleted ORDER BY id DESC LIMIT 51"
    single = f"SELECT * FROM event WHERE program_id = {keys['event_program']} AND NOT deleted ORDER BY id DESC LIMIT 51"
    middle, part = f"V{people // 2:010}", as_array(pieces_of(second, "ast9871"))
    return [
        Read("page of 15 tracked entities", listed, page),
        Read("the same with enrollments", f"{listed}&fields=*,enrollments[*,events[*]]", page),
        Read("attribute eq, unique", f"{listed}&filter={number}:eq:ID-{people // 3}",
             value.format(third, f"= 'id-{people // 3}'")),
        Read("attribute eq, 50 people", f"{listed}&filter={name}:eq:First17", value.format(first, "= 'first17'")),
        Read("attribute sw", f"{listed}&filter={name}:sw:First998", value.format(first, "LIKE 'first998%'")),
        Read("attribute like", f"{listed}&filter={last}:like:ast9871",
             "SELECT entity.* FROM tracked_entity_attribute_value value JOIN tracked_entity entity"
             f" ON entity.id = value.tracked_entity_id WHERE pieces @> '{part}'::integer[]"
             f" AND attribute_id = {second} AND value ILIKE '%ast9871%'"
             " ORDER BY entity.id DESC LIMIT 16"),
        Read("one event", f"{events}/{middle}", f"SELECT * FROM event WHERE uid = '{middle}'"),
        Read("events of a stage", f"{events}?program={world.program}&programStage={world.stages[0]}", stage),
        Read("first page of an event program", f"{events}?program={keys['event_program_uid']}", single),
    ]  # fmt: skip


def _fill(world: TrackerWorld, people: int) -> dict[str, object]:
    event_program = builders.make_program(org_units=())
    event_program.organisation_units.add(*OrganisationUnit.objects.all())
    event_stage = builders.make_stage(event_program)
    placeholder = builders.stored_event(event_program, event_stage, builders.BO).enrollment_id
    program = Program.objects.get(uid=world.program)
    elements = {one.uid: one.value_type for one in DataElement.objects.filter(domain_type="TRACKER")}
    samples = {"NUMBER": "12.5", "TEXT": "some text", "INTEGER": "7", "BOOLEAN": "true", "DATE": "2024-05-17"}
    documents = [
        "{" + ", ".join(f'"{uid}": {{"value": "{samples.get(elements[uid], "x")}"}}' for uid in stage) + "}"
        for stage in world.elements
    ]
    parameters = {
        "type": TrackedEntityType.objects.get(uid=world.type).pk, "program": program.pk, "people": people,
        "units": list(OrganisationUnit.objects.filter(uid__in=world.org_units).values_list("pk", flat=True)),
        "attributes": [TrackedEntityAttribute.objects.get(uid=uid).pk for uid in world.attributes],
        "stages": [ProgramStage.objects.get(uid=uid).pk for uid in world.stages], "documents": documents,
        "combo": builders.default_combo().pk, "placeholder": placeholder, "event_program": event_program.pk,
        "event_stage": event_stage.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters)
        index_values(parameters["attributes"][:2])
        # What autovacuum would do beside the first measurements.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return {
        "program": program.pk, "stage": parameters["stages"][0], "event_program": event_program.pk,
        "event_program_uid": event_program.uid,
    }  # fmt: skip


def _times(work: Callable[[], object]) -> list[float]:
    """Milliseconds of each round, after a few that warm up."""
    found = []
    for number in range(ROUNDS + 3):
        started = time.perf_counter()
        work()
        if number >= 3:
            found.append((time.perf_counter() - started) * 1000)
    return found


def _select(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.fetchall()


def _counted(work: Callable[[], object]) -> tuple[object, int]:
    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    try:
        return work(), len(connection.queries_log) - before
    finally:
        connection.force_debug_cursor = False


def _rows(body: dict[str, object]) -> int:
    lists = [value for value in body.values() if isinstance(value, list)]
    return len(lists[0]) if lists and "pager" in body else 1
