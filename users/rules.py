"""Rules of users, roles and groups in the import (DHIS2 2.42, users, writing)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from configuration.settings import system_setting
from dhis2api.errors import ApiError
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.objects.registry import all_schemas
from dhis2api.web.timestamps import to_milliseconds
from sharing.access import SUPERUSER
from users.errors import E3003, E3032, E3041, E3052, E4005, E4027, E4054, E4055, E4056, LAST_SUPERUSER, NOT_MANAGED
from users.memberships import managed_groups_are_own, users_are_managed, write_memberships
from users.models import CREDENTIALS, TwoFactorType, User, UserGroup, UserRole
from users.passwords import password_rules, remember_passwords
from users.user_settings import readable_settings

PHONE_NUMBER = re.compile(r"(\+|00)?[0-9][0-9 ()./-]{3,48}[0-9]")
SUPERUSER_LOCK = 0x616C6C  # the key of an advisory lock, any number of our own


def register() -> None:
    """Hang the rules of this app into the import."""
    users = hooks_of("user")
    users.prepare.append(read_credentials)
    users.checks.append(user_is_right)
    users.check_all.append(passwords_are_right)
    users.check_all.append(roles_are_issuable)
    users.check_all.append(stored_authorities_are_held)
    users.check_all.append(users_are_managed)
    users.check_all.append(names_are_free)
    users.check_deletes += [stored_authorities_are_held, users_are_managed]
    users.before_write += [hash_passwords, read_settings]
    users.after_write += [write_memberships, superuser_remains]
    users.before_delete.append(superuser_remains_without)
    hooks_of("userRole").check_all.append(authorities_are_own)
    hooks_of("userRole").after_write.append(superuser_remains)
    hooks_of("userRole").vetoes.append(role_has_members)
    users.before_delete.append(forget_user_grants)
    hooks_of("userGroup").check_all.append(managed_groups_are_own)
    hooks_of("userGroup").before_delete.append(forget_group_grants)


def read_credentials(bundle: Bundle, objects: list[ImportObject]) -> None:
    """`userCredentials` of versions up to 2.37: a nested member that is present wins over the flat one.

    Answers carry both, so a client that changes a flat member sends the nested one back as it was: what only repeats
    the stored value wins over nothing.
    """
    nesting = [item for item in objects if isinstance(item.raw.get("userCredentials"), dict)]
    stored = _stored_credentials({item.uid for item in nesting}) if nesting else {}
    for item in nesting:
        nested, known = item.raw["userCredentials"], stored.get(item.uid, {})
        for name in (*CREDENTIALS, "password"):
            value = nested.get(name)
            if value is not None and not (name in known and _plain(value) == known[name]):
                item.raw[name] = value


def _stored_credentials(uids: set[str]) -> dict[str, dict[str, Any]]:
    """What answers show in `userCredentials` of these users, ready to be compared."""
    found: dict[str, dict[str, Any]] = {}
    for user in User.objects.filter(uid__in=uids).prefetch_related("user_roles"):
        shown = {name: getattr(user, column) for name, column in _CREDENTIAL_COLUMNS.items()}
        found[user.uid] = shown | {"userRoles": {role.uid for role in user.user_roles.all()}}
    return found


_CREDENTIAL_COLUMNS = {
    "username": "username", "externalAuth": "external_auth", "openId": "open_id", "ldapId": "ldap_id",
    "selfRegistered": "self_registered", "invitation": "invitation", "disabled": "disabled",
}  # fmt: skip


def _plain(value: Any) -> Any:
    """References as the set of their ids; everything else as it is."""
    if not isinstance(value, list):
        return value
    return {str(item.get("id")) if isinstance(item, dict) else str(item) for item in value}


def user_is_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4055, E4056, E4027, E3052."""
    username = item.values.get("username")
    if not item.members.get("userRoles"):
        yield Fault(E4055, (username or item.uid,), "userRoles", main_id=item.uid)
    if item.stored is not None and username is not None and item.stored["username"] != username:
        yield Fault(E4056, ("username", item.stored["username"], username), "username", main_id=item.uid)
    number = item.values.get("whats_app")
    if number and not PHONE_NUMBER.fullmatch(number):
        yield Fault(E4027, (number, "whatsApp"), "whatsApp", main_id=item.uid)
    by_mail = item.stored is not None and item.stored["two_factor_type"] == TwoFactorType.EMAIL_ENABLED
    if by_mail and not item.keeps("email") and item.values.get("email") != item.stored["email"]:
        yield Fault(E3052, (), "email", main_id=item.uid)


