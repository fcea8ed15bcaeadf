"""The one rule table of access: access strings, verdicts on a single object, and the SQL predicate for lists.

Pure: it knows a principal (uid, authorities, groups), a type's rules and an object's `sharing`, no model and no
HTTP. Source: DHIS2 2.42, sharing and access control; stricter where DHIS2 grants by omission (a type that lists
only other kinds of authorities, a null public string, a null owner).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

SUPERUSER = "ALL"
DEFAULT_PUBLIC = "rw------"
NO_ACCESS = "--------"

_ACCESS = re.compile(r"[r-][w-][r-][w-]----")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user's uid, authorities and the uids of the groups that the user is in."""

    uid: str
    authorities: frozenset[str]
    groups: frozenset[str] = frozenset()
    username: str = ""

    @property
    def is_superuser(self) -> bool:
        return SUPERUSER in self.authorities

    def has_any(self, authorities: tuple[str, ...]) -> bool:
        """Whether the principal holds one of `authorities`, or ALL."""
        return self.is_superuser or not self.authorities.isdisjoint(authorities)


@dataclass(frozen=True, slots=True)
class TypeRules:
    """The authorities and flags that a type declares (DHIS2 2.42, metadata authorities)."""

    shareable: bool = False
    data_shareable: bool = False
    default_private: bool = False
    implicit_private: bool = False
    create_public: tuple[str, ...] = ()
    create_private: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    # Of a type whose objects others guard: the keys of the rows that somebody may read, as a subquery.
    readable_keys: Callable[[Principal], Any] | None = None

    @property
    def any_create(self) -> tuple[str, ...]:
        return self.create + self.create_public + self.create_private


def named(x: str, *, shareable: bool = True, data: bool = False) -> TypeRules:
    """The usual pattern: F_X_PUBLIC_ADD, F_X_PRIVATE_ADD, F_X_DELETE."""
    return TypeRules(
        shareable=shareable,
        data_shareable=data,
        create_public=(f"F_{x}_PUBLIC_ADD",),
        create_private=(f"F_{x}_PRIVATE_ADD",),
        delete=(f"F_{x}_DELETE",),
    )


def is_access_string(text: object) -> bool:
    """Whether `text` is eight characters of the grammar `rwrw----`."""
    return isinstance(text, str) and _ACCESS.fullmatch(text) is not None


def has_data_bits(text: str | None) -> bool:
    """Whether an access string grants data read or write."""
    return text is not None and text[2:4] != "-" * 2


def can_make_public(rules: TypeRules, user: Principal) -> bool:
    """Whether the user may create objects of the type that everybody sees."""
    return rules.shareable and _may(user, rules.create_public, rules)


def can_make_private(rules: TypeRules, user: Principal) -> bool:
    """Whether the user may create objects of the type for selected users and groups."""
    return rules.shareable and (rules.implicit_private or _may(user, rules.create_private, rules))


def can_create(rules: TypeRules, user: Principal) -> bool:
    """Whether the user may create any object of the type at all.

    DHIS2 lets everybody create where a type lists only another kind of authority; here one of the listed ones is
    needed, and a type that lists none is free.
    """
    return user.is_superuser or rules.implicit_private or not rules.any_create or user.has_any(rules.any_create)


def can_read_type(rules: TypeRules, user: Principal) -> bool:
    """Whether the user holds the type's READ authority, if it has one."""
    return not rules.read or user.has_any(rules.read)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one user may do with one object."""

    read: bool
    write: bool
    update: bool
    delete: bool
    manage: bool
    data_read: bool | None  # None: the type has no data sharing
    data_write: bool | None
    externalize: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The `access` member as the wire shows it."""
        shown: dict[str, Any] = {
            "manage": self.manage,
            "externalize": self.externalize,
            "write": self.write,
            "read": self.read,
            "update": self.update,
            "delete": self.delete,
        }
        if self.data_read is not None:
            shown["data"] = {"read": self.data_read, "write": self.data_write}
        return shown


