"""ORG_UNIT_TARGET, VALIDATION_RESULT."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import (
    ATTRIBUTE,
    OPTION_COMBOS,
    ORG_UNIT_GROUP_SETS,
    ORG_UNITS,
    PERIODS,
    Dimensions,
    period_columns,
)
from analytics.hands import Hands
from analytics.plans import DATE, DOUBLE, INTEGER, TIMESTAMP, UID, Column, Partition, Plan, Update, fact, local
from analytics.sources import validation_results
from analytics.table_types import MASTERS, TableType

MEMBERS = f"""
    FROM metadata_organisationunitgroup_organisation_units AS membership
    JOIN metadata_organisationunitgroup AS unit_group ON unit_group.id = membership.organisationunitgroup_id
    JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = membership.organisationunit_id
    WHERE true
"""
RESULTS = f"""
    FROM ({{source}}) AS result
    JOIN {PERIODS} AS period ON period.periodid = result.period_id
    JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = result.organisation_unit_id
    JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = result.organisation_unit_id
    JOIN {OPTION_COMBOS} AS attributes ON attributes.categoryoptioncomboid = result.attribute_option_combo_id
    WHERE result.created < {{until}}
"""


def org_unit_target_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One row for each membership of an org unit in a group."""
    columns = (
        Column("oug", UID, "unit_group.uid", required=True),
        *dimensions.level_columns("unit"),
        fact("value", DOUBLE, "1"),
    )
    yield Plan(TableType.ORG_UNIT_TARGET, MASTERS[TableType.ORG_UNIT_TARGET], columns, MEMBERS)


def validation_result_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One row for each stored violation of a validation rule."""
    columns = (
        Column("dx", UID, "result.rule_uid", required=True),
        Column("pestartdate", TIMESTAMP, "period.startdate"),
        Column("peenddate", TIMESTAMP, "period.enddate"),
        Column("year", INTEGER, "period.year", required=True),
        *dimensions.org_unit_group_columns("unit_groups"),
        *dimensions.level_columns("unit"),
        *dimensions.category_columns("attributes", ATTRIBUTE),
        *period_columns("period"),
        fact("value", DATE, local("result.created")),
    )
    source = RESULTS.format(source=validation_results(), until=update.until)
    years = update.of_years(year for (year,) in hands.execute(f"SELECT DISTINCT period.year {source}"))
    partitions = tuple(Partition(year, f"period.year = {year}", (f"year = {year}",)) for year in years)
    type = TableType.VALIDATION_RESULT
    yield Plan(type, MASTERS[type], columns, source, partitions)
