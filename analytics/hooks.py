"""AnalyticsTableHooks: SQL of administrators, run when a table is filled and before it has indexes.

It meets the table under its staging name (`analytics_temp`). Source: DHIS2 2.42, analytics table hooks.
"""

from __future__ import annotations

from analytics.hands import Hands
from analytics.identifiers import literal

RESOURCES_FILLED = "RESOURCE_TABLE_POPULATED"
ANALYTICS_FILLED = "ANALYTICS_TABLE_POPULATED"
FIND = """
    SELECT content->>'sql' FROM metadata_analyticstablehook
    WHERE content->>'phase' = {} AND content->>{} = {} AND btrim(content->>'sql') <> '' ORDER BY name, id
"""


def run_resource_hooks(hands: Hands, kind: str) -> None:
    """Those of one resource table."""
    _run(hands, RESOURCES_FILLED, "resourceTableType", kind)


def run_analytics_hooks(hands: Hands, kind: str) -> None:
    """Those of one type of analytics table."""
    _run(hands, ANALYTICS_FILLED, "analyticsTableType", kind)


def _run(hands: Hands, phase: str, member: str, kind: str) -> None:
    for (statement,) in hands.execute(FIND.format(literal(phase), literal(member), literal(kind))):
        hands.execute(statement)
