"""Users as everybody may look them up, for messages and sharing (DHIS2 2.42, user lookup)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from dhis2api.objects.registry import get_schema
from sharing.access import can_read_type
from users.models import User
from users.params import LookupParams, UserListParams
from users.user_lists import users_of_list

MOST = 25


def find_shown(identifier: str) -> dict[str, Any] | None:
    """The user with this uid or user name, or None."""
    user = User.objects.filter(Q(uid=identifier) | Q(username=identifier)).order_by("pk").first()
    return _show(user) if user is not None else None


def search(params: LookupParams, caller: User, among: Collection[int] | None = None) -> list[dict[str, Any]]:
    """At most `MOST` users (of `among`, their keys) whose name or user name holds the text, in order of name.

    Or whose e-mail address it is: a part of the address is enough only for who may view users, since others could
    guess it letter by letter.
    """
    sees_addresses = can_read_type(get_schema("user").rules, caller.principal)
    rows = matching(User.objects.all(), params.query.strip(), whole_address=not sees_addresses)
    if among is not None:
        rows = rows.filter(pk__in=among)
    if params.org_unit_boundary is not None:
        units = UserListParams(org_unit_boundary=params.org_unit_boundary, include_children=True)
        rows = rows.filter(users_of_list(units, caller))
    return [_show(user) for user in rows.order_by("first_name", "surname", "pk")[:MOST]]


def matching(rows: QuerySet[User], text: str, *, whole_address: bool) -> QuerySet[User]:
    """The users whose full name or user name holds `text`, whatever its case, or whose e-mail holds or is it."""
    rows = rows.annotate(full_name=Concat("first_name", Value(" "), "surname"))
    by_address = Q(email__iexact=text) if whole_address else Q(email__icontains=text)
    return rows.filter(Q(full_name__icontains=text) | Q(username__icontains=text) | by_address)


def _show(user: User) -> dict[str, Any]:
    return {
        "id": user.uid,
        "username": user.username,
        "firstName": user.first_name,
        "surname": user.surname,
        "displayName": user.name,
    }
