"""COMPLETENESS, COMPLETENESS_TARGET: which reports came, and which are expected."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import (
    ATTRIBUTE,
    OPTION_COMBOS,
    ORG_UNIT_GROUP_SETS,
    ORG_UNITS,
    PERIODS,
    TARGETS,
    Dimensions,
    period_columns,
)
from analytics.hands import Hands
from analytics.plans import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LATEST,
    TEXT,
    TIMESTAMP,
    UID,
    Changes,
    Column,
    Partition,
    Plan,
    Update,
    fact,
    moment_literal,
)
from analytics.table_types import MASTERS, TableType

REGISTRATIONS = "datavalues_completedatasetregistration"
YEARS = f"""
    SELECT DISTINCT year FROM {PERIODS} WHERE periodid IN (SELECT DISTINCT period_id FROM {REGISTRATIONS})
"""
SOURCE = f"""
    FROM {REGISTRATIONS} AS report
    JOIN metadata_dataset AS form ON form.id = report.data_set_id
    JOIN {PERIODS} AS period ON period.periodid = report.period_id
    JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = report.organisation_unit_id
    JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = report.organisation_unit_id
    JOIN {OPTION_COMBOS} AS attributes ON attributes.categoryoptioncomboid = report.attribute_option_combo_id
    WHERE report.completed AND report.date IS NOT NULL AND report.last_updated < {{until}}
"""
CHANGED = f"""
    SELECT concat_ws('-', form.uid, period.iso, unit.uid, attributes.uid)
    FROM {REGISTRATIONS} AS report
    JOIN metadata_dataset AS form ON form.id = report.data_set_id
    JOIN metadata_period AS period ON period.id = report.period_id
    JOIN metadata_organisationunit AS unit ON unit.id = report.organisation_unit_id
    JOIN metadata_categoryoptioncombo AS attributes ON attributes.id = report.attribute_option_combo_id
    WHERE report.last_updated >= {{since}} AND report.last_updated < {{until}}
"""
EXISTS = f"SELECT EXISTS (SELECT FROM {REGISTRATIONS} WHERE last_updated >= {{since}} AND last_updated < {{until}})"
TARGET_SOURCE = f"""
    FROM {TARGETS} AS target
    JOIN metadata_dataset AS form ON form.id = target.datasetid
    JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = target.organisationunitid
    JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = target.organisationunitid
    JOIN {OPTION_COMBOS} AS attributes ON attributes.categoryoptioncomboid = target.attributeoptioncomboid
    WHERE true
"""


def completeness_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One row for each report that is complete."""
    identity = "form.uid || '-' || period.iso || '-' || unit.organisationunituid || '-' ||"
    columns = [
        Column("dx", UID, "form.uid", required=True),
        Column("year", INTEGER, "period.year", required=True),
        Column("id", TEXT, f"{identity} attributes.categoryoptioncombouid"),
        *dimensions.org_unit_group_columns("unit_groups"),
        *dimensions.level_columns("unit"),
        *dimensions.category_group_columns("attributes", ATTRIBUTE),
        *dimensions.category_columns("attributes", ATTRIBUTE),
        *period_columns("period"),
        Column("timely", BOOLEAN, "report.date - period.enddate <= form.timely_days + 1"),
        fact("value", TIMESTAMP, "report.date"),
    ]
    source = SOURCE.format(until=update.until)
    changes = None
    if update.latest:
        since, seen = moment_literal(update.latest.since), moment_literal(update.latest.seen)
        changes = Changes(
            "id", CHANGED.format(since=since, until=update.until), EXISTS.format(since=seen, until=update.until)
        )
        partitions = [Partition(LATEST, f"report.last_updated >= {since}")]
    else:
        years = update.of_years(year for (year,) in hands.execute(YEARS))
        partitions = [Partition(year, f"period.year = {year}", (f"year = {year}",)) for year in years]
    yield Plan(
        TableType.COMPLETENESS, MASTERS[TableType.COMPLETENESS], tuple(columns), source, tuple(partitions),
        keeps_other_years=True, changes=changes,
    )  # fmt: skip


def completeness_target_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """One row for each report that is expected."""
    columns = (
        Column("dx", UID, "form.uid", required=True),
        Column("ao", UID, "attributes.categoryoptioncombouid", required=True),
        Column("ouopeningdate", DATE, "unit.openingdate"),
        Column("oucloseddate", DATE, "unit.closeddate"),
        Column("costartdate", DATE, "target.costartdate"),
        Column("coenddate", DATE, "target.coenddate"),
        *dimensions.org_unit_group_columns("unit_groups"),
        *dimensions.level_columns("unit"),
        *dimensions.category_group_columns("attributes", ATTRIBUTE),
        *dimensions.category_columns("attributes", ATTRIBUTE),
        fact("value", DOUBLE, "1"),
    )
    type = TableType.COMPLETENESS_TARGET
    yield Plan(type, MASTERS[type], columns, TARGET_SOURCE)
