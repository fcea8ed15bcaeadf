"""Whom an object may be shared with: users and groups by a part of their name."""

from __future__ import annotations

from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat

from dhis2api.objects.registry import get_schema
from sharing.access import Principal, readable


def search_grantees(key: str, page_size: int, user: Principal) -> dict[str, list[dict[str, Any]]]:
    """The first `page_size` users, and of the groups that `user` may read, by name; two queries.

    Source: DHIS2 2.42, sharing, search.
    """
    found = (
        get_schema("user").model._base_manager.annotate(full_name=Concat("first_name", Value(" "), "surname"))
        .filter(full_name__icontains=key)
        .order_by("full_name", "uid")
        .values_list("uid", "full_name", "username")
    )  # fmt: skip
    schema = get_schema("userGroup")
    groups = (
        schema.model._base_manager.filter(readable(schema.rules, user), name__icontains=key)
        .order_by("name", "uid")
        .values_list("uid", "name")
    )
    return {
        "users": [
            {"id": uid, "name": name, "displayName": name, "username": username}
            for uid, name, username in found[:page_size]
        ],
        "userGroups": [{"id": uid, "name": name, "displayName": name} for uid, name in groups[:page_size]],
    }
