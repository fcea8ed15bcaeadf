"""Third stage: raw payloads become column values, member keys and embedded rows; what does not resolve is a fault."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.errors import E4000, E5002, E5006, E5007, E5008
from dhis2api.objects.importer.convert import convert
from dhis2api.objects.importer.documents import Refer, read_content
from dhis2api.objects.importer.kept_references import already_refers
from dhis2api.objects.importer.params import ReportMode
from dhis2api.objects.importer.preheat import Preheat, Target
from dhis2api.objects.importer.records import Action, Bundle, EmbeddedRow, Fault, ImportObject, MemberChange, describe
from dhis2api.objects.importer.sharing import settled_sharing
from dhis2api.objects.importer.stored import show_stored
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape
from dhis2api.objects.uids import generate_uid, is_uid
from dhis2api.web.params import camel_case
from sharing.access import judge

_SPACES = re.compile(r"\s{2,}")

# Set by the server, never by a payload.
_OWN = frozenset({"id", "created", "lastUpdated", "createdBy", "lastUpdatedBy", "sharing", "attributeValues"})


def resolve(bundle: Bundle, heat: Preheat) -> None:
    """Fill `values`, `members` and `embedded` of every object that is created or updated."""
    for objects in bundle.objects.values():
        show_stored([item for item in objects if item.is_partial and item.stored is not None])
    for item in bundle.all_objects():
        if item.action is not Action.DELETE:
            _resolve_object(bundle, heat, item)


def _resolve_object(bundle: Bundle, heat: Preheat, item: ImportObject) -> None:
    place = f"{item.schema.plural}[{item.index}]"
    if bundle.params.report_mode is ReportMode.ERRORS_NOT_OWNER:
        for name, prop in item.schema.properties.items():
            if not prop.owner and name in item.raw and name not in item.schema.wire.written_for:
                _refuse_non_owner(item, prop, item.raw[name])
    for name, prop in _settable(item.schema.singular):
        value = item.raw.get(name)
        if item.keeps(name):
            if prop.column is not None and item.stored is not None:
                item.values[prop.column] = item.stored[prop.column]
        elif prop.shape is Shape.REFERENCE:
            target = _reference(bundle, heat, item, prop, value)
            item.values[prop.column] = target.pk if target else None
        elif prop.shape is Shape.MEMBERS:
            item.members[name] = _members(bundle, heat, item, prop, value, f"{place}.{name}")
        elif prop.shape is Shape.EMBEDDED:
            item.embedded[name] = _embedded(bundle, heat, item, prop, value, f"{place}.{name}")
        else:
            found = convert(item.schema, prop, value, f"{place}.{name}")
            item.values[prop.column] = _copied_default(prop) if found is None else found
    for name, changes in item.changes.items():
        item.changed_members[name] = _changed(bundle, heat, item, item.schema.properties[name], changes)
    if item.schema.is_document:
        item.values["content"] = read_content(item, _document_references(bundle, heat, item), place)
    item.created = convert(item.schema, item.schema.properties["created"], item.raw.get("created"), f"{place}.created")
    if "attributeValues" in item.schema.properties:
        kept = item.keeps("attributeValues")
        item.values["attribute_values"] = _kept(item, "attribute_values") if kept else _attribute_values(item, place)
    if item.schema.shareable:
        item.values["sharing"] = _kept(item, "sharing") if item.keeps("sharing") else settled_sharing(item, bundle)


@cache
def _settable(singular: str) -> tuple[tuple[str, Property], ...]:
    """The members of a type that a payload sets, column by column; those of documents are read as a whole."""
    stored = get_schema(singular).stored().items()
    return tuple((name, prop) for name, prop in stored if name not in _OWN and prop.shape is not Shape.DOCUMENT)


def _kept(item: ImportObject, column: str) -> Any:
    return (item.stored or {}).get(column)


def _document_references(bundle: Bundle, heat: Preheat, item: ImportObject) -> Refer:
    """What stands in the content of a document is resolved as what has columns; a fault's value is the item's id."""
    seen: set[tuple[int, str, str]] = set()

    def refer(prop: Property, reference: Any, owner: str) -> str | None:
        known = len(item.faults)
        target = _reference(bundle, heat, item, prop, reference)
        if target is not None and prop.collection and (id(prop), owner, target.uid) in seen:
            shown = describe(None, target.uid, get_schema(prop.target))
            item.faults.append(_reference_fault(E5007, item, prop, shown, get_schema(prop.target)))
        for fault in item.faults[known:]:
            fault.value = owner
        if target is None:
            return None
        seen.add((id(prop), owner, target.uid))
        return target.uid

    return refer


def _copied_default(prop: Property) -> Any:
    return prop.default.copy() if isinstance(prop.default, dict | list) else prop.default


def _reference(
    bundle: Bundle, heat: Preheat, item: ImportObject, prop: Property, value: Any, owner: Property | None = None
) -> Target | None:
    """The object referred to; `owner` is the collection of embedded rows that the reference stands in."""
    target_schema = get_schema(prop.target)
    if value is None or value == "":
        # A required category combo (category, …) that is absent is the system default.
        for uid in target_schema.wire.default_objects if prop.required else ():
            return heat.by_uid[prop.target].get(uid)
        return None
    target = heat.find(prop.target, value, bundle.params.identifier)
    if target is None:
        shown = describe(None, _identifier(value), target_schema)
        item.faults.append(_reference_fault(E5002, item, prop, shown, None))
        return None
    return target if _is_readable(bundle, item, prop, target, None, owner) else None


def _members(bundle: Bundle, heat: Preheat, item: ImportObject, prop: Property, value: Any, place: str) -> list[int]:
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise ApiError(BAD_REQUEST, f"`{place}` must be a list of references")
    target_schema = get_schema(prop.target)
    found: dict[int, None] = {}
    for member in value:
        target = heat.find(prop.target, member, bundle.params.identifier)
        shown = describe(None, _identifier(member), target_schema)
        if target is None:
            item.faults.append(_reference_fault(E5002, item, prop, shown, target_schema))
        elif target.pk in found:
            item.faults.append(_reference_fault(E5007, item, prop, shown, target_schema))
        elif _is_readable(bundle, item, prop, target, target_schema):
            found[target.pk] = None
    return list(found)


def _changed(
    bundle: Bundle, heat: Preheat, item: ImportObject, prop: Property, changes: list[MemberChange]
) -> dict[int, bool]:
    """Which members enter and which leave, the last change of each. One that is unknown need not leave."""
    target_schema = get_schema(prop.target)
    found: dict[int, bool] = {}
    for change in changes:
        target = heat.find(prop.target, change.reference, bundle.params.identifier)
        if target is None and change.adds:
            shown = describe(None, _identifier(change.reference), target_schema)
            item.faults.append(_reference_fault(E5002, item, prop, shown, target_schema))
        elif target is not None and (not change.adds or _is_readable(bundle, item, prop, target, target_schema)):
            found[target.pk] = change.adds
            if not change.adds and prop.link.reverse and not _may_be_without(prop):
                owner = camel_case(prop.link.owner_column.removesuffix("_id"))
                item.faults.append(Fault(E4000, (owner,), owner, main_id=target.uid))
    return found


def _may_be_without(prop: Property) -> bool:
    """Whether members that carry their owner's key can have none."""
    fields = prop.link.model._meta.concrete_fields
    return next(field.null for field in fields if field.attname == prop.link.owner_column)


