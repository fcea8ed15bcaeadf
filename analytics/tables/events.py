"""EVENT: a table for each program, with or without registration."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import (
    ATTRIBUTE,
    DAYS,
    OPTION_COMBOS,
    ORG_UNIT_GROUP_SETS,
    ORG_UNITS,
    Dimensions,
    period_columns,
)
from analytics.hands import Hands
from analytics.plans import LATEST, NAME, STATUS, UID, Changes, Column, Partition, Plan, Update, moment, moment_literal
from analytics.table_types import TableType, table_of
from analytics.tables.programs import Program, list_programs
from analytics.tables.tracker_columns import (
    attribute_columns,
    attribute_values,
    author_columns,
    authors_of,
    element_columns,
    level_columns,
    program_attributes,
    program_elements,
    unit_columns,
)
from analytics.years import EVENT_DATE

SHOWN = "('ACTIVE', 'COMPLETED', 'SCHEDULE')"
YEAR = f"extract(year FROM {EVENT_DATE})::integer"
WANTED = f"NOT event.deleted AND event.status IN {SHOWN} AND {EVENT_DATE} IS NOT NULL"
YEARS = f"""
    SELECT DISTINCT {YEAR} FROM event
    WHERE event.program_id = {{program}} AND {WANTED} AND {EVENT_DATE}::date IN (SELECT dateperiod FROM {DAYS})
"""
CHANGED = """
    SELECT uid FROM event WHERE program_id = {program} AND updated_at >= {since} AND updated_at < {until}
"""
EXISTS = "SELECT EXISTS ({})"
CATEGORIES = """
    SELECT category.uid FROM metadata_categorycombo_categories AS part
    JOIN metadata_category AS category ON category.id = part.category_id
    JOIN metadata_categorycombo AS combo ON combo.id = part.categorycombo_id AND combo.name <> 'default'
    WHERE part.categorycombo_id = {}
"""


def event_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One table a program, but for those that are to be skipped."""
    for program in list_programs(hands):
        if program.uid not in update.skip_programs:
            yield _plan(update, dimensions, hands, program)


def _plan(update: Update, dimensions: Dimensions, hands: Hands, program: Program) -> Plan:
    attributes = program_attributes(hands, [program.id])
    categories = {uid for (uid,) in hands.execute(CATEGORIES.format(program.category_combo))}
    columns = [
        *_fixed(),
        *(column for column in dimensions.category_columns("attributes", ATTRIBUTE) if column.name in categories),
        *level_columns(dimensions, "unit"),
        *dimensions.org_unit_group_columns("unit_groups"),
        *dimensions.category_group_columns("attributes", ATTRIBUTE),
        Column("yearly", "text", "day.yearly"),
        *(column for column in period_columns("day") if column.name != "yearly"),
        *element_columns(hands, program_elements(hands, program.id), "event.data_values"),
        *attribute_columns(hands, attributes, "of_entity"),
    ]
    if program.registers:
        columns.append(Column("trackedentity", UID, "entity.uid"))
    source = f"""
        FROM event
        JOIN enrollment ON enrollment.id = event.enrollment_id
        JOIN metadata_programstage AS stage ON stage.id = event.program_stage_id
        JOIN {DAYS} AS day ON day.dateperiod = {EVENT_DATE}::date
        JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = event.organisation_unit_id
        JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = event.organisation_unit_id
        JOIN {OPTION_COMBOS} AS attributes ON attributes.categoryoptioncomboid = event.attribute_option_combo_id
        LEFT JOIN tracked_entity AS entity ON entity.id = event.tracked_entity_id AND NOT entity.deleted
        LEFT JOIN {ORG_UNITS} AS registered ON registered.organisationunitid = entity.organisation_unit_id
        LEFT JOIN {ORG_UNITS} AS enrolled ON enrolled.organisationunitid = enrollment.organisation_unit_id
        {authors_of("event")} {attribute_values(attributes, "entity.id", "of_entity")}
        WHERE event.program_id = {program.id} AND {WANTED} AND NOT enrollment.deleted
          AND event.updated_at < {update.until}
    """
    return Plan(
        TableType.EVENT, table_of(TableType.EVENT, program.uid), tuple(columns), source,
        tuple(_partitions(update, hands, program)), keeps_other_years=True, changes=_changes(update, program),
    )  # fmt: skip


def _fixed() -> Iterator[Column]:
    yield Column("event", UID, "event.uid", required=True)
    yield Column("enrollment", UID, "enrollment.uid", required=True)
    yield Column("ps", UID, "stage.uid", required=True)
    yield Column("ao", UID, "attributes.categoryoptioncombouid", required=True)
    yield moment("enrollmentdate", "enrollment.enrolled_at")
    yield moment("enrollmentoccurreddate", "enrollment.occurred_at")
    yield moment("occurreddate", "event.occurred_at")
    yield moment("scheduleddate", "event.scheduled_at")
    yield moment("completeddate", "event.completed_at")
    yield moment("created", "coalesce(event.created_at_client, event.created_at)")
    yield moment("lastupdated", "coalesce(event.updated_at_client, event.updated_at)")
    yield Column("storedby", NAME, "event.stored_by")
    yield Column("eventstatus", STATUS, "event.status")
    yield Column("enrollmentstatus", STATUS, "enrollment.status")
    yield from unit_columns("unit")
    own = "unit.organisationunituid"
    yield Column("registrationou", UID, f"coalesce(registered.organisationunituid, {own})", required=True)
    yield Column("enrollmentou", UID, f"coalesce(enrolled.organisationunituid, {own})", required=True)
    yield from author_columns("creator", "updater")


def _partitions(update: Update, hands: Hands, program: Program) -> Iterator[Partition]:
    if update.latest:
        yield Partition(LATEST, f"event.updated_at >= {moment_literal(update.latest.since)}")
        return
    found = [year for (year,) in hands.execute(YEARS.format(program=program.id))]
    # So that there is a partition to read even of a program without events.
    for year in update.of_years(found or [update.this_year]):
        yield Partition(year, f"{YEAR} = {year}", (f"yearly = '{year:04}'",))


def _changes(update: Update, program: Program) -> Changes | None:
    if not update.latest:
        return None
    span = {"program": program.id, "until": update.until}
    changed = CHANGED.format(since=moment_literal(update.latest.since), **span)
    return Changes("event", changed, EXISTS.format(CHANGED.format(since=moment_literal(update.latest.seen), **span)))
