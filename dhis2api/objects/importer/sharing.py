"""Sharing of imported objects: old shapes read, defaults given, stored only in DHIS2's present shape.

Source: DHIS2 2.42, sharing, defaults at creation; legacy members as up to 2.40.
"""

from __future__ import annotations

from typing import Any

from dhis2api.objects.importer.records import Bundle, ImportObject
from sharing.access import DEFAULT_PUBLIC, NO_ACCESS, can_externalize, can_make_public


def normalise_sharing(item: ImportObject, bundle: Bundle) -> None:
    """Give `item.raw["sharing"]` the stored shape.

    A payload without a public string is reset: the importer owns the object, nobody is granted anything, and it is
    public where the importer may make it so and the type is not private by default. This holds for updates too.
    """
    given = _given(item.raw)
    owner = given.get("owner")
    owner = owner if isinstance(owner, str) and owner else bundle.principal.uid
    rules = item.schema.rules
    if given.get("public") in (None, ""):
        is_public = can_make_public(rules, bundle.principal) and not rules.default_private
        sharing = stored_sharing(owner, DEFAULT_PUBLIC if is_public else NO_ACCESS)
    else:
        sharing = stored_sharing(
            owner, given["public"], stored_grants(given.get("users")), stored_grants(given.get("userGroups"))
        )
    # Without the authority the member is passed over, as up to 2.40.
    is_external = given.get("external") is True and can_externalize(rules, bundle.principal)
    item.raw["sharing"] = with_external(sharing, is_external)


def settled_sharing(item: ImportObject, bundle: Bundle) -> dict[str, Any]:
    """The sharing that an object gets; who may not change whether it is external leaves that as it is stored."""
    sharing = item.raw["sharing"]
    stored = (item.stored or {}).get("sharing") or {}
    if stored.get("external") and not can_externalize(item.schema.rules, bundle.principal):
        return with_external(sharing, True)
    return sharing


def join_legacy_sharing(raw: dict[str, Any], stored: dict[str, Any]) -> None:
    """Put the old members of a partial update into the stored sharing; what they do not say stays.

    `raw` gains `sharing`, unless it names none of them.
    """
    given = _legacy(raw)
    if given and "sharing" not in raw:
        raw["sharing"] = stored | given


def keep_public(patched: Any, public: str | None) -> Any:
    """A patched sharing, with the stored public string where the patch took it away.

    An import without one resets sharing, which would open a private object to everybody.
    """
    if isinstance(patched, dict | None) and not (patched or {}).get("public"):
        return (patched or {}) | {"public": public}
    return patched


def private_sharing(owner: str) -> dict[str, Any]:
    """The sharing of a new object whose import skips sharing."""
    return stored_sharing(owner, NO_ACCESS)


def stored_sharing(
    owner: str, public: Any, users: dict[str, Any] | None = None, groups: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The shape that is stored: without display names."""
    return {"owner": owner, "public": public, "users": users or {}, "userGroups": groups or {}}


def with_external(sharing: dict[str, Any], is_external: bool) -> dict[str, Any]:
    """The same sharing, marked as external or not; only the mark itself is stored."""
    kept = {name: value for name, value in sharing.items() if name != "external"}
    return kept | {"external": True} if is_external else kept


def stored_grants(given: Any) -> dict[str, Any]:
    """Grants by uid; one without an access string grants nothing (DHIS2 reads it as every right)."""
    if not isinstance(given, dict):
        return {}
    return {
        uid: {"id": uid, "access": grant.get("access") or NO_ACCESS}
        for uid, grant in given.items()
        if isinstance(grant, dict)
    }


def _given(raw: dict[str, Any]) -> dict[str, Any]:
    sharing = raw.get("sharing")
    return sharing if isinstance(sharing, dict) and sharing else _legacy(raw)


def _legacy(raw: dict[str, Any]) -> dict[str, Any]:
    legacy: dict[str, Any] = {}
    if raw.get("publicAccess"):
        legacy["public"] = raw["publicAccess"]
    if isinstance(raw.get("externalAccess"), bool):
        legacy["external"] = raw["externalAccess"]
    for old, new in (("userAccesses", "users"), ("userGroupAccesses", "userGroups")):
        if isinstance(raw.get(old), list):
            legacy[new] = {g["id"]: g for g in raw[old] if isinstance(g, dict) and isinstance(g.get("id"), str)}
    return legacy