def judge(rules: TypeRules, sharing: Mapping[str, Any] | None, user: Principal) -> Verdict:
    """The verdict on one object with this `sharing` (None or empty for a type without)."""
    if user.is_superuser:
        data = True if rules.data_shareable else None
        return Verdict(True, True, True, True, True, data, data, externalize=True)
    shared = sharing or {}
    public = shared.get("public")
    owner = shared.get("owner") == user.uid
    authority = not rules.any_create or user.has_any(rules.any_create)
    update_authority = user.has_any(rules.update) if rules.update else authority
    delete_authority = user.has_any(rules.delete) if rules.delete else authority
    if not rules.shareable:
        read = can_read_type(rules, user)
        return Verdict(read, authority, update_authority, delete_authority, update_authority, None, None)
    grants = _grants(shared, user)
    may_share = can_make_public(rules, user) or (public in (None, NO_ACCESS) and can_make_private(rules, user))
    writable = may_share and (owner or _granted(grants, 1, "w"))
    write = writable if authority else rules.implicit_private and writable
    update = writable if update_authority else rules.implicit_private and writable
    delete = writable if delete_authority else rules.implicit_private and (owner or _granted(grants, 1, "w"))
    read = can_read_type(rules, user) and (owner or _granted(grants, 0, "r"))
    data_read = data_write = None
    if rules.data_shareable:
        data_write = _granted(grants, 3, "w")
        data_read = data_write or _granted(grants, 2, "r")
    return Verdict(read, write, update, delete, update, data_read, data_write)


def readable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows that `user` may read; `prefix` leads to the shared model (`data_set__`)."""
    if not can_read_type(rules, user):
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    if rules.readable_keys is not None:
        return Q(**{f"{prefix}pk__in": rules.readable_keys(user)})
    if not rules.shareable:
        return Q()
    column = f"{prefix}sharing"
    return Q(**{f"{column}__owner": user.uid}) | _grant(column, user, "^r")


def data_readable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows whose data `user` may read; owning an object gives no data access."""
    if not rules.data_shareable:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    column = f"{prefix}sharing"
    return _grant(column, user, "^..r") | _grant(column, user, "^...w")


def data_writable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows whose data `user` may write."""
    if not rules.data_shareable:
        return Q(pk__in=[])
    if user.is_superuser:
        return Q()
    return _grant(f"{prefix}sharing", user, "^...w")


def access_matches(rules: TypeRules, user: Principal, pattern: str) -> Q:
    """The rows that `user` owns or of which a grant looks like `pattern`: `_` is any letter, `%` any number."""
    if user.is_superuser or not rules.shareable:
        return Q()
    return Q(sharing__owner=user.uid) | _grant("sharing", user, f"^{pattern.replace('_', '.').replace('%', '.*')}$")


def _grant(column: str, user: Principal, pattern: str) -> Q:
    found = Q(**{f"{column}__public__regex": pattern}) | Q(**{f"{column}__users__{user.uid}__access__regex": pattern})
    for group in sorted(user.groups):
        found |= Q(**{f"{column}__userGroups__{group}__access__regex": pattern})
    return found


def _may(user: Principal, authorities: tuple[str, ...], rules: TypeRules) -> bool:
    if user.is_superuser:
        return True
    if authorities:
        return user.has_any(authorities)
    return not rules.any_create or user.has_any(rules.any_create)


def _grants(sharing: Mapping[str, Any], user: Principal) -> list[str]:
    found = [sharing.get("public")]
    found.append((sharing.get("users") or {}).get(user.uid, {}).get("access"))
    groups = sharing.get("userGroups") or {}
    found += [groups[g].get("access") for g in groups if g in user.groups]
    return [g for g in found if g]


def _granted(grants: list[str], position: int, letter: str) -> bool:
    return any(g[position : position + 1] == letter for g in grants)
