"""Sharing as it is shown: with the names of the users and groups granted, in two queries for any number of objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dhis2api.objects.registry import get_schema


def complete_sharing(sharings: Iterable[dict[str, Any] | None]) -> None:
    """Put `external` into each sharing, and `displayName` into each grant; one to somebody who is gone has none."""
    sharings = [s for s in sharings if s]
    for sharing in sharings:
        sharing.setdefault("external", False)
    for member, singular in (("users", "user"), ("userGroups", "userGroup")):
        uids = {uid for sharing in sharings for uid in sharing.get(member) or {}}
        names = names_of(singular, uids) if uids else {}
        for sharing in sharings:
            for uid, grant in (sharing.get(member) or {}).items():
                if uid in names:
                    grant["displayName"] = names[uid]


def names_of(singular: str, uids: set[str]) -> dict[str, str]:
    """The names of these users or groups, by uid, in one query."""
    rows = get_schema(singular).model._base_manager.filter(uid__in=uids)
    if singular == "user":
        return {u: f"{first} {last}".strip() for u, first, last in rows.values_list("uid", "first_name", "surname")}
    return dict(rows.values_list("uid", "name"))
