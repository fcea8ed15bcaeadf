"""What the export shows can be imported again, and changes nothing: over programs and data drawn at random."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dhis2api.objects.uids import generate_uid
from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.sending import send

pytestmark = pytest.mark.django_db

# What is stored, but for the times of the last change, which an update moves.
STORED = (
    """SELECT uid, tracked_entity_type_id, organisation_unit_id, inactive, potential_duplicate, geometry, deleted,
       created_at, created_at_client, updated_at_client, stored_by, created_by_id FROM tracked_entity
       WHERE tracked_entity_type_id = %(type)s ORDER BY uid""",
    """SELECT tracked_entity_id, attribute_id, value, created_at, updated_at, stored_by, unique_key, pieces
       FROM tracked_entity_attribute_value WHERE attribute_id = ANY(%(attributes)s) ORDER BY 1, 2""",
    """SELECT uid, tracked_entity_id, organisation_unit_id, status, enrolled_at, occurred_at, completed_at,
       completed_by, follow_up, geometry, deleted, created_at, created_at_client, updated_at_client, stored_by,
       created_by_id
       FROM enrollment WHERE program_id = ANY(%(programs)s) ORDER BY uid""",
    """SELECT uid, enrollment_id, tracked_entity_id, program_stage_id, organisation_unit_id, status, occurred_at,
       scheduled_at, completed_at, completed_by, attribute_option_combo_id, assigned_user_id, follow_up, geometry,
       data_values, deleted, created_at, created_at_client, updated_at_client, stored_by, created_by_id
       FROM event WHERE program_id = ANY(%(programs)s) ORDER BY uid""",
    """SELECT note.uid, note.enrollment_id, note.event_id, note.value, note.stored_at, note.stored_by
       FROM tracker_note note ORDER BY note.uid""",
    "SELECT uid, key, deleted, created_at FROM relationship ORDER BY uid",
    "SELECT tracked_entity_id, program_id, organisation_unit_id, created_at FROM program_owner ORDER BY 1, 2",
    "SELECT count(*) FROM event_change_log",
    "SELECT count(*) FROM tracked_entity_change_log",
)

LETTERS = st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, min_size=1, max_size=20)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "TEXT": TEXTS.filter(lambda text: text.strip() == text),
    "LONG_TEXT": st.sampled_from(["a\tb", "line\nline", "back\\slash", '"quoted"', "é, ü; {}"]),
    "NUMBER": st.integers(-999, 999).map(lambda number: f"{number}.5"),
    "INTEGER": st.integers(-1000, 1000).map(str),
    "BOOLEAN": st.sampled_from(["true", "false"]),
    "DATE": st.dates().map(lambda day: day.isoformat()),
    "COORDINATE": st.sampled_from(["[-11.5,8.25]", "[0,0]"]),
}
MOMENTS = st.sampled_from(["2024-05-01T00:00:00.000", "2024-05-01T10:20:30.123", "2023-12-31T23:59:59.999"])
POINTS = st.none() | st.sampled_from([{"type": "Point", "coordinates": [-11.5, 8.25]}])
PLACES = st.sampled_from([world.NGELEHUN, world.BO, world.BADJIA])


def chosen(draw: Any, fields: dict[str, str], name: str) -> list[dict[str, str]]:
    """Values of some of the fields."""
    kept = draw(st.lists(st.sampled_from(list(fields)), unique=True)) if fields else []
    return [{name: uid, "value": draw(VALUES[fields[uid]])} for uid in kept]


def without_nothing(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


@given(data=st.data())
@settings(
    max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a smaller failure costs minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip
def test_export_imports_again_without_a_change(api: ApiClient, admin: object, data: st.DataObject) -> None:
    with transaction.atomic():
        _go_round(api, data.draw)
        transaction.set_rollback(True)


def _go_round(api: ApiClient, draw: Any) -> None:
    type = world.make_type()
    programs = [world.make_program(type, feature_type="POINT") for _ in range(draw(st.integers(1, 2)))]
    single = world.make_program()
    stages = {program.pk: world.make_stage(program, feature_type="POINT") for program in (*programs, single)}
    kinds = sorted(VALUES)
    attributes = {
        world.make_attribute(of_type=type, value_type=kind).uid: kind
        for kind in draw(st.lists(st.sampled_from(kinds), max_size=3))
    }
    of_stage = {
        key: {world.make_data_element(stage, value_type=kind).uid: kind
              for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))}
        for key, stage in stages.items()
    }  # fmt: skip
    related = world.make_relationship_type(type, type)

    def event(program: Any) -> dict[str, Any]:
        status = draw(st.sampled_from(["ACTIVE", "COMPLETED"]))
        return without_nothing({
            "event": generate_uid(), "programStage": stages[program.pk].uid, "orgUnit": draw(PLACES),
            "occurredAt": draw(MOMENTS), "scheduledAt": draw(st.none() | MOMENTS), "status": status,
            "followUp": draw(st.booleans()), "geometry": draw(POINTS), "storedBy": draw(st.none() | st.just("phone")),
            "createdAtClient": draw(st.none() | MOMENTS), "updatedAtClient": draw(st.none() | MOMENTS),
            "dataValues": chosen(draw, of_stage[program.pk], "dataElement"),
            "notes": [{"value": draw(VALUES["LONG_TEXT"])} for _ in range(draw(st.integers(0, 2)))],
        })  # fmt: skip

    def enrollment(program: Any) -> dict[str, Any]:
        return without_nothing({
            "enrollment": generate_uid(), "program": program.uid, "orgUnit": draw(PLACES), "enrolledAt": draw(MOMENTS),
            "occurredAt": draw(st.none() | MOMENTS), "followUp": draw(st.booleans()), "geometry": draw(POINTS),
            "status": draw(st.sampled_from(["ACTIVE", "COMPLETED", "CANCELLED"])),
            "events": [event(program) for _ in range(draw(st.integers(0, 2)))],
            "notes": [{"value": "a note"} for _ in range(draw(st.integers(0, 1)))],
        })  # fmt: skip

    people = [
        without_nothing({
            "trackedEntity": generate_uid(), "trackedEntityType": type.uid, "orgUnit": draw(PLACES),
            "inactive": draw(st.booleans()), "potentialDuplicate": draw(st.booleans()), "geometry": draw(POINTS),
            "createdAtClient": draw(st.none() | MOMENTS), "attributes": chosen(draw, attributes, "attribute"),
            "enrollments": [enrollment(program) for program in programs],
        })
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    first, last = people[0]["trackedEntity"], people[-1]["trackedEntity"]
    relationship = {
        "relationshipType": related.uid, "from": {"trackedEntity": {"trackedEntity": first}},
        "to": {"trackedEntity": {"trackedEntity": last}},
    }  # fmt: skip
    sent = send(api, {
        "trackedEntities": people, "relationships": [relationship] if first != last else [],
        "events": [event(single) for _ in range(draw(st.integers(0, 2)))],
    })  # fmt: skip
    assert sent.status == 200, sent
    keys = {
        "type": type.pk, "programs": [program.pk for program in (*programs, single)],
        "attributes": [row[0] for row in _rows("SELECT id FROM metadata_trackedentityattribute", {})],
    }  # fmt: skip
    before = [_rows(query, keys) for query in STORED]

    everything = "orgUnitMode=ACCESSIBLE&paging=false&fields=*"
    found = api.get(f"/api/tracker/trackedEntities?trackedEntityType={type.uid}&{everything}").json
    events = api.get(f"/api/tracker/events?program={single.uid}&{everything}").json
    again = send(api, {**found, **events}, "&reportMode=FULL")

    assert len(found["trackedEntities"]) == len(people)
    assert again.status == 200, again
    assert [_rows(query, keys) for query in STORED] == before


def _rows(query: str, keys: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, keys)
        return cursor.fetchall()