def passwords_are_right(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4005. The password itself stands in no report."""
    given = [(item, item.raw["password"]) for item in objects if item.raw.get("password") not in (None, "")]
    rules = password_rules() if given else None
    for item, password in given:
        fault = rules.find_fault(password, ("username",)) if isinstance(password, str) else "Password must be a text"
        if fault is not None:
            item.faults.append(Fault(E4005, ("password", fault), "password", main_id=item.uid))


def roles_are_issuable(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3003, E3032: nobody gives what he has not, nor his own roles, unless the system lets him."""
    caller = bundle.principal
    if caller.is_superuser:
        return
    keys = {pk for item in objects for pk in item.members.get("userRoles", ())}
    roles = {role.pk: role for role in UserRole.objects.filter(pk__in=keys)}
    held = User.user_roles.through.objects.filter(user_id=bundle.user_pk).values_list("userrole_id", flat=True)
    own = set() if system_setting("keyCanGrantOwnUserAuthorityGroups") else set(held)
    for item in objects:
        for pk in item.members.get("userRoles", ()):
            role = roles.get(pk)
            if role is None:
                continue
            if SUPERUSER in role.authorities:
                item.faults.append(Fault(E3032, (caller.username,), "userRoles", main_id=item.uid))
            elif pk in own or not caller.authorities.issuperset(role.authorities):
                item.faults.append(Fault(E3003, (caller.username, role.name), "userRoles", main_id=item.uid))


def stored_authorities_are_held(bundle: Bundle, objects: list[ImportObject]) -> None:
    """409, or E3041 and E3003 among others: who changes or deletes a user holds all authorities of that user.

    Otherwise a new password would be a way to them. Roles that the payload names are `roles_are_issuable`'s.
    """
    caller = bundle.principal
    if caller.is_superuser:
        return
    stored = {item.pk: item for item in objects if item.stored is not None}
    held = User.user_roles.through.objects.filter(user_id__in=stored).order_by("user_id", "userrole__name")
    for user, role, name, authorities in held.values_list(
        "user_id", "userrole_id", "userrole__name", "userrole__authorities"
    ):
        item = stored[user]
        if caller.authorities.issuperset(authorities):
            continue
        if bundle.single:
            raise ApiError(NOT_MANAGED)
        if SUPERUSER in authorities:
            item.faults.append(Fault(E3041, (caller.username,), main_id=item.uid))
        elif role not in item.members.get("userRoles", ()):
            item.faults.append(Fault(E3003, (caller.username, name), "userRoles", main_id=item.uid))


def names_are_free(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4054: what somebody logs in by, here or at an OpenID server, belongs to nobody else."""
    for member, column in (("username", "username"), ("openId", "open_id")):
        names = {item.values[column] for item in objects if item.values.get(column)}
        taken = dict(User.objects.filter(**{f"{column}__in": names}).values_list(column, "pk")) if names else {}
        for item in objects:
            name = item.values.get(column)
            if name and taken.setdefault(name, item.pk) != item.pk:
                item.faults.append(Fault(E4054, (member, name), member, main_id=item.uid))


def read_settings(bundle: Bundle, objects: list[ImportObject]) -> None:
    """`settings` of a payload become the user's own; unknown keys and values that fit none are left out.

    They are written only: without the member what is stored stays.
    """
    for item in objects:
        given = item.raw.get("settings")
        if not isinstance(given, dict):
            item.values["settings"] = item.stored["settings"] if item.stored is not None else {}
            continue
        item.values["settings"] = readable_settings(given)


def hash_passwords(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A password that was sent is hashed; without one the stored one stays, a new user has none and cannot log in."""
    replaced = [item for item in objects if item.stored is not None and item.raw.get("password")]
    remember_passwords((item.pk, item.stored["password"]) for item in replaced if item.stored is not None)
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


def superuser_remains(bundle: Bundle, objects: list[ImportObject]) -> None:
    """409: what was written of stored users or roles leaves somebody who can log in with ALL."""
    if any(item.stored is not None for item in objects):
        superuser_remains_without([])


def superuser_remains_without(keys: Sequence[int]) -> None:
    """409: somebody beside the users of these primary keys can log in with ALL."""
    _await_other_writers()
    lasts = Q(account_expiry=None) | Q(account_expiry__gt=timezone.now())
    may_log_in = lasts & Q(disabled=False, external_auth=False)
    has_password = ~Q(password=None) & ~Q(password="") & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    roles = UserRole.objects.filter(authorities__contains=[SUPERUSER])
    if not User.objects.filter(may_log_in, has_password, user_roles__in=roles).exclude(pk__in=keys).exists():
        raise ApiError(LAST_SUPERUSER)


def _await_other_writers() -> None:
    """Until the end of the transaction nobody else looks for superusers: two at once could not each remove the
    other's last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUPERUSER_LOCK])


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


def forget_group_grants(keys: Sequence[int]) -> None:
    """A deleted group leaves the sharing of every object."""
    _forget_grants("userGroups", list(UserGroup.objects.filter(pk__in=keys).values_list("uid", flat=True)))


def forget_user_grants(keys: Sequence[int]) -> None:
    """A deleted user leaves the sharing of every object."""
    _forget_grants("users", list(User.objects.filter(pk__in=keys).values_list("uid", flat=True)))


FORGET_GRANTS = """
    UPDATE {table}
    SET sharing = jsonb_set(sharing, %(path)s, (sharing -> %(member)s) - %(uids)s), last_updated = %(now)s
    WHERE jsonb_exists_any(sharing -> %(member)s, %(uids)s)
"""


def _forget_grants(member: str, uids: list[str]) -> None:
    """Take grants out of `sharing`, one statement a table; who pulls changes sees the objects again."""
    now = to_milliseconds(timezone.now())
    parameters = {"path": [member], "member": member, "uids": uids, "now": now}
    tables = {schema.model._meta.db_table for schema in all_schemas() if schema.shareable and schema.model is not None}
    with connection.cursor() as cursor:
        for table in sorted(tables) if uids else ():
            cursor.execute(FORGET_GRANTS.format(table=connection.ops.quote_name(table)), parameters)
