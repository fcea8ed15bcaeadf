"""Checks of a single object; each yields its faults and is named for the fact that must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dhis2api.objects.errors import (
    E1106,
    E1107,
    E3000,
    E3001,
    E3002,
    E3008,
    E3009,
    E3010,
    E3011,
    E4000,
    E4001,
    E4002,
    E4003,
    E4004,
    E4006,
    E4008,
    E4011,
    E4014,
    E4049,
    E5000,
    E5001,
    E5002,
    E6012,
)
from dhis2api.objects.importer.params import Strategy
from dhis2api.objects.importer.preheat import Preheat
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject, describe
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from dhis2api.objects.uids import is_uid
from sharing.access import (
    NO_ACCESS,
    Principal,
    can_create,
    can_make_private,
    can_make_public,
    has_data_bits,
    is_access_string,
    judge,
)

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_URL = re.compile(r"https?://[^\s]+")
_COLOR = re.compile(r"#([0-9a-fA-F]{3}){1,2}")
USERNAME = re.compile(r"(?=.{4,255}$)(?![-_.@])(?!.*[-_.@]{2})[-_.@a-zA-Z0-9]+(?<![-_.@])")


def user_may(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E3000, E3001, E3002: authority and sharing, as stored, allow the action."""
    user, rules = bundle.principal, item.schema.rules
    if item.action is Action.CREATE and not can_create(rules, user):
        yield Fault(E3000, (user.username, item.schema.simple_klass))
    if item.stored is None:
        return
    verdict = judge(rules, item.stored.get("sharing"), user)
    # The stored name is not for who may not read the object.
    shown = item.describe() if verdict.read or not item.is_partial else describe(None, item.uid, item.schema)
    may_update = verdict.update or (verdict.read and _changes_open_members(item, user))
    if item.action is Action.UPDATE and not may_update:
        yield Fault(E3001, (user.username, shown), main_id=item.uid)
    if item.action is Action.DELETE and not verdict.delete:
        yield Fault(E3002, (user.username, shown), main_id=item.uid)


def _changes_open_members(item: ImportObject, user: Principal) -> bool:
    """Whether nothing changes but collections that an authority of their own opens to the user."""
    if not item.changes or item.raw.keys() - {"id"}:
        return False
    return all(user.has_any(item.schema.wire.member_authorities.get(name, ())) for name in item.changes)


