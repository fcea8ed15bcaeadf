"""The one rule table of access: access strings, verdicts on a single object, and the SQL predicate for lists.

Each right of a user is a demand on an object's `sharing`; one object is held against it in Python, rows in SQL.
Pure: it knows a principal (uid, authorities, groups), a type's rules and an object's `sharing`, no model and no
HTTP. Source: DHIS2 2.42, sharing and access control; stricter where DHIS2 grants by omission (a type that lists
only other kinds of authorities, a null public string, a null owner).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import JSONField, Lookup, Q

from dhis2api.errors import NEEDS_AUTHORITY, ApiError

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


def require_authority(principal: Principal, *authorities: str) -> None:
    """Errors: ApiError 403 for a principal with none of them, nor ALL."""
    if not principal.has_any(authorities):
        raise ApiError(NEEDS_AUTHORITY, ", ".join(authorities))


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
    external: tuple[str, ...] = ()  # who may show objects to everybody without login (up to 2.40; stored, never used)
    is_personal: bool = False  # lists show superusers no more of them than anybody else; exports and addresses do
    # Of a type whose objects others guard: the keys of the rows that somebody may read, as a subquery.
    readable_keys: Callable[[Principal], Any] | None = None

    @property
    def any_create(self) -> tuple[str, ...]:
        return self.create + self.create_public + self.create_private


def named(x: str, *, shareable: bool = True, data: bool = False, external: bool = False) -> TypeRules:
    """The usual pattern: F_X_PUBLIC_ADD, F_X_PRIVATE_ADD, F_X_DELETE; F_X_EXTERNAL where there is one."""
    return TypeRules(
        shareable=shareable,
        data_shareable=data,
        create_public=(f"F_{x}_PUBLIC_ADD",),
        create_private=(f"F_{x}_PRIVATE_ADD",),
        delete=(f"F_{x}_DELETE",),
        external=(f"F_{x}_EXTERNAL",) if external else (),
    )


def favorite(x: str, *, external: bool = False) -> TypeRules:
    """The pattern of what people keep for themselves: everybody may make private ones, with F_X_PUBLIC_ADD others."""
    return TypeRules(
        shareable=True,
        implicit_private=True,
        create_public=(f"F_{x}_PUBLIC_ADD",),
        external=(f"F_{x}_EXTERNAL",) if external else (),
    )


def is_access_string(text: object) -> bool:
    """Whether `text` is eight characters of the grammar `rwrw----`."""
    return isinstance(text, str) and _ACCESS.fullmatch(text) is not None


def has_data_bits(text: str | None) -> bool:
    """Whether an access string grants data read or write."""
    return text is not None and text[2:4] != "-" * 2


def without_data_bits(text: str) -> str:
    """An access string that says nothing of data any more."""
    return text[:2] + NO_ACCESS[2:]


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


def can_externalize(rules: TypeRules, user: Principal) -> bool:
    """Whether the user may mark objects of the type as visible without login."""
    return bool(rules.external) and user.has_any(rules.external)


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


# What an access string must look like: `_` is any letter, `%` any number of them.
READ, WRITE, DATA_READ, DATA_WRITE = "r%", "_w%", "__r%", "___w%"


@dataclass(frozen=True, slots=True)
class Demand:
    """What the sharing of an object must say for a user to have a right.

    Either a string that reaches the user (the public one, his own grant, one of a group of his) looks like one of
    `patterns`, or he owns the object, where that counts.
    """

    user: Principal
    patterns: tuple[str, ...]
    owner_counts: bool = True
    only_private: bool = False  # and the object is not public: of who may not make any public

    def is_met(self, sharing: Mapping[str, Any], grants: Sequence[str]) -> bool:
        """Whether an object's `sharing`, of which `grants` reach the user, says so."""
        if self.only_private and sharing.get("public") not in (None, NO_ACCESS):
            return False
        if self.owner_counts and sharing.get("owner") == self.user.uid:
            return True
        return any(_looks_like(grant, self.patterns) for grant in grants)


def judge(rules: TypeRules, sharing: Mapping[str, Any] | None, user: Principal) -> Verdict:
    """The verdict on one object with this `sharing` (None or empty for a type without)."""
    shared = _object(sharing)
    grants = _grants(shared, user)
    rights = {
        right: demand if isinstance(demand, bool) else demand.is_met(shared, grants)
        for right, demand in demands(rules, user).items()
    }
    data_read, data_write = rights["data.read"], rights["data.write"]
    return Verdict(
        read=rights["read"],
        write=rights["write"],
        update=rights["update"],
        delete=rights["delete"],
        manage=rights["manage"],
        data_read=data_read if rules.data_shareable else None,
        data_write=data_write if rules.data_shareable else None,
        externalize=user.is_superuser or can_externalize(rules, user),
    )


