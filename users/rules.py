"""Rules of users, roles and groups in the import (DHIS2 2.42, users, writing)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.hashers import make_password

from dhis2api.errors import ApiError
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.objects.registry import all_schemas
from sharing.access import SUPERUSER
from users.errors import E3003, E3032, E3041, E4005, E4054, E4055, E4056, LAST_SUPERUSER
from users.memberships import users_are_managed, write_memberships
from users.models import CREDENTIALS, User, UserGroup, UserRole
from users.passwords import find_password_fault


def register() -> None:
    """Hang the rules of this app into the import."""
    users = hooks_of("user")
    users.prepare.append(read_credentials)
    users.checks.append(user_is_right)
    users.check_all.append(roles_are_issuable)
    users.check_all.append(superusers_are_kept_apart)
    users.check_all.append(users_are_managed)
    users.check_all.append(usernames_are_free)
    users.check_deletes += [superusers_are_kept_apart, users_are_managed]
    users.before_write.append(hash_passwords)
    users.after_write.append(write_memberships)
    users.before_delete.append(keep_a_superuser)
    hooks_of("userRole").check_all.append(authorities_are_own)
    hooks_of("userRole").vetoes.append(role_has_members)
    hooks_of("userGroup").before_delete.append(forget_grants)


def read_credentials(bundle: Bundle, objects: list[ImportObject]) -> None:
    """`userCredentials` of versions up to 2.37: a nested member that is present wins over the flat one."""
    for item in objects:
        nested = item.raw.get("userCredentials")
        if isinstance(nested, dict):
            for name in (*CREDENTIALS, "password"):
                if nested.get(name) is not None:
                    item.raw[name] = nested[name]


def user_is_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4055, E4056, E4005."""
    username = item.values.get("username")
    if not item.members.get("userRoles"):
        yield Fault(E4055, (username or item.uid,), "userRoles", main_id=item.uid)
    if item.stored is not None and username is not None and item.stored["username"] != username:
        yield Fault(E4056, ("username", item.stored["username"], username), "username", main_id=item.uid)
    password = item.raw.get("password")
    if password is not None and password != "":
        fault = find_password_fault(password) if isinstance(password, str) else "Password must be a text"
        # The password itself stands in no report.
        if fault is not None:
            yield Fault(E4005, ("password", fault), "password", main_id=item.uid)


def roles_are_issuable(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3003, E3032: nobody gives what he has not."""
    caller = bundle.principal
    if caller.is_superuser:
        return
    keys = {pk for item in objects for pk in item.members.get("userRoles", ())}
    roles = {role.pk: role for role in UserRole.objects.filter(pk__in=keys)}
    own = set(User.user_roles.through.objects.filter(user_id=bundle.user_pk).values_list("userrole_id", flat=True))
    for item in objects:
        for pk in item.members.get("userRoles", ()):
            role = roles.get(pk)
            if role is None:
                continue
            if SUPERUSER in role.authorities:
                item.faults.append(Fault(E3032, (caller.username,), "userRoles", main_id=item.uid))
            elif pk in own or not caller.authorities.issuperset(role.authorities):
                item.faults.append(Fault(E3003, (caller.username, role.name), "userRoles", main_id=item.uid))


def superusers_are_kept_apart(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3041: only superusers change or delete superusers."""
    if bundle.principal.is_superuser:
        return
    stored = [item.pk for item in objects if item.stored is not None]
    held = User.user_roles.through.objects.filter(user_id__in=stored, userrole__authorities__contains=[SUPERUSER])
    superusers = set(held.values_list("user_id", flat=True))
    for item in objects:
        if item.pk in superusers:
            item.faults.append(Fault(E3041, (bundle.principal.username,), main_id=item.uid))


def usernames_are_free(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4054: the user name belongs to nobody else."""
    names = {item.values["username"] for item in objects if item.values.get("username")}
    taken = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    for item in objects:
        name = item.values.get("username")
        if name is not None and taken.setdefault(name, item.pk) != item.pk:
            item.faults.append(Fault(E4054, ("username", name), "username", main_id=item.uid))


def hash_passwords(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A password that was sent is hashed; without one the stored one stays, a new user has none and cannot log in."""
    for item in objects:
        password = item.raw.get("password")
        if isinstance(password, str) and password:
            item.values["password"] = make_password(password)
            item.values["password_last_updated"] = bundle.now
        elif item.stored is not None:
            item.values["password"] = item.stored["password"]
            item.values["password_last_updated"] = item.stored["password_last_updated"]
        else:
            item.values["password"] = None
            item.values["password_last_updated"] = None


def keep_a_superuser(keys: Any) -> None:
    """409: at least one superuser remains."""
    roles = UserRole.objects.filter(authorities__contains=[SUPERUSER])
    if not User.objects.filter(user_roles__in=roles).exclude(pk__in=keys).exists():
        raise ApiError(LAST_SUPERUSER)


def authorities_are_own(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3032, E3003: nobody puts an authority into a role that he does not hold."""
    caller = bundle.principal
    if caller.is_superuser:
        return
    for item in objects:
        before = set(item.stored["authorities"]) if item.stored else set()
        after = set(item.values.get("authorities") or ())
        if SUPERUSER in before | after:
            item.faults.append(Fault(E3032, (caller.username,), "authorities", main_id=item.uid))
        elif not caller.authorities.issuperset(after - before):
            item.faults.append(Fault(E3003, (caller.username, item.name), "authorities", main_id=item.uid))


def role_has_members(keys: Any) -> dict[int, str]:
    """E4030: a role that users have stays."""
    held = User.user_roles.through.objects.filter(userrole_id__in=keys)
    return dict.fromkeys(held.values_list("userrole_id", flat=True), "User")


def forget_grants(keys: Any) -> None:
    """A deleted group leaves the sharing of every object."""
    uids = list(UserGroup.objects.filter(pk__in=keys).values_list("uid", flat=True))
    for schema in all_schemas():
        if schema.shareable:
            _remove_group_grants(schema.model, uids)


def _remove_group_grants(model: Any, uids: list[str]) -> None:
    rows = []
    for uid in uids:
        for row in model._base_manager.filter(sharing__userGroups__has_key=uid).only("pk", "sharing"):
            row.sharing["userGroups"].pop(uid)
            rows.append(row)
    model._base_manager.bulk_update(rows, ["sharing"], batch_size=1000)
