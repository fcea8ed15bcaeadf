"""A second server to push to: a database of its own, and a web process over it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2

from tests.harness.cluster import Cluster
from tests.harness.processes import WebProcess

NAME = "receiver"
DATA = (
    "datavalue", "datavalue_audit", "datavalues_completedatasetregistration", "tracked_entity", "enrollment", "event",
    "relationship", "tracked_entity_attribute_value", "program_owner", "tracker_note", "writer",
)  # fmt: skip
# What both servers must have alike, by names that mean the same on both.
VALUES = """
    SELECT element.uid, period.iso, unit.uid, combo.uid, attribute_combo.uid, stored.deleted,
        CASE WHEN NOT stored.deleted THEN stored.value END, CASE WHEN NOT stored.deleted THEN stored.comment END,
        CASE WHEN NOT stored.deleted THEN stored.followup END, stored.stored_by
    FROM datavalue stored
    JOIN metadata_dataelement element ON element.id = stored.data_element_id
    JOIN metadata_period period ON period.id = stored.period_id
    JOIN metadata_organisationunit unit ON unit.id = stored.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = stored.category_option_combo_id
    JOIN metadata_categoryoptioncombo attribute_combo ON attribute_combo.id = stored.attribute_option_combo_id
"""
COMPLETIONS = """
    SELECT data_set.uid, period.iso, unit.uid, combo.uid, stored.completed, stored.date, stored.stored_by,
        stored.last_updated_by
    FROM datavalues_completedatasetregistration stored
    JOIN metadata_dataset data_set ON data_set.id = stored.data_set_id
    JOIN metadata_period period ON period.id = stored.period_id
    JOIN metadata_organisationunit unit ON unit.id = stored.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = stored.attribute_option_combo_id
"""
ENTITIES = """
    SELECT entity.uid, type.uid, unit.uid, entity.inactive, entity.potential_duplicate, entity.geometry::text,
        entity.stored_by
    FROM tracked_entity entity
    JOIN metadata_trackedentitytype type ON type.id = entity.tracked_entity_type_id
    JOIN metadata_organisationunit unit ON unit.id = entity.organisation_unit_id
    WHERE NOT entity.deleted
"""
ATTRIBUTES = """
    SELECT entity.uid, attribute.uid, stored.value, stored.stored_by
    FROM tracked_entity_attribute_value stored
    JOIN tracked_entity entity ON entity.id = stored.tracked_entity_id
    JOIN metadata_trackedentityattribute attribute ON attribute.id = stored.attribute_id
    WHERE NOT entity.deleted
"""
ENROLLMENTS = """
    SELECT enrolled.uid, entity.uid, program.uid, unit.uid, enrolled.status, enrolled.enrolled_at,
        enrolled.occurred_at, date_trunc('milliseconds', enrolled.completed_at), enrolled.completed_by,
        enrolled.follow_up, enrolled.geometry::text, enrolled.stored_by
    FROM enrollment enrolled JOIN tracked_entity entity ON entity.id = enrolled.tracked_entity_id
    JOIN metadata_program program ON program.id = enrolled.program_id
    JOIN metadata_organisationunit unit ON unit.id = enrolled.organisation_unit_id
    WHERE NOT enrolled.deleted
"""
EVENTS = """
    SELECT event.uid, CASE WHEN event.tracked_entity_id IS NOT NULL THEN enrolled.uid END, program.uid, stage.uid,
        unit.uid, event.status, event.occurred_at, event.scheduled_at,
        date_trunc('milliseconds', event.completed_at), event.completed_by, combo.uid, event.follow_up,
        event.geometry::text, event.stored_by,
        (SELECT jsonb_object_agg(key, part -> 'value')::text FROM jsonb_each(event.data_values) AS values(key, part))
    FROM event JOIN enrollment enrolled ON enrolled.id = event.enrollment_id
    JOIN metadata_program program ON program.id = event.program_id
    JOIN metadata_programstage stage ON stage.id = event.program_stage_id
    JOIN metadata_organisationunit unit ON unit.id = event.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = event.attribute_option_combo_id
    WHERE NOT event.deleted
"""
NOTES = "SELECT uid, value, stored_by FROM tracker_note"
RELATIONSHIPS = """
    SELECT stored.uid, type.uid, sides.uids FROM relationship stored
    JOIN metadata_relationshiptype type ON type.id = stored.relationship_type_id
    CROSS JOIN LATERAL (
        SELECT string_agg(side.uid, ' ' ORDER BY side.place) AS uids FROM (
            SELECT 1 AS place, uid FROM tracked_entity WHERE id = stored.from_tracked_entity_id
            UNION ALL SELECT 1, uid FROM enrollment WHERE id = stored.from_enrollment_id
            UNION ALL SELECT 1, uid FROM event WHERE id = stored.from_event_id
            UNION ALL SELECT 2, uid FROM tracked_entity WHERE id = stored.to_tracked_entity_id
            UNION ALL SELECT 2, uid FROM enrollment WHERE id = stored.to_enrollment_id
            UNION ALL SELECT 2, uid FROM event WHERE id = stored.to_event_id
        ) AS side
    ) AS sides
    WHERE NOT stored.deleted
"""
COMPARED = {
    "values": VALUES, "completions": COMPLETIONS, "entities": ENTITIES, "attributes": ATTRIBUTES,
    "enrollments": ENROLLMENTS, "events": EVENTS, "notes": NOTES, "relationships": RELATIONSHIPS,
}  # fmt: skip

Rows = set[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ReceiverDatabase:
    """The receiver's servers, in the form that a web process takes them."""

    url: str
    redis_url: str
    dsn: dict[str, Any]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a query there."""
        connection = psycopg2.connect(**self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def state(self, names: tuple[str, ...]) -> dict[str, Rows]:
        """What is compared."""
        return {name: set(self.rows(COMPARED[name])) for name in names}


@contextmanager
def receiver_database(cluster: Cluster) -> Iterator[ReceiverDatabase]:
    """A clone of the template without data: metadata, users, and nothing that was entered."""
    cluster.clone(NAME)
    dsn = {"host": str(cluster.home.run), "port": 5432, "user": "dhis2api", "dbname": NAME}
    database = ReceiverDatabase(cluster.url(NAME), f"unix://{cluster.home.redis_socket}?db=0", dsn)
    try:
        database.rows(f"TRUNCATE {', '.join(DATA)}")
        yield database
    finally:
        cluster.drop(NAME)


@contextmanager
def receiver(database: ReceiverDatabase) -> Iterator[WebProcess]:
    """The receiving server."""
    with WebProcess(database) as process:  # type: ignore[arg-type] - it needs no more of a database
        yield process