@lru_cache(maxsize=256)
def demands(rules: TypeRules, user: Principal) -> Mapping[str, Demand | bool]:
    """What each right asks of an object's sharing; True and False where its sharing does not matter."""
    if user.is_superuser:
        return dict.fromkeys(("read", "write", "update", "delete", "manage"), True) | dict.fromkeys(
            ("data.read", "data.write"), rules.data_shareable
        )
    creates = not rules.any_create or user.has_any(rules.any_create)
    updates = user.has_any(rules.update) if rules.update else creates
    deletes = user.has_any(rules.delete) if rules.delete else creates
    read = can_read_type(rules, user)
    if not rules.shareable:
        return {
            "read": read, "write": creates, "update": updates, "delete": deletes, "manage": updates,
            "data.read": False, "data.write": False,
        }  # fmt: skip
    makes_public = can_make_public(rules, user)
    writable: Demand | bool = makes_public or can_make_private(rules, user)
    if writable:
        writable = Demand(user, (WRITE,), only_private=not makes_public)
    without_authority = rules.implicit_private and writable
    deletable = writable if deletes else rules.implicit_private and Demand(user, (WRITE,))
    update = writable if updates else without_authority
    data = rules.data_shareable
    return {
        "read": read and Demand(user, (READ,)),
        "write": writable if creates else without_authority,
        "update": update,
        "delete": deletable,
        "manage": update,
        # Who writes data reads it; owning an object gives no data access.
        "data.read": data and Demand(user, (DATA_READ, DATA_WRITE), owner_counts=False),
        "data.write": data and Demand(user, (DATA_WRITE,), owner_counts=False),
    }


def rows_with(rules: TypeRules, user: Principal, right: str, prefix: str = "") -> Q:
    """The rows on which `user` has a right (`read`, `update`, `data.write`, …), as `judge` finds them one by one.

    `prefix` leads to the shared model (`data_set__`).
    """
    demand = demands(rules, user)[right]
    if isinstance(demand, Demand):
        return Q(**{f"{prefix}sharing__meets": demand})
    return Q() if demand else Q(pk__in=[])


def readable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows that `user` may read; `prefix` leads to the shared model (`data_set__`)."""
    if rules.readable_keys is not None and not user.is_superuser and can_read_type(rules, user):
        return Q(**{f"{prefix}pk__in": rules.readable_keys(user)})
    return rows_with(rules, user, "read", prefix)


def listed(rules: TypeRules, user: Principal) -> Q:
    """The rows that lists show to `user`: what he may read, of personal types what is meant for him."""
    if rules.is_personal and user.is_superuser:
        return Q(sharing__meets=Demand(user, (READ,)))
    return readable(rules, user)


def data_readable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows whose data `user` may read; owning an object gives no data access."""
    return rows_with(rules, user, "data.read", prefix)


def data_writable(rules: TypeRules, user: Principal, prefix: str = "") -> Q:
    """The rows whose data `user` may write."""
    return rows_with(rules, user, "data.write", prefix)


def access_matches(rules: TypeRules, user: Principal, pattern: str) -> Q:
    """The rows that `user` owns or of which a grant looks like `pattern`: `_` is any letter, `%` any number."""
    if user.is_superuser or not rules.shareable:
        return Q()
    return Q(sharing__meets=Demand(user, (pattern,)))


@JSONField.register_lookup
class Meets(Lookup):
    """`sharing__meets=demand`: a demand as one condition, whatever the number of the user's groups."""

    lookup_name = "meets"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, _ = self.process_lhs(compiler, connection)  # a plain column, which has no parameters
        demand: Demand = self.rhs
        user = demand.user
        public, public_values = _granted(f"{column}->>'public'", [], demand)
        own, own_values = _granted(f"{column}->'users'->%s->>'access'", [user.uid], demand)
        ways, values = [public, own], [*public_values, *own_values]
        if demand.owner_counts:
            ways.append(f"{column}->>'owner' = %s")
            values.append(user.uid)
        if user.groups:
            # What an object names is looked up among the groups of the user, not the other way: it names few.
            # A row that holds no object there (SQL can put anything in) must not end the list of all others.
            granted, patterns = _granted("shared.entry->>'access'", [], demand)
            groups = f"{column}->'userGroups'"
            ways.append(
                f"EXISTS (SELECT FROM jsonb_each(CASE jsonb_typeof({groups}) WHEN 'object' THEN {groups} END) "
                f"AS shared(uid, entry) WHERE shared.uid = ANY(%s) AND ({granted}))"
            )
            values += [sorted(user.groups), *patterns]
        sql = " OR ".join(ways)
        if demand.only_private:
            sql = f"({sql}) AND COALESCE({column}->>'public', %s) = %s"
            values += [NO_ACCESS, NO_ACCESS]
        return f"COALESCE({sql}, FALSE)", values


def _granted(text: str, parameters: list[Any], demand: Demand) -> tuple[str, list[Any]]:
    """SQL that an access string looks like one of the demand's patterns."""
    sql = " OR ".join(f"{text} LIKE %s" for _ in demand.patterns)
    return sql, [value for pattern in demand.patterns for value in (*parameters, pattern)]


def _may(user: Principal, authorities: tuple[str, ...], rules: TypeRules) -> bool:
    if user.is_superuser:
        return True
    if authorities:
        return user.has_any(authorities)
    return not rules.any_create or user.has_any(rules.any_create)


def _grants(sharing: Mapping[str, Any], user: Principal) -> list[str]:
    groups = _object(sharing.get("userGroups"))
    found = [sharing.get("public"), _object(_object(sharing.get("users")).get(user.uid)).get("access")]
    found += [_object(groups[uid]).get("access") for uid in groups if uid in user.groups]
    return [text for text in found if isinstance(text, str)]


def _object(value: Any) -> Mapping[str, Any]:
    """What should be an object and, read from a row, may be anything: then it says nothing."""
    return value if isinstance(value, Mapping) else {}


@lru_cache(maxsize=1024)
def _looks_like(text: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(p.replace("_", ".").replace("%", ".*"), text) for p in patterns)
