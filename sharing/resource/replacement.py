"""`PUT /api/{type}/{id}/sharing`: the member `sharing` of an object, replaced.

Source: DHIS2 2.42, sharing; stricter in that nothing is stored beside errors, and nothing null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dhis2api.errors import BAD_REQUEST, E1005, ApiError, Code
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.errors import NO_UPDATE
from dhis2api.objects.importer.records import Fault, ImportObject
from dhis2api.objects.importer.report import Stats, TypeReport, object_report
from dhis2api.objects.importer.sharing import stored_sharing, with_external
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.schema import Schema
from sharing.access import NO_ACCESS, can_make_public, has_data_bits, is_access_string, judge
from sharing.resource.errors import E3013, E3015, E3016, E3017, E3018, E3019
from sharing.resource.grants import grants, known_groups, known_users, settle_external, store_sharing

# Where the grants stand, and what a bad string there is called; DHIS2's order.
_MEMBERS = (("userGroups", E3017), ("users", E3018))


@transaction.atomic
def replace_sharing(schema: Schema, uid: str, body: Any, user: Any) -> TypeReport | None:
    """Replace an object's owner, public string and grants. None when stored, else the report of what was wrong.

    An absent owner or public string stays; grants to nobody are left out.
    Errors: E3019 (409) for a type without sharing, 404 for an object that is missing or unreadable, 403 for one that
        may not be changed, 400 for a body of another shape. E3013 and E3015-E3018 are in the report; nothing was
        written then.
    """
    if not schema.shareable:
        raise ApiError(E3019, schema.singular)
    lock_for_update(schema, [uid])
    row = readable_rows(schema, ReadingContext(user.principal)).filter(uid=uid).values("pk", "sharing").first()
    if row is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    stored, rules, principal = row["sharing"] or {}, schema.rules, user.principal
    if not judge(rules, stored, principal).update:
        raise ApiError(NO_UPDATE)
    given = _check_shape(body)
    makes_public = can_make_public(rules, principal)
    faults = _faults(schema, uid, given, makes_public)
    if faults:
        item = ImportObject(schema, 0, {}, uid, faults=faults)
        return TypeReport(schema, Stats(ignored=1), [object_report(item)])
    access = {
        name: {key: grant.get("access") or NO_ACCESS for key, grant in given[name].items()} for name, _ in _MEMBERS
    }
    sharing = stored_sharing(
        given.get("owner") or stored.get("owner") or principal.uid,
        (given.get("public") if makes_public else None) or stored.get("public") or NO_ACCESS,
        grants(access["users"], known_users(access["users"])),
        grants(access["userGroups"], known_groups(access["userGroups"], principal)),
    )
    sharing = with_external(sharing, settle_external(rules, principal, given.get("external"), stored))
    store_sharing(schema, row["pk"], sharing, user)
    return None


def _check_shape(body: Any) -> dict[str, Any]:
    """The body with both maps of grants in it."""
    if not isinstance(body, Mapping):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    given = dict(body)
    if not isinstance(given.get("owner"), str | None):
        raise ApiError(BAD_REQUEST, "`owner` must be the id of a user")
    for name, _ in _MEMBERS:
        given[name] = given.get(name) or {}
        entries = given[name]
        if not isinstance(entries, Mapping) or not all(isinstance(grant, Mapping) for grant in entries.values()):
            raise ApiError(BAD_REQUEST, f"`{name}` must be an object whose members are objects with `id` and `access`")
    return given


def _faults(schema: Schema, uid: str, given: Mapping[str, Any], makes_public: bool) -> list[Fault]:
    """Without data sharing, a string that is absent counts as one with data bits, as in DHIS2."""
    rules = schema.rules
    found: list[tuple[Code, tuple[Any, ...]]] = []
    if uid in schema.wire.default_objects:
        found.append((E3013, (schema.singular,)))
    public = given.get("public")
    if public is not None and not is_access_string(public):
        found.append((E3015, (public,)))
    elif not rules.data_shareable and (has_data_bits(public) or (public is None and makes_public)):
        found.append((E3016, ()))
    for name, invalid in _MEMBERS:
        for grant in given[name].values():
            text = grant.get("access")
            if text is not None and not is_access_string(text):
                found.append((invalid, (text,)))
            elif not rules.data_shareable and (text is None or has_data_bits(text)):
                found.append((E3016, ()))
    return [Fault(code, args, error_klass=schema.klass, main_id=uid) for code, args in found]
