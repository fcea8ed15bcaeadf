"""Members of collections through addresses of their own: `/api/{type}/{id}/{collection}`.

Each change is a partial update of whoever owns the relation, by the one import: adding a data element to a group from
the element's side changes the group, under the group's access and its rules. What else stands in the collection is
never read. Source: DHIS2 2.42, metadata API, collections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dhis2api.errors import E1005, ApiError, Code
from dhis2api.objects.crud import lock_for_update, require_update
from dhis2api.objects.errors import (
    E1108,
    E1109,
    ONLY_COLLECTIONS_ADDED,
    ONLY_COLLECTIONS_REMOVED,
    ONLY_COLLECTIONS_REPLACED,
    UNKNOWN_PROPERTY,
)
from dhis2api.objects.importer.decode import PartialUpdate
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.pipeline import import_partly
from dhis2api.objects.importer.records import Fault, ImportObject, MemberChange
from dhis2api.objects.importer.report import Stats, TypeReport, object_report
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import get_schema
from dhis2api.objects.relations import owning_side
from dhis2api.objects.schema import Property, Schema, Shape

_PARAMS = MetadataImportParams(strategy_name="UPDATE")


@dataclass(frozen=True, slots=True)
class CollectionReport:
    """What became of the members: entered ones count as updated, gone ones as deleted, all others as ignored."""

    types: TypeReport

    @property
    def is_ok(self) -> bool:
        return not self.types.objects

    def to_dict(self) -> dict[str, Any]:
        """The `response` member of the WebMessage."""
        return {
            "responseType": "TypeReport", "status": "OK" if self.is_ok else "ERROR",
            "stats": self.types.stats.to_dict(), "objectReports": self.types.objects,
        }  # fmt: skip


def add_members(schema: Schema, uid: str, name: str, items: Sequence[str], user: Any) -> CollectionReport:
    """Put objects into the collection; unknown ids are skipped. Errors: 404, 403, 409 for what is no collection."""
    return change_members(schema, uid, name, items, [], user, refusal=ONLY_COLLECTIONS_ADDED)


def remove_members(schema: Schema, uid: str, name: str, items: Sequence[str], user: Any) -> CollectionReport:
    """Take objects out of the collection. Errors: as for adding."""
    return change_members(schema, uid, name, [], items, user, refusal=ONLY_COLLECTIONS_REMOVED)


@transaction.atomic
def change_members(
    schema: Schema, uid: str, name: str, additions: Iterable[str], deletions: Iterable[str], user: Any, *,
    refusal: Code = ONLY_COLLECTIONS_ADDED,
) -> CollectionReport:  # fmt: skip
    """Deletions first, then additions, all or none of them."""
    prop = _collection(schema, name, refusal)
    require_update(schema, uid, user, member=name)
    entering, leaving = _keys(prop, additions), _keys(prop, deletions)
    present = _present(schema, prop, uid, entering | leaving)
    gone = [key for key in leaving if key in present]
    added = [key for key in entering if key not in present or key in gone]
    report = TypeReport(schema)
    _apply(schema, prop, uid, added, gone, user, report)
    if not report.objects:
        report.stats = Stats(updated=len(added), deleted=len(gone))
    report.stats.ignored = len(entering) + len(leaving) - report.stats.updated - report.stats.deleted
    return CollectionReport(report)


@transaction.atomic
def replace_members(schema: Schema, uid: str, name: str, items: Iterable[str], user: Any) -> CollectionReport:
    """Leave just these objects in the collection: all that are present count as deleted, all given as updated."""
    prop = _collection(schema, name, ONLY_COLLECTIONS_REPLACED)
    require_update(schema, uid, user)
    if prop.owner:
        lock_for_update(schema, [uid])  # what another replacement puts in is seen, and goes
    wanted = _keys(prop, items)
    present = _present(schema, prop, uid, None)
    report = TypeReport(schema)
    gone = [key for key in present if key not in wanted]
    _apply(schema, prop, uid, [key for key in wanted if key not in present], gone, user, report)
    if report.objects:
        report.stats.ignored = len(wanted)
    else:
        report.stats = Stats(updated=len(wanted), deleted=len(present))
    return CollectionReport(report)


def find_member(schema: Schema, name: str) -> Property:
    """The property of that name. Errors: 404 where the type has none."""
    prop = schema.properties.get(name)
    if prop is None or not prop.readable:
        raise ApiError(UNKNOWN_PROPERTY, name, schema.klass)
    return prop


def find_item(schema: Schema, uid: str, name: str, item: str, context: ReadingContext) -> Schema:
    """The type of the object `item`, which stands in the collection of the object `uid`.

    Errors: 404 where the object is missing or unreadable, where it has no such collection, or not that in it.
    """
    prop = find_member(schema, name)
    owner = readable_rows(schema, context).filter(uid=uid)
    if not owner.exists():
        raise ApiError(E1005, schema.simple_klass, uid)
    if not prop.collection or prop.link is None or get_schema(prop.target).embedded:
        raise ApiError(UNKNOWN_PROPERTY, name, schema.klass)
    if item not in _present(schema, prop, uid, {item: None}):
        raise ApiError(E1005, get_schema(prop.target).simple_klass, item)
    return get_schema(prop.target)


def _collection(schema: Schema, name: str, refusal: Code) -> Property:
    """Errors: 404 for a name that is no member, 409 with `refusal` for one that is no collection of objects."""
    prop = find_member(schema, name)
    is_kept = (
        prop.collection
        and prop.shape is Shape.MEMBERS
        and (prop.owner and prop.writable or owning_side(prop) is not None)
    )
    if not is_kept or schema.wire.read_only or get_schema(prop.target).wire.read_only:
        raise ApiError(refusal)
    return prop


def _keys(prop: Property, uids: Iterable[str]) -> dict[str, None]:
    """Those of the uids that name an object, in their order."""
    given = list(dict.fromkeys(uids))
    known = set(get_schema(prop.target).model._base_manager.filter(uid__in=given).values_list("uid", flat=True))
    return {uid: None for uid in given if uid in known}


def _present(schema: Schema, prop: Property, uid: str, among: dict[str, None] | None) -> dict[str, None]:
    """The uids of the members; `among`: only of these."""
    link, target = prop.link, get_schema(prop.target)
    owner = schema.model._base_manager.filter(uid=uid).values("pk")
    rows = link.model._base_manager.filter(**{f"{link.owner_column}__in": owner})
    members = target.model._base_manager.filter(pk__in=rows.values(link.member_column))
    if among is not None:
        members = members.filter(uid__in=list(among))
    return dict.fromkeys(members.order_by("pk").values_list("uid", flat=True))


def _apply(
    schema: Schema, prop: Property, uid: str, added: list[str], gone: list[str], user: Any, report: TypeReport
) -> None:
    """Change the owners of the relation; the faults of those that refuse come into the report."""
    if not added and not gone:
        return
    if prop.owner:
        changes = [MemberChange({"id": key}, adds=False) for key in gone]
        changes += [MemberChange({"id": key}, adds=True) for key in added]
        _update(schema, [PartialUpdate(uid, changes={prop.name: changes})], set(added), user, report)
        return
    owning, target = owning_side(prop), get_schema(prop.target)
    updates = [_owner_update(owning, key, uid, adds=False) for key in gone if key not in set(added)]
    updates += [_owner_update(owning, key, uid, adds=True) for key in added]
    _update(target, updates, set(added), user, report)


def _owner_update(owning: Property, owner: str, uid: str, *, adds: bool) -> PartialUpdate:
    if owning.shape is Shape.REFERENCE:
        return PartialUpdate(owner, {owning.name: {"id": uid} if adds else None})
    return PartialUpdate(owner, changes={owning.name: [MemberChange({"id": uid}, adds=adds)]})


def _update(schema: Schema, updates: list[PartialUpdate], added: set[str], user: Any, report: TypeReport) -> None:
    lock_for_update(schema, [update.uid for update in updates])
    items, _ = import_partly(schema, updates, params=_PARAMS, user=user, members_only=True)
    for item in items:
        if item.faults:
            adds = item.uid in added or any(c.adds for changes in item.changes.values() for c in changes)
            report.objects.append(_refused(item, E1108 if adds else E1109))


def _refused(item: ImportObject, code: Code) -> dict[str, Any]:
    """The report of an owner that does not take (or let go) the member."""
    item.faults = [Fault(code, (fault.code.message(*fault.args),), fault.property, main_id=item.uid)
                   for fault in item.faults]  # fmt: skip
    return object_report(item)
