"""OWNERSHIP: a table for each program, of the tracked entities whose owner changed: who owned them when."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import ORG_UNIT_GROUP_SETS, ORG_UNITS, Dimensions
from analytics.hands import Hands
from analytics.plans import DATE, UID, Column, Plan, Update, local
from analytics.table_types import TableType, table_of
from analytics.tables.programs import list_programs

FIRST_DAY, LAST_DAY = "DATE '1000-01-01'", "DATE '9999-12-31'"
# Of several changes on one day the last one counts; an owner who follows himself was never replaced.
OWNERS = f"""
    WITH span AS (
        SELECT tracked_entity_id, organisation_unit_id, {local("end_date")}::date AS last_day, end_date, id
        FROM program_owner_history WHERE program_id = {{program}}
        UNION ALL
        SELECT tracked_entity_id, organisation_unit_id, {LAST_DAY}, 'infinity', NULL
        FROM program_owner WHERE program_id = {{program}}
          AND tracked_entity_id IN (SELECT tracked_entity_id FROM program_owner_history WHERE program_id = {{program}})
    ),
    daily AS (
        SELECT DISTINCT ON (tracked_entity_id, last_day) tracked_entity_id, organisation_unit_id, last_day
        FROM span ORDER BY tracked_entity_id, last_day, end_date DESC, id DESC
    ),
    followed AS (
        SELECT *, lead(organisation_unit_id) OVER (PARTITION BY tracked_entity_id ORDER BY last_day) AS next FROM daily
    ),
    changing AS (
        SELECT tracked_entity_id, organisation_unit_id, last_day FROM followed
        WHERE next IS DISTINCT FROM organisation_unit_id
    )
    SELECT tracked_entity_id, organisation_unit_id, last_day,
        coalesce(lag(last_day) OVER of_entity + 1, {FIRST_DAY}) AS first_day,
        count(*) OVER (PARTITION BY tracked_entity_id) AS owners
    FROM changing WINDOW of_entity AS (PARTITION BY tracked_entity_id ORDER BY last_day)
"""


def ownership_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One table a program; nobody owns anything in those without registration."""
    columns = (
        Column("teuid", UID, "entity.uid", required=True),
        Column("startdate", DATE, "owner.first_day"),
        Column("enddate", DATE, "owner.last_day"),
        Column("ou", UID, "unit.organisationunituid", required=True),
        *dimensions.level_columns("unit"),
        *dimensions.org_unit_group_columns("unit_groups"),
    )
    for program in list_programs(hands):
        source = f"""
            FROM ({OWNERS.format(program=program.id)}) AS owner
            JOIN tracked_entity AS entity ON entity.id = owner.tracked_entity_id AND NOT entity.deleted
            JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = owner.organisation_unit_id
            JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = owner.organisation_unit_id
            WHERE owner.owners > 1
        """
        yield Plan(TableType.OWNERSHIP, table_of(TableType.OWNERSHIP, program.uid), columns, source)
