"""Second stage: everything that the payload names is loaded, one query a type.

Loaded are the stored rows of the payload's own objects and what all references point to, by uid or code as the
import's identifier says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg2 import sql

from dhis2api.objects.document_references import declared_members, references_in
from dhis2api.objects.errors import E5003
from dhis2api.objects.importer.params import Identifier, Strategy
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject, describe
from dhis2api.objects.registry import find_schema, get_schema
from dhis2api.objects.schema import Property, Schema, Shape

Reserved = dict[tuple[str, str], int | None]  # table and uid of a new object → its primary key

# Keeps rows from being deleted while the transaction lasts; others may hold the same lock.
_HOLD = sql.SQL("SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE")


@dataclass(slots=True)
class Target:
    """An object that a reference may point to."""

    pk: int
    uid: str
    sharing: dict[str, Any] | None = None


@dataclass(slots=True)
class Preheat:
    """What was loaded: targets by type and identifier, known users and groups of sharing, attribute definitions."""

    by_uid: dict[str, dict[str, Target]] = field(default_factory=lambda: defaultdict(dict))
    by_code: dict[str, dict[str, Target]] = field(default_factory=lambda: defaultdict(dict))
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def find(self, singular: str, reference: Any, identifier: Identifier) -> Target | None:
        """The object a reference points to: `{"id": …}`, `{"code": …}` or a bare uid."""
        if isinstance(reference, str):
            reference = {"id": reference, "code": reference}
        if not isinstance(reference, dict):
            return None
        uid, code = reference.get("id"), reference.get("code")
        if identifier is not Identifier.CODE and isinstance(uid, str) and uid in self.by_uid[singular]:
            return self.by_uid[singular][uid]
        if identifier is not Identifier.UID and isinstance(code, str):
            return self.by_code[singular].get(code)
        return None


def preheat(bundle: Bundle) -> Preheat:
    """Load everything, decide each object's action, and give new objects their primary keys."""
    heat = Preheat()
    reserved: Reserved = {}
    for singular, objects in bundle.objects.items():
        _load_stored(bundle, get_schema(singular), objects, reserved)
    _load_attributes(bundle, heat)
    for singular, wanted in _references(bundle).items():
        _load_targets(heat, get_schema(singular), wanted)
    _hold_targets_of_documents(bundle, heat)
    for item in bundle.all_objects():
        if item.action is Action.CREATE or item.stored is not None:
            target = Target(item.pk, item.uid, None)
            heat.by_uid[item.schema.singular].setdefault(item.uid, target)
            code = item.raw.get("code")
            if isinstance(code, str) and code:
                heat.by_code[item.schema.singular].setdefault(code, target)
    return heat


def _load_stored(bundle: Bundle, schema: Schema, objects: list[ImportObject], reserved: Reserved) -> None:
    by_code = bundle.params.identifier is not Identifier.UID and schema.has("code") and schema.properties["code"].unique
    uids = {o.uid for o in objects}
    wanted = Q(uid__in=uids)
    if by_code:
        wanted |= Q(code__in={o.raw["code"] for o in objects if isinstance(o.raw.get("code"), str)})
    columns = [f.attname for f in schema.model._meta.concrete_fields]
    rows = {row["uid"]: row for row in schema.model._base_manager.filter(wanted).values(*columns)}
    coded = {row["code"]: row for row in rows.values() if row.get("code")} if by_code else {}
    new = []
    for item in objects:
        item.stored = None
        if bundle.params.identifier is not Identifier.CODE:
            item.stored = rows.get(item.uid)
        code = item.raw.get("code")
        if item.stored is None and isinstance(code, str):
            item.stored = coded.get(code)
        if item.stored is not None:
            item.pk, item.uid = item.stored["id"], item.stored["uid"]
        elif item.uid in rows:
            # Sought by code: the uid is another object's, which this payload does not mean.
            other = describe(rows[item.uid].get("name"), item.uid, schema)
            item.faults.append(Fault(E5003, ("id", item.uid, item.describe(), other), "id", main_id=item.uid))
        elif bundle.params.strategy is not Strategy.DELETE:
            new.append(item)
        item.action = _action(bundle.params.strategy, item)
    # Older names of a type share its table, and an export may show the same object under each of them.
    table = schema.model._meta.db_table
    unknown = [item for item in new if (table, item.uid) not in reserved]
    for item, pk in zip(unknown, reserve_keys(schema, len(unknown)), strict=True):
        item.pk = pk
    for item in new:
        item.pk = reserved.setdefault((table, item.uid), item.pk)


def _action(strategy: Strategy, item: ImportObject) -> Action:
    if strategy is Strategy.DELETE:
        return Action.DELETE
    return Action.UPDATE if item.stored is not None or strategy is Strategy.UPDATE else Action.CREATE


