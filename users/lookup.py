"""Users as everybody may look them up, for messages and sharing (DHIS2 2.42, user lookup)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from users.models import User
from users.params import LookupParams, UserListParams
from users.user_lists import users_of_list

MOST = 25


def find_shown(identifier: str) -> dict[str, Any] | None:
    """The user with this uid or user name, or None."""
    user = User.objects.filter(Q(uid=identifier) | Q(username=identifier)).order_by("pk").first()
    return _show(user) if user is not None else None


def search(params: LookupParams, caller: User) -> list[dict[str, Any]]:
    """At most `MOST` users whose name, e-mail or user name holds the text, in order of name."""
    rows = matching(User.objects.all(), params.query.strip())
    if params.org_unit_boundary is not None:
        units = UserListParams(org_unit_boundary=params.org_unit_boundary, include_children=True)
        rows = rows.filter(users_of_list(units, caller))
    return [_show(user) for user in rows.order_by("first_name", "surname", "pk")[:MOST]]


def matching(rows: QuerySet[User], text: str) -> QuerySet[User]:
    """The users whose full name, e-mail or user name holds `text`, whatever its case."""
    rows = rows.annotate(full_name=Concat("first_name", Value(" "), "surname"))
    return rows.filter(Q(full_name__icontains=text) | Q(email__icontains=text) | Q(username__icontains=text))


def _show(user: User) -> dict[str, Any]:
    return {
        "id": user.uid,
        "username": user.username,
        "firstName": user.first_name,
        "surname": user.surname,
        "displayName": user.name,
    }
