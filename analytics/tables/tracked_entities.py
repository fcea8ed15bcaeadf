"""Tables for each tracked entity type: the tracked entities, their enrollments, their events."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import ORG_UNIT_GROUP_SETS, ORG_UNITS, Dimensions
from analytics.hands import Hands
from analytics.identifiers import literal
from analytics.plans import (
    BIGINT,
    BOOLEAN,
    JSON,
    NAME,
    STATUS,
    TEXT,
    TIMESTAMP,
    UID,
    Column,
    Partition,
    Plan,
    Update,
    moment,
)
from analytics.table_types import TableType, table_of
from analytics.tables.events import WANTED, YEAR
from analytics.tables.programs import EntityType, Program, list_entity_types, list_programs
from analytics.tables.tracker_columns import (
    attribute_columns,
    attribute_values,
    author_columns,
    authors_of,
    level_columns,
    program_attributes,
    type_attributes,
    unit_columns,
)

EVENT_YEARS = f"""
    SELECT DISTINCT {YEAR} FROM event JOIN tracked_entity AS entity ON entity.id = event.tracked_entity_id
    WHERE entity.tracked_entity_type_id = {{type}} AND {WANTED}
"""
UNIT_ELEMENTS = "SELECT uid FROM metadata_dataelement WHERE value_type = 'ORGANISATION_UNIT' ORDER BY uid"


def tracked_entity_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """The tracked entities of each type, with the programs that they were ever enrolled in."""
    programs = [program for program in list_programs(hands) if program.uid not in update.skip_programs]
    for type in list_entity_types(hands):
        own = [program for program in programs if program.entity_type == type.id]
        yield _entities(update, dimensions, hands, type, own)


def _entities(
    update: Update, dimensions: Dimensions, hands: Hands, type: EntityType, programs: list[Program]
) -> Plan:  # fmt: skip
    items = [*type_attributes(hands, type.id), *program_attributes(hands, [program.id for program in programs])]
    attributes = list({item.id: item for item in items}.values())
    columns = [
        Column("trackedentity", UID, "entity.uid", required=True),
        Column("trackedentityid", BIGINT, "entity.id"),
        moment("created", "entity.created_at"),
        moment("lastupdated", "entity.updated_at"),
        Column("inactive", BOOLEAN, "entity.inactive"),
        moment("createdatclient", "entity.created_at_client"),
        moment("lastupdatedatclient", "entity.updated_at_client"),
        Column("lastsynchronized", TIMESTAMP, "NULL"),  # what is synchronized is not noted here
        Column("featuretype", STATUS, "upper(entity.geometry->>'type')"),
        Column("coordinates", TEXT, "entity.geometry->>'coordinates'", is_indexed=False),
        Column("storedby", NAME, "entity.stored_by"),
        Column("potentialduplicate", BOOLEAN, "entity.potential_duplicate"),
        *unit_columns("unit"),
        *level_columns(dimensions, "unit"),
        *author_columns("creator", "updater"),
        *(
            Column(program.uid, BOOLEAN, f"coalesce({program.id} = ANY (enrolled.programs), false)")
            for program in programs
        ),
        *attribute_columns(hands, attributes, "of_entity"),
        *dimensions.org_unit_group_columns("unit_groups"),
    ]
    source = f"""
        FROM tracked_entity AS entity
        JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = entity.organisation_unit_id
        JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = entity.organisation_unit_id
        LEFT JOIN LATERAL (
            SELECT array_agg(program_id) AS programs FROM enrollment
            WHERE tracked_entity_id = entity.id AND NOT deleted
        ) AS enrolled ON true
        {authors_of("entity")} {attribute_values(attributes, "entity.id", "of_entity")}
        WHERE entity.tracked_entity_type_id = {type.id} AND NOT entity.deleted AND entity.updated_at < {update.until}
    """
    kind = TableType.TRACKED_ENTITY_INSTANCE
    return Plan(kind, table_of(kind, type.uid), tuple(columns), source)


def enrollment_plans_of_types(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """The enrollments of the tracked entities of each type."""
    columns = (
        Column("trackedentity", UID, "entity.uid", required=True),
        Column("program", UID, "program.uid", required=True),
        Column("enrollment", UID, "enrollment.uid", required=True),
        moment("enrollmentdate", "enrollment.enrolled_at"),
        moment("completeddate", "enrollment.completed_at"),
        moment("occurreddate", "enrollment.occurred_at"),
        Column("enrollmentstatus", STATUS, "enrollment.status"),
        *unit_columns("unit"),
        *level_columns(dimensions, "unit"),
    )
    kind = TableType.TRACKED_ENTITY_INSTANCE_ENROLLMENTS
    for type in list_entity_types(hands):
        source = f"""
            FROM enrollment
            JOIN tracked_entity AS entity ON entity.id = enrollment.tracked_entity_id
            JOIN metadata_program AS program ON program.id = enrollment.program_id
            JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = enrollment.organisation_unit_id
            WHERE entity.tracked_entity_type_id = {type.id} AND NOT entity.deleted AND NOT enrollment.deleted
              AND enrollment.occurred_at IS NOT NULL AND enrollment.updated_at < {update.until}
        """
        yield Plan(kind, table_of(kind, type.uid), columns, source)


def event_plans_of_types(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """The events of the tracked entities of each type, with all their values in one document."""
    unit_elements = ", ".join(literal(uid) for (uid,) in hands.execute(UNIT_ELEMENTS)) or "NULL"
    columns = (
        Column("trackedentity", UID, "entity.uid", required=True),
        Column("program", UID, "program.uid", required=True),
        Column("enrollment", UID, "enrollment.uid", required=True),
        Column("programstage", UID, "stage.uid", required=True),
        Column("event", UID, "event.uid", required=True),
        moment("occurreddate", "event.occurred_at"),
        moment("lastupdated", "event.updated_at"),
        moment("created", "event.created_at"),
        moment("scheduleddate", "event.scheduled_at"),
        Column("status", STATUS, "event.status"),
        *unit_columns("unit"),
        Column("eventdatavalues", JSON, DOCUMENT.format(unit_elements), is_indexed=False),
        *level_columns(dimensions, "unit"),
    )
    kind = TableType.TRACKED_ENTITY_INSTANCE_EVENTS
    for type in list_entity_types(hands):
        source = f"""
            FROM event
            JOIN tracked_entity AS entity ON entity.id = event.tracked_entity_id
            JOIN enrollment ON enrollment.id = event.enrollment_id
            JOIN metadata_program AS program ON program.id = event.program_id
            JOIN metadata_programstage AS stage ON stage.id = event.program_stage_id
            JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = event.organisation_unit_id
            WHERE entity.tracked_entity_type_id = {type.id} AND NOT entity.deleted AND NOT enrollment.deleted
              AND {WANTED} AND event.updated_at < {update.until}
        """
        years = update.of_years(year for (year,) in hands.execute(EVENT_YEARS.format(type=type.id)))
        partitions = tuple(Partition(year, f"{YEAR} = {year}") for year in years)
        yield Plan(kind, table_of(kind, type.uid), columns, source, partitions, keeps_other_years=True)


# What is missing of a value is what its event was created with.
DOCUMENT = """
    (SELECT jsonb_object_agg(element, jsonb_strip_nulls(jsonb_build_object(
        'value', stored->'value',
        'created', coalesce(stored->'createdAt', to_jsonb(event.created_at)),
        'storedBy', coalesce(stored->'storedBy', to_jsonb(event.stored_by)),
        'lastUpdated', coalesce(stored->'updatedAt', stored->'createdAt', to_jsonb(event.created_at)),
        'providedElsewhere', coalesce(stored->'providedElsewhere', 'false'),
        'value_name', named.name, 'value_code', named.code
    )))
    FROM jsonb_each(event.data_values) AS value (element, stored)
    LEFT JOIN metadata_organisationunit AS named ON named.uid = stored->>'value' AND element IN ({}))
"""