def _embedded(
    bundle: Bundle, heat: Preheat, item: ImportObject, prop: Property, value: Any, place: str
) -> list[EmbeddedRow]:
    """Rows of an owned collection; those that repeat a natural key collapse into the last."""
    if value is None or value == "":
        return []
    if prop.link.role is not None:
        value = [value]
    if not isinstance(value, list):
        raise ApiError(BAD_REQUEST, f"`{place}` must be a list of objects")
    schema = get_schema(prop.target)
    rows: dict[Any, EmbeddedRow] = {}
    for position, raw in enumerate(value):
        if not isinstance(raw, dict):
            raise ApiError(BAD_REQUEST, f"`{place}[{position}]` must be an object")
        row = _embedded_row(bundle, heat, item, prop, schema, raw, f"{place}[{position}]")
        row.values["sort_order"] = len(rows)
        if prop.link.role is not None:
            row.values["role"] = prop.link.role
        rows[natural_key(schema, row.values, row.uid)] = row
    return list(rows.values())


def _embedded_row(
    bundle: Bundle, heat: Preheat, item: ImportObject, owner: Property, schema: Schema, raw: dict[str, Any], place: str
) -> EmbeddedRow:
    values: dict[str, Any] = {}
    for name, prop in schema.stored().items():
        if name == "id":
            continue
        value = raw.get(name)
        if prop.shape is Shape.REFERENCE:
            target = _reference(bundle, heat, item, prop, value, owner)
            values[prop.column] = target.pk if target else None
        else:
            found = convert(schema, prop, value, f"{place}.{name}")
            values[prop.column] = _copied_default(prop) if found is None else found
    given = raw.get("id")
    return EmbeddedRow(values, given if is_uid(given) else generate_uid())


