"""Actions on one account: enable, disable, expire, copy, give a role (DHIS2 2.42, users, writing).

All of them go through the import, whose rules say whom the caller may touch and that a superuser remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from dhis2api.errors import ApiError, Code
from dhis2api.objects import crud
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.importer.checks import USERNAME
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import get_object
from dhis2api.objects.registry import get_schema
from dhis2api.web.timestamps import format_timestamp
from users.errors import (
    PASSWORD_REFUSED,
    REPLICA_NEEDS_PASSWORD,
    REPLICA_NEEDS_USERNAME,
    REPLICA_USERNAME_INVALID,
    REPLICA_USERNAME_TAKEN,
    USER_MISSING,
    USER_NOT_FOUND,
)
from users.models import User, UserRole
from users.passwords import password_rules
from users.reach import may_change, require_reach
from users.user_lists import issuable_roles

PARAMS = MetadataImportParams()
# A copy is another person: these stay with the original.
OWN_MEMBERS = (
    "id", "code", "username", "openId", "ldapId", "lastLogin", "passwordLastUpdated", "created", "createdBy",
    "lastUpdated", "lastUpdatedBy", "userCredentials", "verifiedEmail", "invitation", "selfRegistered", "avatar",
    "lastCheckedInterpretations", "favorites", "access", "href",
)  # fmt: skip


def set_disabled(caller: User, uid: str, *, disabled: bool) -> None:
    """Close an account, or open it again. Errors: 404, 403, 409 for the last superuser or somebody out of reach."""
    change_user(caller, uid, {"disabled": disabled})


def set_expiry(caller: User, uid: str, moment: datetime | None) -> None:
    """Say when an account closes by itself; None: never. Errors: as for disabling."""
    change_user(caller, uid, {"accountExpiry": format_timestamp(moment) if moment is not None else None})


@transaction.atomic
def change_user(caller: User, uid: str, members: Mapping[str, Any]) -> None:
    """Change some members of a user. Errors: 404, 403; 409 with a report, or for somebody out of the caller's reach."""
    target = User.objects.filter(uid=uid).first()
    if target is not None:
        require_reach(caller, target)
    item, report = crud.merge_object(get_schema("user"), uid, dict(members), params=PARAMS, user=caller)
    if not report.is_ok:
        raise ApiError(IMPORT_FAILED, response=single_report(item))


def replicate(caller: User, uid: str, body: Mapping[str, Any]) -> ImportObject:
    """A new user with the places, roles, groups and settings of another, who may log in with this password.

    Errors: 409 for the name or password at fault, and as for the creation of a user.
    """
    source = User.objects.filter(uid=uid).first()
    if source is None:
        raise ApiError(USER_NOT_FOUND, uid)
    username, password = body.get("username"), body.get("password")
    _check_replica(username, password)
    payload = _copy(source, caller) | {"username": username, "password": password}
    item, report = crud.create_object(get_schema("user"), payload, params=PARAMS, user=caller)
    if not report.is_ok:
        raise ApiError(IMPORT_FAILED, response=single_report(item))
    return item


def require_gift(caller: User, role: str, target: str, refusal: Code) -> None:
    """A role is given and taken by whoever may change the role and the user, and give the role.

    Errors: 404 for a role that the caller cannot see and for an unknown user, `refusal` otherwise.
    """
    crud.require_update(get_schema("userRole"), role, caller, member="users", refusal=refusal)
    user = User.objects.filter(uid=target).first()
    if user is None:
        raise ApiError(USER_MISSING, target)
    may_give = UserRole.objects.filter(issuable_roles(caller), uid=role).exists()
    if not may_give or not may_change(caller, user):
        raise ApiError(refusal)


def _check_replica(username: Any, password: Any) -> None:
    if not username:
        raise ApiError(REPLICA_NEEDS_USERNAME)
    if not isinstance(username, str) or not USERNAME.fullmatch(username):
        raise ApiError(REPLICA_USERNAME_INVALID)
    if User.objects.filter(username__iexact=username).exists():
        raise ApiError(REPLICA_USERNAME_TAKEN, username)
    if not password:
        raise ApiError(REPLICA_NEEDS_PASSWORD)
    fault = password_rules().find_fault(password, (username,)) if isinstance(password, str) else "Password is no text"
    if fault is not None:
        raise ApiError(PASSWORD_REFUSED, fault)


def _copy(source: User, caller: User) -> dict[str, Any]:
    schema = get_schema("user")
    shown = get_object(schema, source.uid, ":owner,userGroups[id]", ReadingContext(caller.principal))
    unique = _unique_attributes()
    kept = [v for v in shown.get("attributeValues", []) if v["attribute"]["id"] not in unique]
    payload = {name: value for name, value in shown.items() if name not in OWN_MEMBERS}
    return payload | {"attributeValues": kept, "settings": dict(source.settings or {})}


def _unique_attributes() -> set[str]:
    attributes = get_schema("attribute").model._base_manager
    return set(attributes.filter(unique=True).values_list("uid", flat=True))
