"""Bounds on moments, and what changed since a client's last pull."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dhis2api.objects.writers import look_back
from dhis2api.web.timestamps import parse_duration
from tracker.access.statements import Values

MILLISECOND = timedelta(milliseconds=1)
END_OF_TIME = datetime(9999, 12, 30, tzinfo=UTC)  # later than that nothing happens, and no date follows its last day


def between(column: str, after: datetime | None, before: datetime | None, values: Values) -> list[str]:
    """That a moment lies between two others, both of which count. Rows are finer than what clients send."""
    found = []
    if after is not None:
        found.append(f"{column} >= {values.bind(after)}")
    if before is not None:
        is_real = before < END_OF_TIME
        found.append(f"{column} < {values.bind(before + MILLISECOND)}" if is_real else f"{column} IS NOT NULL")
    return found


def changed(column: str, after: datetime | None, before: datetime | None, within: str, values: Values) -> list[str]:
    """The same of the last change, and of what was stamped before `after` and became visible since."""
    since = datetime.now(UTC) - parse_duration(within) if within else after
    if since is not None:
        since = min(since, look_back(since) or since)
    return between(column, since, before, values)
