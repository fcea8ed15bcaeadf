"""What every way of changing sharing does alike: look up the grantees, write the row, tell who follows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds
from sharing.access import Principal, TypeRules, can_externalize, readable

# Primary key of the object whose sharing was set in the dialog, and that sharing. Higher apps append to the lists of
# their types: the sharing of some objects is that of others, too.
Follower = Callable[[int, Mapping[str, Any]], None]
followers: dict[str, list[Follower]] = defaultdict(list)


def known_users(uids: Iterable[str]) -> set[str]:
    """Those of the uids that are users'."""
    return set(get_schema("user").model._base_manager.filter(uid__in=list(uids)).values_list("uid", flat=True))


def known_groups(uids: Iterable[str], user: Principal) -> set[str]:
    """Those of the uids that are of groups which `user` may read."""
    schema = get_schema("userGroup")
    rows = schema.model._base_manager.filter(readable(schema.rules, user), uid__in=list(uids))
    return set(rows.values_list("uid", flat=True))


def grants(access: Mapping[str, str], known: set[str]) -> dict[str, dict[str, str]]:
    """Access strings by uid in the stored shape; whoever is not known is left out."""
    return {uid: {"id": uid, "access": text} for uid, text in access.items() if uid in known}


def settle_external(rules: TypeRules, user: Principal, wanted: Any, stored: Mapping[str, Any]) -> bool:
    """Whether the object is external from now on; who lacks the authority leaves it as it is."""
    return wanted is True if can_externalize(rules, user) else stored.get("external") is True


def store_sharing(schema: Schema, pk: int, sharing: Mapping[str, Any], user: Any) -> None:
    """Write one object's sharing, with the times and users of a change. To be called in a transaction."""
    now = to_milliseconds(timezone.now())
    schema.model._base_manager.filter(pk=pk).update(
        sharing=sharing,
        last_updated=now,
        last_updated_by=user.pk,
        created_by=Coalesce("created_by", user.pk),
    )
    record_writer(now)
