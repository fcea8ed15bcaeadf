"""Groups of users in the import: who may put whom into which, and whom a manager of groups may touch.

Source: DHIS2 2.42, users, writing: the checks outside the import, and E3005.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dhis2api.errors import ApiError
from dhis2api.objects.errors import E3001
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject, describe
from dhis2api.objects.registry import get_schema
from sharing.access import judge
from users.errors import E3005, GROUP_REFUSED, NOT_MANAGED
from users.models import UserGroup

MEMBERS = UserGroup.users.through
EVERY_USER = {Action.CREATE: ("F_USER_ADD",), Action.UPDATE: ("F_USER_ADD",), Action.DELETE: ("F_USER_DELETE",)}


def users_are_managed(bundle: Bundle, objects: list[ImportObject]) -> None:
    """409, or E3005 among others: who may only touch users of managed groups manages a group of each.

    A new user is in the groups of the payload, a stored one in those that it is in.
    """
    limited = [item for item in objects if not bundle.principal.has_any(EVERY_USER[item.action])]
    if not limited:
        return
    own = bundle.principal.groups
    managed = set(UserGroup.objects.filter(managed_by_groups__uid__in=own).values_list("uid", flat=True))
    stored = _stored_groups(item.pk for item in limited if item.stored is not None)
    for item in limited:
        groups = stored[item.pk] if item.stored is not None else set(named_groups(item) or ())
        if managed.isdisjoint(groups):
            if bundle.single:
                raise ApiError(NOT_MANAGED)
            shown = ", ".join(sorted(groups))
            item.faults.append(Fault(E3005, (bundle.principal.username, shown), "userGroups", main_id=item.uid))


def managed_groups_are_own(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3001: whoever lets a group manage another may change that other; its users are within reach then.

    Stricter than DHIS2, where writing one's own group is enough.
    """
    if bundle.principal.is_superuser:
        return
    through = UserGroup.managed_groups.through
    keys = [item.pk for item in objects if item.stored is not None]
    stored = set(through.objects.filter(from_usergroup_id__in=keys).values_list("from_usergroup_id", "to_usergroup_id"))
    added = {item.pk: _managed(item) - {group for owner, group in stored if owner == item.pk} for item in objects}
    groups = UserGroup.objects.filter(pk__in={group for found in added.values() for group in found})
    rules = get_schema("userGroup").rules
    closed = {g.pk: g for g in groups if not judge(rules, g.sharing, bundle.principal).update}
    for item in objects:
        for key in sorted(added[item.pk] & closed.keys()):
            shown = describe(None, closed[key].uid, item.schema)
            item.faults.append(Fault(E3001, (bundle.principal.username, shown), "managedGroups", main_id=item.uid))


def _managed(item: ImportObject) -> set[int]:
    entering = {key for key, enters in item.changed_members.get("managedGroups", {}).items() if enters}
    return entering if item.keeps("managedGroups") else entering | set(item.members.get("managedGroups", ()))


def write_memberships(bundle: Bundle, objects: list[ImportObject]) -> None:
    """`userGroups` of POST, PUT and PATCH of a single user; `/api/metadata` leaves membership to the groups.

    Groups that the caller may not change keep the user. Errors: 409 for one that the user should be put into.
    """
    if not bundle.single:
        return
    for item in objects:
        named = named_groups(item)
        if named is not None:
            _write(bundle, item, named)


def named_groups(item: ImportObject) -> set[str] | None:
    """The uids of the payload's `userGroups`; None where it says nothing of them."""
    given = item.raw.get("userGroups")
    if not isinstance(given, list):
        return None
    return {g["id"] for g in given if isinstance(g, dict) and isinstance(g.get("id"), str)}


def _write(bundle: Bundle, item: ImportObject, named: set[str]) -> None:
    groups = {g.pk: g for g in UserGroup.objects.filter(uid__in=named)}
    stored = {g.pk: g for g in UserGroup.objects.filter(users=item.pk)}
    rules = get_schema("userGroup").rules

    def may_change(group: UserGroup) -> bool:
        return judge(rules, group.sharing, bundle.principal).update

    added = [g for pk, g in groups.items() if pk not in stored]
    for group in added:
        if not may_change(group):
            raise ApiError(GROUP_REFUSED, group.uid)
    removed = [g for pk, g in stored.items() if pk not in groups and may_change(g)]
    MEMBERS.objects.filter(user_id=item.pk, usergroup__in=removed).delete()
    MEMBERS.objects.bulk_create(MEMBERS(user_id=item.pk, usergroup=group) for group in added)
    changed = UserGroup.objects.filter(pk__in=[g.pk for g in added + removed])
    changed.update(last_updated=bundle.now, last_updated_by_id=bundle.user_pk)


def _stored_groups(users: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for user, group in MEMBERS.objects.filter(user_id__in=users).values_list("user_id", "usergroup__uid"):
        found[user].add(group)
    return found
