"""Names of the users and groups that sharing grants name, in two queries for any number of objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dhis2api.objects.registry import get_schema


def add_grant_names(sharings: Iterable[dict[str, Any] | None]) -> None:
    """Put `displayName` into each grant; a grant to somebody who is gone has none."""
    sharings = [s for s in sharings if s]
    for member, singular in (("users", "user"), ("userGroups", "userGroup")):
        uids = {uid for sharing in sharings for uid in sharing.get(member) or {}}
        names = _names(singular, uids) if uids else {}
        for sharing in sharings:
            for uid, grant in (sharing.get(member) or {}).items():
                if uid in names:
                    grant["displayName"] = names[uid]


def _names(singular: str, uids: set[str]) -> dict[str, str]:
    rows = get_schema(singular).model._base_manager.filter(uid__in=uids)
    if singular == "user":
        return {u: f"{first} {last}".strip() for u, first, last in rows.values_list("uid", "first_name", "surname")}
    return dict(rows.values_list("uid", "name"))