def reserve_keys(schema: Schema, count: int) -> list[int]:
    """Primary keys for new rows, taken from the sequence at once, so that references need no second pass."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [f'"{schema.model._meta.db_table}"', count],
        )
        return [row[0] for row in cursor.fetchall()]


def _load_attributes(bundle: Bundle, heat: Preheat) -> None:
    """Definitions of custom attributes: few, and every object is checked against the mandatory ones.

    Of the many marks for which types an attribute is, those of the payload's types are loaded.
    """
    schema = find_schema("attribute")
    if schema is not None:
        flags = {get_schema(singular).attribute_column for singular in bundle.objects} - {None}
        columns = ("uid", "name", "value_type", "unique", "mandatory", *sorted(flags))
        heat.attributes = {row["uid"]: row for row in schema.model._base_manager.values(*columns)}


def _load_targets(heat: Preheat, schema: Schema, wanted: tuple[set[str], set[str]]) -> None:
    uids, codes = wanted
    columns = ["pk", "uid"] + (["sharing"] if schema.shareable else [])
    has_code = schema.has("code")
    query = Q(uid__in=uids)
    if codes and has_code:
        query |= Q(code__in=codes)
        columns.append("code")
    for row in schema.model._base_manager.filter(query).values(*columns):
        target = Target(row["pk"], row["uid"], row.get("sharing"))
        heat.by_uid[schema.singular][row["uid"]] = target
        if row.get("code"):
            heat.by_code[schema.singular][row["code"]] = target


def _hold_targets_of_documents(bundle: Bundle, heat: Preheat) -> None:
    """Lock what documents refer to until the import commits: they have no foreign keys.

    A deletion locks its rows before it looks for documents. Either it waits and finds these, or came first: then its
    objects are not among the targets any more.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for item in bundle.all_objects():
        for prop in declared_members(item.schema) if item.schema.is_document else ():
            if prop.writable and item.raw.get(prop.name) is not None:
                for singular, reference in references_in(prop, item.raw[prop.name]):
                    target = heat.find(singular, reference, bundle.params.identifier)
                    if target is not None:
                        wanted[singular].add(target.pk)
    for singular, keys in sorted(wanted.items()):
        table = sql.Identifier(get_schema(singular).model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(_HOLD.format(table=table), [sorted(keys)])
            held = {row[0] for row in cursor.fetchall()}
        for known in (heat.by_uid[singular], heat.by_code[singular]):
            for gone in [name for name, target in known.items() if target.pk in keys - held]:
                del known[gone]


def _references(bundle: Bundle) -> dict[str, tuple[set[str], set[str]]]:
    """Type → uids and codes that the payload refers to; system defaults are always among them."""
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for objects in bundle.objects.values():
        for prop in objects[0].schema.properties.values() if objects else ():
            if prop.required and prop.target:
                found[prop.target][0].update(get_schema(prop.target).wire.default_objects)
    for item in bundle.all_objects():
        for singular, reference in chain(_walk(item.schema.singular, item.raw), _changing(item)):
            if isinstance(reference, str):
                reference = {"id": reference, "code": reference}
            if isinstance(reference, dict):
                uids, codes = found[singular]
                for member, collected in (("id", uids), ("code", codes)):
                    if isinstance(reference.get(member), str):
                        collected.add(reference[member])
        if item.schema.shareable and not item.keeps("sharing"):
            sharing = item.raw.get("sharing") or {}
            found["user"][0].update(sharing.get("users") or {})
            found["userGroup"][0].update(sharing.get("userGroups") or {})
    return found


@cache
def _leading_on(name: str) -> tuple[tuple[str, Property], ...]:
    """The members of a type that lead to other objects."""
    properties = get_schema(name).properties.items()
    return tuple((name, prop) for name, prop in properties if prop.writable and prop.target)


def _walk(type_name: str, raw: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each reference of an object and of its embedded rows, with the type it points to."""
    for name, prop in _leading_on(type_name):
        value = raw.get(name)
        if value is None:
            continue
        if prop.shape is Shape.REFERENCE:
            yield prop.target, value
        elif prop.shape is Shape.DOCUMENT:
            yield from references_in(prop, value)
        elif prop.shape is Shape.MEMBERS and isinstance(value, list):
            yield from ((prop.target, member) for member in value)
        elif prop.shape is Shape.EMBEDDED and prop.owner and isinstance(value, list | dict):
            for row in value if isinstance(value, list) else [value]:
                if isinstance(row, dict):
                    yield from _walk(prop.target, row)


def _changing(item: ImportObject) -> Iterator[tuple[str, Any]]:
    """The references of members that enter or leave."""
    for name, changes in item.changes.items():
        target = item.schema.properties[name].target
        yield from ((target, change.reference) for change in changes)


def owned_collections(schema: Schema) -> Iterable[Property]:
    """The member collections that an import of the type replaces."""
    return [p for p in schema.properties.values() if p.shape is Shape.MEMBERS and p.owner and p.writable]
