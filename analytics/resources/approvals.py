"""Approvals, laid out for analysis; made for runs that hide data which nobody approved."""

from __future__ import annotations

from analytics.dimensions import ORG_UNITS, known_columns
from analytics.hands import Hands
from analytics.resources.tables import ResourceTable

LEVELS = "analytics_rs_dataapprovalremaplevel"
LOWEST = "analytics_rs_dataapprovalminlevel"
# A level's place within its workflow: one more than the level above it there.
REMAPPED = """
    SELECT link.dataapprovalworkflow_id, link.dataapprovallevel_id, 1 + coalesce((
        SELECT max(above.level) FROM metadata_dataapprovalworkflow_data_approval_levels AS other
        JOIN metadata_dataapprovallevel AS above ON above.id = other.dataapprovallevel_id
        WHERE other.dataapprovalworkflow_id = link.dataapprovalworkflow_id AND above.level < own.level
    ), 0)
    FROM metadata_dataapprovalworkflow_data_approval_levels AS link
    JOIN metadata_dataapprovallevel AS own ON own.id = link.dataapprovallevel_id
"""


def approval_levels(hands: Hands) -> ResourceTable:
    """The levels of each workflow, numbered as it uses them."""
    columns = ("workflowid bigint NOT NULL", "dataapprovallevelid bigint NOT NULL", "level integer NOT NULL")
    return ResourceTable(LEVELS, "DATA_APPROVAL_REMAP_LEVEL", columns, REMAPPED, ("workflowid", "dataapprovallevelid"))


def lowest_approvals(hands: Hands) -> ResourceTable:
    """How far data is approved, where no unit above says that it went further."""
    columns = (
        "workflowid bigint NOT NULL", "periodid bigint NOT NULL", "attributeoptioncomboid bigint NOT NULL",
        "organisationunitid bigint NOT NULL", "minlevel integer NOT NULL",
    )  # fmt: skip
    levels = sum(name.startswith("idlevel") for name in known_columns(hands, ORG_UNITS))
    above = ", ".join(f"unit.idlevel{level}" for level in range(1, levels + 1)) or "NULL"
    fill = f"""
        WITH approved AS (
            SELECT approval.workflow_id, period_id, attribute_option_combo_id, organisation_unit_id, remapped.level
            FROM datavalues_dataapproval AS approval
            JOIN {LEVELS} AS remapped
                ON remapped.workflowid = approval.workflow_id AND remapped.dataapprovallevelid = approval.level_id
        )
        SELECT workflow_id, period_id, attribute_option_combo_id, organisation_unit_id, min(approved.level)
        FROM approved JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = organisation_unit_id
        WHERE NOT EXISTS (
            SELECT FROM approved AS outranking
            WHERE outranking.workflow_id = approved.workflow_id AND outranking.period_id = approved.period_id
              AND outranking.attribute_option_combo_id = approved.attribute_option_combo_id
              AND outranking.level < approved.level
              AND outranking.organisation_unit_id <> approved.organisation_unit_id
              AND outranking.organisation_unit_id IN ({above})
        )
        GROUP BY workflow_id, period_id, attribute_option_combo_id, organisation_unit_id
    """
    return ResourceTable(
        LOWEST, "DATA_APPROVAL_MIN_LEVEL", columns, fill,
        ("workflowid", "periodid", "attributeoptioncomboid", "organisationunitid"),
    )  # fmt: skip
