"""A dashboard's sharing goes down to what it shows, so that who sees the dashboard sees something on it.

Who may read the dashboard by a grant of his own, or of a group, may then read its items and the metadata that they
are made of; the public string is never passed on. Source: DHIS2 2.42, sharing, cascade; the grants of groups are
merged even where a user's grant was (DHIS2 leaves them out).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.document_references import declared_members, references_in
from dhis2api.objects.errors import E3001, E5001
from dhis2api.objects.importer.records import describe
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import get_schema
from dhis2api.objects.relations import member_keys
from dhis2api.objects.schema import Schema
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds
from sharing.access import judge
from sharing.resource.errors import DASHBOARD_NOT_FOUND

READ_ONLY = "r-------"
# What stands on a dashboard and is made of other metadata; a map is shared alone.
COMPOSED = ("visualization", "eventVisualization", "eventReport", "eventChart")
SHOWN = (*COMPOSED, "map")
USED = (
    "dataElement", "indicator", "category", "categoryOption", "dataElementGroup", "dataElementGroupSet",
    "categoryOptionGroup", "categoryOptionGroupSet", "trackedEntityAttribute", "legendSet", "programStage",
)  # fmt: skip

Key = tuple[str, str]  # type and uid


@dataclass(slots=True)
class Cascade:
    """What changes, and what cannot."""

    user: Any
    grants: Mapping[str, set[str]]  # `users` and `userGroups`: who reads the dashboard
    changed: dict[Key, dict[str, Any]] = field(default_factory=dict)  # the row, with its new sharing
    errors: list[dict[str, Any]] = field(default_factory=list)
    items: int = 0  # dashboard items of which something changes

    def to_dict(self) -> dict[str, Any]:
        """The report; `countUpdatedDashboardItems` is spelt as DHIS2's code does, its docs differ."""
        updated: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for (singular, uid), row in self.changed.items():
            updated[get_schema(singular).plural].append({"id": uid, "name": row["name"]})
        return {
            "errorReports": self.errors, "countUpdatedDashboardItems": self.items, "updateObjects": dict(updated),
        }  # fmt: skip


@transaction.atomic
def cascade_sharing(uid: str, *, dry_run: bool, atomic: bool, user: Any) -> dict[str, Any]:
    """Pass a dashboard's grants on; one query a type for any number of items.

    Errors: 404 for a dashboard that is missing or unreadable. What may not be read (E5001) or changed (E3001) is in
        the report; with `atomic` nothing is changed then.
    """
    context = ReadingContext(user.principal)
    dashboards = readable_rows(get_schema("dashboard"), context).filter(uid=uid)
    dashboard = dashboards.values("sharing", "content").first()
    if dashboard is None:
        raise ApiError(DASHBOARD_NOT_FOUND, uid)
    cascade = Cascade(user, {member: _readers(dashboard["sharing"], member) for member in ("users", "userGroups")})
    items = [_items_objects(item) for item in dashboard["content"].get("dashboardItems") or ()]
    if any(cascade.grants.values()):
        uses = _visit_shown(cascade, [key for keys in items for key in keys])
        _visit_used(cascade, uses)
        cascade.items = sum(
            any(key in cascade.changed or not uses[key].isdisjoint(cascade.changed) for key in keys) for keys in items
        )
    if atomic and cascade.errors:
        cascade.changed, cascade.items = {}, 0
    if not dry_run:
        _store(cascade)
    return cascade.to_dict()


def _readers(sharing: Mapping[str, Any], member: str) -> set[str]:
    return {uid for uid, grant in (sharing.get(member) or {}).items() if (grant.get("access") or "").startswith("r")}


def _items_objects(item: Mapping[str, Any]) -> list[Key]:
    return [(name, item[name]["id"]) for name in SHOWN if item.get(name)]


def _visit_shown(cascade: Cascade, keys: Iterable[Key]) -> dict[Key, set[Key]]:
    """Share the objects of the items; what each of them uses, of those that the caller may read."""
    uses: dict[Key, set[Key]] = defaultdict(set)
    for schema, rows in _load(keys, ("content",)):
        for row in rows.values():
            key = (schema.singular, row["uid"])
            if _share(cascade, schema, row) and schema.singular in COMPOSED:
                uses[key] = set(_used_in(schema, row["content"]))
    groups = {key for used in uses.values() for key in used if key[0] == "categoryOptionGroup"}
    options = _options_of(groups)
    for used in uses.values():
        used.update(option for key in used & groups for option in options[key])
    return uses