def natural_key(schema: Schema, values: dict[str, Any], uid: str) -> Any:
    """What makes two rows of an owner the same; the uid where the type declares nothing."""
    names = schema.wire.natural_key
    if not names:
        return uid
    return tuple(values[schema.model._meta.get_field(name).attname] for name in names)


def _attribute_values(item: ImportObject, place: str) -> dict[str, str]:
    given = item.raw.get("attributeValues")
    if given is None or given == "":
        return {}
    if not isinstance(given, list):
        raise ApiError(BAD_REQUEST, f"`{place}.attributeValues` must be a list")
    found: dict[str, str] = {}
    for entry in given:
        attribute = entry.get("attribute") if isinstance(entry, dict) else None
        uid = attribute.get("id") if isinstance(attribute, dict) else None
        if not isinstance(uid, str):
            raise ApiError(BAD_REQUEST, f"`{place}.attributeValues` must name an attribute by its id")
        value = entry.get("value")
        if value is not None and value != "":
            found[uid] = _SPACES.sub(" ", value if isinstance(value, str) else str(value))
    return found


def _refuse_non_owner(item: ImportObject, prop: Property, value: Any) -> None:
    if prop.shape is not Shape.MEMBERS or not value:
        return
    schema = get_schema(prop.target)
    for member in value if isinstance(value, list) else []:
        shown = describe(None, _identifier(member), schema)
        item.faults.append(Fault(E5006, (shown, item.describe(), prop.name), prop.name, schema.klass, item.uid))


def _is_readable(
    bundle: Bundle, item: ImportObject, prop: Property, target: Target, item_schema: Schema | None,
    owner: Property | None = None,
) -> bool:  # fmt: skip
    """Whether the importer may read what is referred to; E5008 if not.

    Objects of the same payload are readable, and what the stored object refers to already may stay.
    """
    schema = get_schema(prop.target)
    if bundle.principal.is_superuser or not schema.shareable or target.sharing is None:
        return True
    if judge(schema.rules, target.sharing, bundle.principal).read or already_refers(bundle, item, prop, target, owner):
        return True
    shown = describe(None, target.uid, schema)
    item.faults.append(_reference_fault(E5008, item, prop, shown, item_schema))
    return False


def _reference_fault(code: Any, item: ImportObject, prop: Property, shown: str, item_schema: Schema | None) -> Fault:
    """`item_schema` is given for members of collections. What the object cannot be without cannot be dropped."""
    error_klass = item_schema.klass if item_schema else None
    droppable = not prop.required
    return Fault(
        code, (shown, item.describe(), prop.singular), prop.singular, error_klass, item.uid, droppable=droppable,
        is_reference=True,
    )  # fmt: skip


def _identifier(reference: Any) -> str:
    if isinstance(reference, dict):
        return str(reference.get("id") or reference.get("code") or "")
    return str(reference)
