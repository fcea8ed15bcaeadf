"""Fifth stage: set-based writing in one transaction.

New rows have their keys already, so rows go in with one statement a type, in any order (foreign keys are deferred to
the commit). Collections are changed by what differs, never rewritten: a group of 100,000 that gains one member
writes one row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.utils import timezone

from dhis2api.objects.errors import E4030
from dhis2api.objects.importer.deletion import delete_collected, held_keys
from dhis2api.objects.importer.document_upkeep import forget_in_documents
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.member_changes import add_members, change_members
from dhis2api.objects.importer.preheat import owned_collections
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject
from dhis2api.objects.importer.resolve import natural_key
from dhis2api.objects.importer.sharing import private_sharing
from dhis2api.objects.importer.swaps import free_taken_values
from dhis2api.objects.models import ApiObject
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape

BATCH = 20_000  # rows a statement: one statement a type for all but the largest payloads

# Columns that every update sets.
_STAMPS = ("last_updated", "last_updated_by_id")
# Columns that an update never touches.
_KEPT = frozenset({"id", "uid", "created", "created_by_id"})


def write(bundle: Bundle) -> None:
    """Write every object without faults; deletions report their vetoes as faults."""
    accepted: dict[str, list[ImportObject]] = {}
    for singular, objects in bundle.objects.items():
        accepted[singular] = [o for o in objects if not _is_refused(o)]
    for singular, objects in accepted.items():
        saved = [o for o in objects if o.action is not Action.DELETE]
        for hook in hooks_of(singular).before_write:
            hook(bundle, saved)
        _write_rows(bundle, get_schema(singular), saved)
    for singular, objects in accepted.items():
        schema = get_schema(singular)
        saved = [o for o in objects if o.action is not Action.DELETE]
        for prop in owned_collections(schema):
            _write_members(bundle, prop, saved)
            change_members(prop, saved)
        for prop in schema.properties.values():
            if prop.shape is Shape.EMBEDDED and prop.owner:
                _write_embedded(prop, saved)
    for singular, objects in accepted.items():
        saved = [o for o in objects if o.action is not Action.DELETE]
        for hook in hooks_of(singular).after_write:
            hook(bundle, saved)
    for singular in reversed(accepted):
        deleted = [o for o in accepted[singular] if o.action is Action.DELETE]
        delete(get_schema(singular), deleted, force=bundle.force)


def _is_refused(item: ImportObject) -> bool:
    return any(not fault.droppable for fault in item.faults) or (
        item.action is not Action.CREATE and item.stored is None
    )


def _write_rows(bundle: Bundle, schema: Schema, objects: list[ImportObject]) -> None:
    if not objects:
        return
    for item in objects:
        _complete(bundle, item)
    manager = schema.model._base_manager
    # Older names of a type share its table: what came under another name before is there already.
    inserted = bundle.inserted.setdefault(schema.model._meta.db_table, set())
    new = [item for item in objects if item.stored is None and item.pk not in inserted]
    same: list[ImportObject] = []
    changed = [item for item in objects if item.stored is None and item.pk in inserted]
    inserted.update(item.pk for item in new)
    for item in objects:
        if item.stored is not None:
            (same if _is_same(item) else changed).append(item)
    if same:
        stamps = {column: same[0].values[column] for column in _STAMPS}
        manager.filter(pk__in=[item.pk for item in same]).update(**stamps)
    free_taken_values(schema, changed + new)
    if changed:
        # Columns that the import does not speak of (a password, the time of the last login) keep what is stored.
        columns = {column for item in changed for column in item.values} - _KEPT
        fields = [field.name for field in schema.model._meta.concrete_fields if field.attname in columns]
        rows = [schema.model(**_all_columns(item)) for item in changed]
        manager.bulk_create(rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    manager.bulk_create([schema.model(**_all_columns(item)) for item in new], batch_size=BATCH)


def _is_same(item: ImportObject) -> bool:
    """Whether nothing but the stamps of the update differs from what is stored."""
    stored = item.stored
    return all(stored[column] == value for column, value in item.values.items() if column not in _STAMPS)


def _complete(bundle: Bundle, item: ImportObject) -> None:
    """What the server sets: times, users, what `skipSharing` and `skipTranslation` keep, the version."""
    values, stored = item.values, item.stored
    values["last_updated"] = bundle.now
    values["last_updated_by_id"] = bundle.user_pk
    if bundle.params.skip_sharing and item.schema.shareable:
        values["sharing"] = stored["sharing"] if stored else private_sharing(bundle.principal.uid)
    if stored and bundle.params.skip_translation and item.schema.translatable:
        values["translations"] = stored["translations"]
    if item.schema.wire.versioned:
        given, before = values.get("version") or 0, (stored or {}).get("version") or 0
        if stored is not None:
            values["version"] = before + 1 if given == before else max(given, before)


def _all_columns(item: ImportObject) -> dict[str, Any]:
    values = dict(item.stored or {})
    values.update(item.values)
    values["id"], values["uid"] = item.pk, item.uid
    if item.stored is None:
        values["created"] = item.created or item.values["last_updated"]
        values["created_by_id"] = item.values["last_updated_by_id"]
    return values


def _write_members(bundle: Bundle, prop: Property, objects: list[ImportObject]) -> None:
    link = prop.link
    wanted = {o.pk: o.members[prop.name] for o in objects if prop.name in o.members}
    if not wanted:
        return
    if link.reverse:
        _write_reverse(prop, _with_pointing_back(bundle, prop, wanted))
        return
    order = "sort_order" if link.order else None
    columns = ["pk", link.owner_column, link.member_column] + ([order] if order else [])
    rows = link.model._base_manager.filter(**{f"{link.owner_column}__in": list(wanted)}).values(*columns)
    stored: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        stored[row[link.owner_column]][row[link.member_column]] = row
    gone, moved = [], []
    added: list[tuple[int, int, int]] = []
    for owner, members in wanted.items():
        known = stored[owner]
        kept = set(members)
        gone += [row["pk"] for member, row in known.items() if member not in kept]
        for position, member in enumerate(members):
            if member not in known:
                added.append((owner, member, position))
            elif order and known[member][order] != position:
                values = {link.owner_column: owner, link.member_column: member, order: position}
                moved.append(link.model(id=known[member]["pk"], **values))
    if gone:
        link.model._base_manager.filter(pk__in=gone).delete()
    if added:
        add_members(link, added)
    if moved:
        link.model._base_manager.bulk_create(
            moved, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=[order]
        )


def _with_pointing_back(bundle: Bundle, prop: Property, wanted: dict[int, list[int]]) -> dict[int, list[int]]:
    """Members of the payload that only point to their owner follow those that the owner lists."""
    complete = {owner: dict.fromkeys(members) for owner, members in wanted.items()}
    for item in bundle.of(prop.target):
        owner = item.values.get(prop.link.owner_column)
        if owner in complete:
            complete[owner].setdefault(item.pk)
    return {owner: list(members) for owner, members in complete.items()}


def _write_reverse(prop: Property, wanted: dict[int, list[int]]) -> None:
    """Members that carry the key of their owner themselves (options of an option set)."""
    link = prop.link
    manager = link.model._base_manager
    field = next(f for f in link.model._meta.concrete_fields if f.attname == link.owner_column)
    kept = {member for members in wanted.values() for member in members}
    left = manager.filter(**{f"{link.owner_column}__in": list(wanted)}).exclude(pk__in=kept)
    left.update(**{field.name: None})
    rows = {row.pk: row for row in manager.filter(pk__in=kept)}
    for owner, members in wanted.items():
        for position, member in enumerate(members):
            setattr(rows[member], link.owner_column, owner)
            if link.numbered:
                rows[member].sort_order = position
    changed = [field.name] + (["sort_order"] if link.numbered else [])
    manager.bulk_create(
        list(rows.values()), batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=changed
    )


def _write_embedded(prop: Property, objects: list[ImportObject]) -> None:
    """Rows are matched by their natural key: what stays keeps its row, what is new is added, what is gone deleted."""
    link, schema = prop.link, get_schema(prop.target)
    wanted = {o.pk: o.embedded[prop.name] for o in objects if prop.name in o.embedded}
    if not wanted:
        return
    manager = link.model._base_manager
    role = {"role": link.role} if link.role else {}
    stored = manager.filter(**{f"{link.owner_column}__in": list(wanted)}, **role).values()
    known = {(r[link.owner_column], natural_key(schema, r, r["uid"])): r for r in stored}
    rows: list[models.Model] = []
    changed: list[models.Model] = []
    for owner, items in wanted.items():
        for item in items:
            before = known.pop((owner, natural_key(schema, item.values, item.uid)), None)
            values = item.values | {link.owner_column: owner}
            if before is None:
                rows.append(link.model(uid=item.uid, **values))
            elif any(before[column] != value for column, value in values.items()):
                changed.append(link.model(id=before["id"], uid=before["uid"], **values))
    if known:
        manager.filter(pk__in=[row["id"] for row in known.values()]).delete()
    manager.bulk_create(rows, batch_size=BATCH)
    if changed:
        fields = [f.name for f in link.model._meta.concrete_fields if f.name not in ("id", "uid")]
        manager.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def delete(schema: Schema, objects: list[ImportObject], *, force: bool = False) -> None:
    """Delete objects; what stands in the way of one is its E4030, and it stays.

    With `force`, objects that may be without the deleted ones are parted from them first.
    """
    _lock(schema, objects)
    for hook in hooks_of(schema.singular).before_vetoes:
        hook([o.pk for o in objects])
    vetoed: dict[int, str] = {}
    for veto in hooks_of(schema.singular).vetoes:
        vetoed |= veto([o.pk for o in objects])
    for item in objects:
        if item.pk in vetoed:
            item.faults.append(_veto_fault(item, vetoed[item.pk]))
    free = [o for o in objects if o.pk not in vetoed]
    if not free:
        return
    try:
        with transaction.atomic():
            if force:
                _part(schema, [o.pk for o in free])
            _delete_rows(schema, [o.pk for o in free])
    except (ProtectedError, RestrictedError) as error:
        blocking = list(getattr(error, "protected_objects", None) or error.restricted_objects)
        held = held_keys(schema.model, blocking)
        for item in free:
            if item.pk in held or len(free) == 1:
                item.faults.append(_veto_fault(item, _hint(held.get(item.pk, blocking[0]))))
        left = [item for item in free if not item.faults]
        # What holds something that goes along does not say with which of them: they are asked one by one.
        for some in [left] if len(left) < len(free) else [[item] for item in free]:
            if some:
                delete(schema, some, force=force)


def _part(schema: Schema, keys: list[int]) -> None:
    """Empty the optional references that would veto the deletion; who pulls what changed sees it."""
    relations = [f for f in schema.model._meta.get_fields(include_hidden=True) if f.auto_created and f.one_to_many]
    for relation in relations:
        if relation.on_delete is models.PROTECT and relation.field.null:
            holders = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            is_stamped = issubclass(relation.related_model, ApiObject)
            holders.update(**{relation.field.name: None}, **({"last_updated": timezone.now()} if is_stamped else {}))


def _delete_rows(schema: Schema, keys: list[int]) -> None:
    for hook in hooks_of(schema.singular).before_delete:
        hook(keys)
    collector = Collector(using="default")
    collector.collect(schema.model._base_manager.filter(pk__in=keys))
    forget_in_documents(collector)
    delete_collected(collector)


def _lock(schema: Schema, objects: list[ImportObject]) -> None:
    """Wait for imports that refer to the rows and hold them back: a veto asked later sees what they committed."""
    rows = schema.model._base_manager.filter(pk__in=[o.pk for o in objects]).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


def _veto_fault(item: ImportObject, hint: str) -> Fault:
    return Fault(E4030, (hint,), main_id=item.uid, hides_args=True)


def _hint(blocking: models.Model) -> str:
    """`OrganisationUnit (Child name)`."""
    wire = getattr(type(blocking), "Wire", None)
    name = wire.klass.rsplit(".", 1)[-1] if wire else type(blocking).__name__
    shown = getattr(blocking, "name", None)
    return f"{name} ({shown})" if shown else name
