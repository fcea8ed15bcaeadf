"""`/api/sharing`: an object's sharing as a dialog shows it, and sets it as a whole.

Source: DHIS2 2.42, sharing; stricter in that an absent public string is kept and a grant without a string grants
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dhis2api.errors import BAD_REQUEST, ApiError, Code
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.importer.sharing import stored_sharing, with_external
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_objects
from dhis2api.objects.reading.plan import compile_fields
from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import Schema
from sharing.access import (
    DEFAULT_PUBLIC,
    NO_ACCESS,
    can_externalize,
    can_make_public,
    is_access_string,
    judge,
    without_data_bits,
)
from sharing.resource.errors import (
    DEFAULT_OBJECT,
    GROUP_ACCESS_INVALID,
    NO_MANAGE,
    OBJECT_NOT_FOUND,
    PUBLIC_ACCESS_INVALID,
    TYPE_NOT_SUPPORTED,
    USER_ACCESS_INVALID,
)
from sharing.resource.grants import followers, grants, known_groups, known_users, settle_external, store_sharing
from sharing.resource.guards import passage

# Older names, which DHIS2 2.36 reads in any case of letters.
_OLD_NAMES = {"chart": "visualization", "reporttable": "visualization"}
_SHOWN = "id,name,displayName,sharing,createdBy[id,name]"


def read_dialog(type_name: str, uid: str, context: ReadingContext) -> dict[str, Any]:
    """The members `meta` and `object` of an object's dialog.

    Errors: 409 for a type without sharing, 404 for a missing object, 403 (E1006) for an unreadable one.
    """
    schema = shareable_type(type_name)
    rows = schema.model._base_manager.filter(uid=uid)
    found = load_objects(compile_fields(schema, _SHOWN, default="id"), rows, context)
    rules, user = schema.rules, context.principal
    guard = passage(schema, uid, user)
    if not found or not guard.know:
        raise ApiError(OBJECT_NOT_FOUND, type_name, uid)
    shown = found[0]
    sharing = shown.get("sharing") or {}
    if not (guard.read and judge(rules, sharing, user).read):
        raise ApiError(NO_MANAGE)
    makes_public = can_make_public(rules, user)
    name = shown.get("displayName") or shown.get("name")
    groups = _shown_grants(sharing, "userGroups")
    return {
        "meta": {"allowPublicAccess": makes_public, "allowExternalAccess": can_externalize(rules, user)},
        "object": {
            "id": uid,
            "name": name,
            "displayName": name,
            "publicAccess": sharing.get("public") or (DEFAULT_PUBLIC if makes_public else NO_ACCESS),
            "externalAccess": bool(sharing.get("external")),
            "user": {name: text for name, text in (shown.get("createdBy") or {}).items() if name in ("id", "name")},
            "userGroupAccesses": sorted(groups, key=lambda grant: grant["name"]),
            "userAccesses": _shown_grants(sharing, "users"),
        },
    }


@transaction.atomic
def replace_by_dialog(type_name: str, uid: str, body: Any, user: Any) -> None:
    """Set an object's sharing as `{"object": {"publicAccess", "userAccesses", …}}` says; nothing is merged.

    Who may not make objects public leaves the public string as it is. Grants to nobody, or to groups that the caller
    may not read, are left out.
    Errors: 409 for a type without sharing, 404, 409 for a system default, 403 (E1006), 409 for the first string that
        is none of the grammar; nothing is written then.
    """
    schema = shareable_type(type_name)
    lock_for_update(schema, [uid])
    row = schema.model._base_manager.filter(uid=uid).values("pk", "sharing", "created_by__uid").first()
    rules, principal = schema.rules, user.principal
    guard = passage(schema, uid, principal)
    if row is None or not guard.know:
        raise ApiError(OBJECT_NOT_FOUND, type_name, uid)
    if uid in schema.wire.default_objects:
        raise ApiError(DEFAULT_OBJECT, type_name)
    stored = row["sharing"] or {}
    if not (guard.change and judge(rules, stored, principal).manage):
        raise ApiError(NO_MANAGE)
    given = _read(body)
    public = stored.get("public") or NO_ACCESS
    if given.public is not None and can_make_public(rules, principal):
        public = given.public
    if not rules.data_shareable:
        given, public = given.without_data_bits(), without_data_bits(public)
    sharing = stored_sharing(
        stored.get("owner") or row["created_by__uid"] or principal.uid,
        public,
        grants(given.users, known_users(given.users)),
        grants(given.groups, known_groups(given.groups, principal)),
    )
    sharing = with_external(sharing, settle_external(rules, principal, given.external, stored))
    store_sharing(schema, row["pk"], sharing, user)
    for follow in followers[schema.singular]:
        follow(row["pk"], sharing)


def shareable_type(name: str) -> Schema:
    """The type of a singular name. Errors: 409 for one that does not exist or has no sharing."""
    schema = find_schema(_OLD_NAMES.get(name.lower(), name))
    if schema is None or not schema.shareable:
        raise ApiError(TYPE_NOT_SUPPORTED, name)
    return schema


@dataclass(frozen=True, slots=True)
class Given:
    """What a dialog sent: access strings by uid."""

    public: str | None
    external: Any
    users: dict[str, str]
    groups: dict[str, str]

    def without_data_bits(self) -> Given:
        """The same for a type of which no data is shared."""
        users = {uid: without_data_bits(text) for uid, text in self.users.items()}
        groups = {uid: without_data_bits(text) for uid, text in self.groups.items()}
        return Given(self.public, self.external, users, groups)


def _read(body: Any) -> Given:
    """The order is DHIS2's: the public string, then groups, then users."""
    given = body.get("object", {}) if isinstance(body, Mapping) else body
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object whose member `object` is one, too")
    public = given.get("publicAccess")
    if public is not None and not is_access_string(public):
        raise ApiError(PUBLIC_ACCESS_INVALID, public)
    groups = _read_grants(given, "userGroupAccesses", GROUP_ACCESS_INVALID)
    users = _read_grants(given, "userAccesses", USER_ACCESS_INVALID)
    return Given(public, given.get("externalAccess"), users, groups)


def _read_grants(given: Mapping[str, Any], member: str, refusal: Code) -> dict[str, str]:
    entries = given.get(member)
    if entries is None:
        return {}
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ApiError(BAD_REQUEST, f"`{member}` must be a list of objects with the members `id` and `access`")
    for entry in entries:
        if entry.get("access") is not None and not is_access_string(entry["access"]):
            raise ApiError(refusal, entry["access"])
    return {e["id"]: e.get("access") or NO_ACCESS for e in entries if isinstance(e.get("id"), str)}


def _shown_grants(sharing: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    """Grants to somebody who is gone, whom nobody can name, are not shown."""
    return [
        {"id": uid, "name": grant["displayName"], "displayName": grant["displayName"], "access": grant.get("access")}
        for uid, grant in (sharing.get(member) or {}).items()
        if grant.get("displayName")
    ]
