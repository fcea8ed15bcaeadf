"""Which users and roles a list shows, beyond filters (DHIS2 2.42, users, reading).

Conditions are subqueries: however many groups or units somebody has, he is listed once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from configuration.settings import system_setting
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Link
from users.models import MONTH, User, UserGroup, UserRole
from users.params import Boundary, InvitationStatus, UserListParams

UNITS = {
    Boundary.DATA_CAPTURE: "organisationUnits",
    Boundary.DATA_OUTPUT: "dataViewOrganisationUnits",
    Boundary.TEI_SEARCH: "teiSearchOrganisationUnits",
}
NOBODY = Q(pk__in=[])


def users_of_list(params: UserListParams, caller: User) -> Q:
    """The users that the parameters leave."""
    found = _by_columns(params)
    principal = caller.principal
    if (params.can_manage or params.manage) and not principal.is_superuser:
        found &= _managed(caller)
    if (params.auth_subset or params.manage) and not principal.is_superuser:
        found &= _with_fewer_authorities(caller)
    found &= _by_units(params, caller)
    if params.is_special and not principal.is_superuser and not system_setting("keyCanGrantOwnUserAuthorityGroups"):
        own_roles = caller.user_roles.values("pk")
        found &= ~Q(pk__in=User.user_roles.through.objects.filter(userrole_id__in=own_roles).values("user_id"))
    return found


def issuable_roles(caller: User) -> Q:
    """The roles that the caller may give to others: not his own, and none with more than he holds."""
    principal = caller.principal
    if principal.is_superuser:
        return Q()
    found = Q(authorities__contained_by=sorted(principal.authorities))
    if not system_setting("keyCanGrantOwnUserAuthorityGroups"):
        found &= ~Q(pk__in=caller.user_roles.values("pk"))
    return found


def _by_columns(params: UserListParams) -> Q:
    found = Q()
    if params.phone_number:
        found &= Q(phone_number=params.phone_number)
    if params.last_login is not None:
        found &= Q(last_login__gte=params.last_login)
    if (inactive := _inactive_since(params)) is not None:
        found &= Q(last_login__lt=inactive)
    if params.self_registered:
        found &= Q(self_registered=True)
    if params.invitation_status in (InvitationStatus.ALL, InvitationStatus.EXPIRED):
        found &= Q(invitation=True)
    if params.invitation_status is InvitationStatus.EXPIRED:
        found &= Q(restore_expires__lt=timezone.now())
    return found


def _inactive_since(params: UserListParams) -> datetime | None:
    if params.inactive_months is not None:
        return timezone.now() - params.inactive_months * MONTH
    return params.inactive_since


def _managed(caller: User) -> Q:
    """Members of the groups that the caller's groups manage; who manages none manages nobody."""
    groups = UserGroup.objects.filter(managed_by_groups__uid__in=caller.principal.groups).values("pk")
    return Q(pk__in=UserGroup.users.through.objects.filter(usergroup_id__in=groups).values("user_id"))


def _with_fewer_authorities(caller: User) -> Q:
    beyond = UserRole.objects.exclude(authorities__contained_by=sorted(caller.principal.authorities)).values("pk")
    return ~Q(pk__in=User.user_roles.through.objects.filter(userrole_id__in=beyond).values("user_id"))


def _by_units(params: UserListParams, caller: User) -> Q:
    """Users of one org unit, or of the caller's own, or below them."""
    boundary = params.org_unit_boundary or Boundary.DATA_CAPTURE
    prop = get_schema("user").properties.get(UNITS[boundary])
    asks_own = params.user_org_units or (params.org_unit_boundary is not None and not params.ou)
    if prop is None or prop.link is None or not (params.ou or asks_own):
        return Q()
    link = prop.link
    units = get_schema("organisationUnit").model._base_manager.all()
    if params.ou:
        units = units.filter(uid=params.ou)
    else:
        units = units.filter(pk__in=_members(link, Q(**{link.owner_column: caller.pk}), link.member_column))
    if params.include_children:
        below = NOBODY
        for path in units.exclude(path=None).values_list("path", flat=True):
            below |= Q(path=path) | Q(path__startswith=path + "/")
        units = get_schema("organisationUnit").model._base_manager.filter(below)
    return Q(pk__in=_members(link, Q(**{f"{link.member_column}__in": units.values("pk")}), link.owner_column))


def _members(link: Link, condition: Q, column: str) -> QuerySet[Any]:
    return link.model._base_manager.filter(condition).values(column)