def _visit_used(cascade: Cascade, uses: Mapping[Key, set[Key]]) -> None:
    for schema, rows in _load(set().union(*uses.values()) if uses else ()):
        for row in rows.values():
            _share(cascade, schema, row)


def _used_in(schema: Schema, content: Mapping[str, Any]) -> Iterable[Key]:
    for prop in declared_members(schema):
        if content.get(prop.name) is not None:
            for singular, reference in references_in(prop, content[prop.name]):
                if singular in USED:
                    yield singular, reference["id"]


def _options_of(groups: Iterable[Key]) -> dict[Key, list[Key]]:
    """The category options in each of these category option groups."""
    schema = get_schema("categoryOptionGroup")
    rows = schema.model._base_manager.filter(uid__in=[uid for _, uid in groups])
    keys = dict(rows.values_list("pk", "uid"))
    members = member_keys(schema.properties["categoryOptions"], list(keys)) if keys else {}
    option = get_schema("categoryOption").model._base_manager
    uids = dict(option.filter(pk__in={pk for pks in members.values() for pk in pks}).values_list("pk", "uid"))
    found: dict[Key, list[Key]] = defaultdict(list)
    for pk, uid in keys.items():
        found["categoryOptionGroup", uid] = [("categoryOption", uids[one]) for one in members.get(pk, ())]
    return found


def _load(keys: Iterable[Key], more: tuple[str, ...] = ()) -> Iterable[tuple[Schema, dict[str, dict[str, Any]]]]:
    """The rows by uid, type after type, locked against other changes of their sharing."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for singular, uid in keys:
        by_type[singular].append(uid)
    for singular in sorted(by_type):
        schema = get_schema(singular)
        lock_for_update(schema, by_type[singular])
        rows = schema.model._base_manager.filter(uid__in=by_type[singular]).order_by("name", "uid")
        yield schema, {row["uid"]: row for row in rows.values("pk", "uid", "name", "sharing", *more)}


def _share(cascade: Cascade, schema: Schema, row: dict[str, Any]) -> bool:
    """Give the dashboard's readers the right to read one object. Whether the caller may read it."""
    principal, sharing = cascade.user.principal, row["sharing"]
    verdict = judge(schema.rules, sharing, principal)
    if not verdict.read:
        cascade.errors.append(_error(schema, E5001, row["uid"], schema.simple_klass))
        return False
    shared = _shared_with(sharing, cascade.grants)
    if shared == sharing:
        return True
    if not verdict.update:
        shown = describe(row["name"], row["uid"], schema)
        cascade.errors.append(_error(schema, E3001, principal.username, shown))
        return True
    cascade.changed[schema.singular, row["uid"]] = row | {"sharing": shared}
    return True


def _shared_with(sharing: Mapping[str, Any], grants: Mapping[str, set[str]]) -> Mapping[str, Any]:
    """The sharing with the grants in it; where everybody reads, and where a grant reads, nothing changes."""
    if (sharing.get("public") or "").startswith("r"):
        return sharing
    shared = dict(sharing)
    for member, uids in grants.items():
        known = shared.get(member) or {}
        missing = {uid for uid in uids if not (known.get(uid, {}).get("access") or "").startswith("r")}
        shared[member] = known | {uid: {"id": uid, "access": READ_ONLY} for uid in sorted(missing)}
    return shared


def _store(cascade: Cascade) -> None:
    now = to_milliseconds(timezone.now())
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (singular, _), row in cascade.changed.items():
        by_type[singular].append(row)
    for singular, rows in by_type.items():
        model = get_schema(singular).model
        objects = [
            model(pk=row["pk"], sharing=row["sharing"], last_updated=now, last_updated_by_id=cascade.user.pk)
            for row in rows
        ]
        model._base_manager.bulk_update(objects, ["sharing", "last_updated", "last_updated_by"])
    if by_type:
        record_writer(now)


def _error(schema: Schema, code: Any, *args: str) -> dict[str, Any]:
    return {
        "message": code.message(*args), "args": list(args), "mainKlass": schema.klass, "errorCode": code.name,
        "errorProperties": list(args),
    }  # fmt: skip
