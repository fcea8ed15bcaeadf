"""Whose account a user may touch: nobody's who holds more than he does (DHIS2 2.42, users, authorities)."""

from __future__ import annotations

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import NO_READ_TYPE
from dhis2api.objects.registry import get_schema
from sharing.access import can_read_type
from users.errors import NO_UPDATE_USER, NOT_MANAGED
from users.models import User, UserGroup

EVERY_USER = "F_USER_ADD"
MANAGED_USERS = "F_USER_ADD_WITHIN_MANAGED_GROUP"


def find_user(caller: User, uid: str) -> User:
    """A user that the caller may see. Errors: 403 without the authority to view users, 404."""
    if not can_read_type(get_schema("user").rules, caller.principal):
        raise ApiError(NO_READ_TYPE)
    user = User.objects.filter(uid=uid).first()
    if user is None:
        raise ApiError(E1005, "User", uid)
    return user


def require_reach(caller: User, target: User) -> None:
    """Errors: 403 for who changes no users at all, 409 for one out of his reach."""
    if not caller.principal.has_any((EVERY_USER, MANAGED_USERS)):
        raise ApiError(NO_UPDATE_USER)
    if not may_change(caller, target):
        raise ApiError(NOT_MANAGED)


def may_change(caller: User, target: User) -> bool:
    """Whether the caller holds all that the target holds, and may change users, or those of a group of the target."""
    principal = caller.principal
    if principal.is_superuser:
        return True
    if not principal.authorities.issuperset(target.authorities):
        return False
    if principal.has_any((EVERY_USER,)):
        return True
    if not principal.has_any((MANAGED_USERS,)):
        return False
    return UserGroup.objects.filter(users=target.pk, managed_by_groups__uid__in=principal.groups).exists()