def sharing_is_allowed(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E3008-E3011 for what is not the superuser's, E5002 for grants to nobody."""
    if not item.schema.shareable or bundle.params.skip_sharing or item.keeps("sharing"):
        return
    sharing = item.raw["sharing"]
    for member, target in (("users", "user"), ("userGroups", "userGroup")):
        for uid in sharing[member]:
            if uid not in heat.by_uid[target]:
                shown = describe(None, uid, get_schema(target))
                association = "userAccesses" if member == "users" else "userGroupAccesses"
                yield Fault(E5002, (shown, item.describe(), association), association, main_id=item.uid)
    strings = [sharing["public"]]
    strings += [grant["access"] for member in ("users", "userGroups") for grant in sharing[member].values()]
    for text in strings:
        if not is_access_string(text):
            # A superuser's payload is not exempt here: a malformed string would decide access by accident.
            yield Fault(E3010, (text,))
            return
    user, rules = bundle.principal, item.schema.rules
    if user.is_superuser:
        return
    if sharing["public"] != NO_ACCESS and not can_make_public(rules, user):
        yield Fault(E3008, (user.username, item.schema.simple_klass))
    elif sharing["public"] == NO_ACCESS and not (can_make_private(rules, user) or can_make_public(rules, user)):
        yield Fault(E3009, (user.username, item.schema.simple_klass))
    if not rules.data_shareable and any(has_data_bits(text) for text in strings):
        yield Fault(E3011, (item.schema.simple_klass,))


def exists_or_not(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E5000: CREATE of what exists; E5001: UPDATE or DELETE of what does not."""
    strategy, kind = bundle.params.strategy, bundle.params.identifier.value
    if strategy is Strategy.CREATE and item.stored is not None:
        yield Fault(E5000, (kind, item.describe()), "id", main_id=item.uid)
    if strategy in (Strategy.UPDATE, Strategy.DELETE) and item.stored is None:
        yield Fault(E5001, (kind, item.describe()), "id", main_id=item.uid)


def content_fits_schema(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E4000-E4008, E4049: required members, lengths, ranges, e-mail, URL, colour and user name."""
    yield from content_faults(item.schema, item.values, item.faults)
    for name, rows in item.embedded.items():
        prop = item.schema.properties[name]
        if prop.required and not rows:
            yield Fault(E4000, (name,), name, prop.klass)
        child = get_schema(prop.target)
        for row in rows:
            yield from content_faults(child, row.values, item.faults, f"{name}.")


def named_content_fits_schema(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """The same of just the members that the payload names."""
    columns = {p.column for name, p in item.schema.properties.items() if name in item.raw and p.column}
    named = {column: value for column, value in item.values.items() if column in columns}
    yield from content_faults(item.schema, named, item.faults)


def content_faults(
    schema: Schema, values: dict[str, Any], known: Sequence[Fault] = (), prefix: str = ""
) -> Iterator[Fault]:
    """Faults of column values; a reference that is known not to resolve is not reported again as missing."""
    unresolved = {fault.property for fault in known if fault.is_reference}
    for prop in schema.properties.values():
        if prop.column is None or prop.column not in values or not prop.writable:
            continue
        value = values[prop.column]
        if value is None:
            if prop.required and prop.singular not in unresolved:
                yield Fault(E4000, (prop.name,), f"{prefix}{prop.name}", prop.klass)
        elif prop.is_text:
            yield from text_faults(prop, value, prefix)
        elif prop.kind in (Kind.INTEGER, Kind.NUMBER):
            yield from range_faults(prop, value, prefix)
        elif prop.shape is Shape.JSON and prop.length and len(str(value)) > prop.length:
            yield Fault(E4001, (prop.name, prop.length, len(str(value))), f"{prefix}{prop.name}", prop.klass)


def text_faults(prop: Property, value: str, prefix: str) -> Iterator[Fault]:
    """E4001-E4004, E4006, E4049 of a text."""
    name = f"{prefix}{prop.name}"
    if prop.length is not None and len(value) > prop.length:
        yield Fault(E4001, (prop.name, prop.length, len(value)), name, prop.klass)
    if prop.min_length is not None and len(value) < prop.min_length:
        limit = prop.length or 2_147_483_647
        yield Fault(E4002, (prop.name, prop.min_length, limit, len(value)), name, prop.klass)
    if prop.kind is Kind.EMAIL and not EMAIL.fullmatch(value):
        yield Fault(E4003, (prop.name, value), name, prop.klass)
    if prop.kind is Kind.URL and not _URL.fullmatch(value):
        yield Fault(E4004, (prop.name, value), name, prop.klass)
    if prop.kind is Kind.COLOR and not _COLOR.fullmatch(value):
        yield Fault(E4006, (prop.name, value), name, prop.klass)
    if prop.kind is Kind.USERNAME and not USERNAME.fullmatch(value):
        yield Fault(E4049, (prop.name, value), name, prop.klass)


def range_faults(prop: Property, value: float, prefix: str) -> Iterator[Fault]:
    """E4008 of a number."""
    low = prop.minimum if prop.minimum is not None else float("-inf")
    high = prop.maximum if prop.maximum is not None else float("inf")
    if not low <= value <= high:
        yield Fault(E4008, (prop.name, low, high, value), f"{prefix}{prop.name}", prop.klass)


def attributes_are_assigned(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E6012, E5002: every custom attribute exists and is meant for this type."""
    flag = item.schema.attribute_column
    in_payload = {o.uid: o for o in bundle.of("attribute")}
    for uid in item.values.get("attribute_values") or {}:
        if uid in in_payload:
            assigned = bool(in_payload[uid].values.get(flag))
        elif uid in heat.attributes:
            assigned = bool(heat.attributes[uid].get(flag))
        else:
            shown = describe(None, uid, get_schema("attribute"))
            yield Fault(E5002, (shown, item.describe(), "attributeValues"), "attributeValues", main_id=item.uid)
            continue
        if not assigned:
            yield Fault(E6012, (uid, item.schema.simple_klass), "attributeValues", main_id=item.uid)


def mandatory_attributes_present(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E4011: attributes marked mandatory for the type have a value."""
    if not item.schema.has_attributes:
        return
    flag = item.schema.attribute_column
    values = item.values.get("attribute_values") or {}
    for uid, attribute in heat.attributes.items():
        if attribute["mandatory"] and attribute.get(flag) and uid not in values:
            yield Fault(E4011, (uid,), "attributeValues", main_id=item.uid)


def translations_are_single(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E1106, E1107, E4000: one translation a property and locale, each complete."""
    translations = item.raw.get("translations") or []
    if translations and not item.schema.translatable:
        yield Fault(E1107, (item.schema.simple_klass,))
        return
    seen = set()
    for entry in translations:
        entry = entry if isinstance(entry, dict) else {}
        missing = [name for name in ("property", "locale", "value") if not isinstance(entry.get(name), str)]
        for name in missing:
            yield Fault(E4000, (name,), name)
        if missing:
            continue
        key = (entry["property"], entry["locale"])
        if key in seen:
            shown = next((p.name for p in item.schema.properties.values() if p.translation_key == key[0]), key[0])
            yield Fault(E1106, (shown, key[1], item.schema.simple_klass, item.uid))
        seen.add(key)


def uid_is_well_formed(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E4014 on create; old objects with a malformed uid may still be updated."""
    if item.action is Action.CREATE and not is_uid(item.uid):
        yield Fault(E4014, (item.uid, item.schema.simple_klass))
