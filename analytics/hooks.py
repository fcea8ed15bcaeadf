"""AnalyticsTableHooks: SQL of administrators, run when a table is filled and before it has indexes.

It meets the table under its staging name (`analytics_temp`), and may do whatever the server's own account of the
database may. DHIS2 runs whatever holders of F_ANALYTICSTABLEHOOK_ADD stored; here a superuser must have stored it, who
has all rights anyway. Source: DHIS2 2.42, analytics table hooks.
"""

from __future__ import annotations

from analytics.hands import Hands
from analytics.running import Run
from metadata.models import AnalyticsTableHook
from scheduling.models import Level

RESOURCES_FILLED = "RESOURCE_TABLE_POPULATED"
ANALYTICS_FILLED = "ANALYTICS_TABLE_POPULATED"
LEFT_OUT = "Hook {} was not run: a superuser must have changed it last"


def run_resource_hooks(hands: Hands, run: Run, kind: str) -> None:
    """Those of one resource table."""
    _run(hands, run, {"phase": RESOURCES_FILLED, "resourceTableType": kind})


def run_analytics_hooks(hands: Hands, run: Run, kind: str) -> None:
    """Those of one type of analytics table."""
    _run(hands, run, {"phase": ANALYTICS_FILLED, "analyticsTableType": kind})


def _run(hands: Hands, run: Run, of: dict[str, str]) -> None:
    found = AnalyticsTableHook.objects.filter(content__contains=of).select_related("last_updated_by")
    for hook in found.order_by("name", "pk"):
        author = hook.last_updated_by
        statement = hook.content.get("sql")
        if author is None or not author.is_active or not author.is_superuser:
            run.tell(LEFT_OUT.format(hook.uid), Level.WARN)
        elif isinstance(statement, str) and statement.strip():
            hands.execute(statement)
