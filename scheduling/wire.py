"""What the wire shows of a job configuration beside its columns.

Source: DHIS2 2.42, scheduling, JobConfiguration JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dhis2api.objects.declarations import Computed

ADMIN_AUTHORITY = "F_SCHEDULING_ADMIN"
LOG_AUTHORITY = "F_JOB_LOG_READ"
MAINTENANCE_AUTHORITY = "F_PERFORM_MAINTENANCE"


def format_runtime(took: timedelta) -> str:
    """`HH:mm:ss.SSS`."""
    milliseconds = max(0, round(took.total_seconds() * 1000))
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"


def last_runtime(row: Mapping[str, Any], context: Any) -> str | None:
    """How long the last run took; absent unless it has ended."""
    started, finished = row.get("lastExecuted"), row.get("lastFinished")
    return format_runtime(finished - started) if started and finished and finished >= started else None


def always(value: Any, kind: str) -> Computed:
    """A member that is the same for every job."""
    return Computed(lambda row, context: value, kind=kind)
