"""The current user as `/api/me` shows it: the user object and what follows from roles, sharing and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dhis2api.objects.query.fields import Selection, parse_fields
from dhis2api.objects.query.transformers import transform
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_objects
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import Node, compile_selections
from dhis2api.objects.registry import find_schema, get_schema
from sharing.access import data_readable, readable
from users.models import ApiToken, User
from users.user_settings import user_settings

EVERYTHING = frozenset({"*", ":all"})


def current_user(user: User, fields: str, context: ReadingContext) -> dict[str, Any]:
    """`/api/me`. Groups and roles are those that the user may read; `dataSets` those whose data is readable."""
    selections = parse_fields(fields or "*")
    node = compile_selections(get_schema("user"), selections)
    shown = load_objects(node, User.objects.filter(pk=user.pk), context)[0]
    _hide_unreadable(shown, node, user, context)
    wanted = {s.name: s for s in selections if not s.excluded}
    removed = {s.name for s in selections if s.excluded}
    _add_tokens(shown, wanted, removed, user, context)
    for name, compute in MEMBERS.items():
        if name in removed or not (name in wanted or EVERYTHING & wanted.keys()):
            continue
        selection = wanted.get(name, Selection(name))
        value = compute(user)
        value = pick(value, selection.children) if selection.children else value
        key, value = transform(name, value, selection.transformers)
        shown[key] = value
    return shown


def _add_tokens(
    shown: dict[str, Any], wanted: dict[str, Selection], removed: set[str], user: User, context: ReadingContext
) -> None:
    """`patTokens`: the user's own, by id unless more is asked for."""
    if "patTokens" in removed or not ("patTokens" in wanted or EVERYTHING & wanted.keys()):
        return
    selection = wanted.get("patTokens", Selection("patTokens"))
    node = compile_selections(get_schema("apiToken"), selection.children or (Selection("id"),))
    tokens = load_objects(node, ApiToken.objects.filter(created_by=user.pk).order_by("pk"), context)
    key, value = transform("patTokens", tokens, selection.transformers)
    shown[key] = value


def authorities(user: User) -> list[str]:
    """The strings of all roles; ALL is not expanded."""
    return sorted(user.authorities)


def has_authority(user: User, authority: str) -> bool:
    """Whether the user holds the authority; a superuser holds every one."""
    return user.principal.has_any((authority,))


def _data_readable(singular: str) -> Callable[[User], list[str]]:
    def uids(user: User) -> list[str]:
        schema = find_schema(singular)
        if schema is None:
            return []
        rows = schema.model._base_manager.filter(data_readable(schema.rules, user.principal))
        return list(rows.order_by("pk").values_list("uid", flat=True))

    return uids


MEMBERS: dict[str, Callable[[User], Any]] = {
    "settings": user_settings,
    "authorities": authorities,
    "programs": _data_readable("program"),
    "dataSets": _data_readable("dataSet"),
}


def _hide_unreadable(shown: dict[str, Any], node: Node, user: User, context: ReadingContext) -> None:
    """`userGroups` and `userRoles`, those of `userCredentials`, too, are filtered by the caller's read access; the
    roles' authorities are not."""
    if (mirror := node.entries.get("userCredentials")) is not None:
        credentials = shown.get(transform("userCredentials", None, mirror.transformers)[0])
        if isinstance(credentials, dict) and "userRoles" in credentials:
            rules = get_schema("userRole").rules
            roles = set(user.user_roles.filter(readable(rules, context.principal)).values_list("uid", flat=True))
            credentials["userRoles"] = [role for role in credentials["userRoles"] if role.get("id") in roles]
    for name, members in (("userGroups", user.user_groups), ("userRoles", user.user_roles)):
        entry = node.entries.get(name)
        if entry is None:
            continue
        allowed = members.filter(readable(entry.node.schema.rules, context.principal)).order_by("pk")
        key, value = transform(name, load_objects(entry.node, allowed, context), entry.transformers)
        shown[key] = value
