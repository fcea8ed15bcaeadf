"""`assignedUserMode` and `assignedUsers`."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.access.statements import Values
from tracker.export.modes import AssignedUserMode


def assigned_to(
    mode: AssignedUserMode | None, users: Sequence[str], viewer: int, alias: str, values: Values
) -> list[str]:
    """The conditions on an event; users without a mode mean PROVIDED, and ALL asks for nothing."""
    column = f"{alias}.assigned_user_id"
    if users:
        return [f"{column} IN (SELECT id FROM users_user WHERE uid = ANY({values.bind(list(users))}))"]
    if mode is AssignedUserMode.CURRENT:
        return [f"{column} = {values.bind(viewer)}"]
    if mode is AssignedUserMode.NONE:
        return [f"{column} IS NULL"]
    return [f"{column} IS NOT NULL"] if mode is AssignedUserMode.ANY else []
