"""ENROLLMENT: a table for each program; without registration it stays empty."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import DAYS, ORG_UNIT_GROUP_SETS, ORG_UNITS, Dimensions, period_columns
from analytics.hands import Hands
from analytics.plans import NAME, STATUS, UID, Column, Plan, Update, local, moment
from analytics.table_types import TableType, table_of
from analytics.tables.programs import Program, list_programs
from analytics.tables.tracker_columns import (
    attribute_columns,
    attribute_values,
    author_columns,
    authors_of,
    level_columns,
    program_attributes,
    unit_columns,
)

COMPLETED = "CASE WHEN enrollment.status = 'COMPLETED' THEN enrollment.completed_at END"


def enrollment_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One table a program: skipped programs are skipped for events alone, as in DHIS2."""
    for program in list_programs(hands):
        yield _plan(update, dimensions, hands, program)


def _plan(update: Update, dimensions: Dimensions, hands: Hands, program: Program) -> Plan:
    attributes = program_attributes(hands, [program.id])
    columns = [
        Column("enrollment", UID, "enrollment.uid", required=True),
        moment("enrollmentdate", "enrollment.enrolled_at"),
        moment("occurreddate", "enrollment.occurred_at"),
        moment("completeddate", COMPLETED),
        moment("lastupdated", "coalesce(enrollment.updated_at_client, enrollment.updated_at)"),
        Column("storedby", NAME, "enrollment.stored_by"),
        Column("enrollmentstatus", STATUS, "enrollment.status"),
        *unit_columns("unit"),
        Column("registrationou", UID, "coalesce(registered.organisationunituid, unit.organisationunituid)"),
        *author_columns("creator", "updater"),
        *level_columns(dimensions, "unit"),
        *dimensions.org_unit_group_columns("unit_groups"),
        *period_columns("day"),
        *attribute_columns(hands, attributes, "of_entity"),
    ]
    if program.registers:
        columns.append(Column("trackedentity", UID, "entity.uid"))
    source = f"""
        FROM enrollment
        JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = enrollment.organisation_unit_id
        JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = enrollment.organisation_unit_id
        LEFT JOIN {DAYS} AS day ON day.dateperiod = {local("enrollment.enrolled_at")}::date
        LEFT JOIN tracked_entity AS entity ON entity.id = enrollment.tracked_entity_id AND NOT entity.deleted
        LEFT JOIN {ORG_UNITS} AS registered ON registered.organisationunitid = entity.organisation_unit_id
        {authors_of("enrollment")} {attribute_values(attributes, "entity.id", "of_entity")}
        WHERE enrollment.program_id = {program.id} AND NOT enrollment.deleted AND enrollment.occurred_at IS NOT NULL
          AND enrollment.updated_at < {update.until}
    """
    return Plan(TableType.ENROLLMENT, table_of(TableType.ENROLLMENT, program.uid), tuple(columns), source)
