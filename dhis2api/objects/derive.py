"""Derives a `Schema` from a Django model: one property a field, collections from relations, derived members last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import models

from dhis2api.objects import base_members
from dhis2api.objects.columns import RefSet, WireHint
from dhis2api.objects.declarations import ComputedMembers, Declaration, Derived, FirstOf, SameAs
from dhis2api.objects.document_schema import declare_members
from dhis2api.objects.models import Document, Embedded
from dhis2api.objects.schema import LONG, Kind, Link, Property, Schema, Shape
from dhis2api.web.params import camel_case

_KINDS: tuple[tuple[type[models.Field], Kind, str], ...] = (
    (models.BooleanField, Kind.BOOLEAN, "java.lang.Boolean"),
    (models.BigIntegerField, Kind.INTEGER, LONG),  # before what it is a kind of
    (models.IntegerField, Kind.INTEGER, "java.lang.Integer"),
    (models.FloatField, Kind.NUMBER, "java.lang.Double"),
    (models.DateField, Kind.DATE, "java.util.Date"),
    (models.CharField, Kind.TEXT, "java.lang.String"),
    (models.TextField, Kind.TEXT, "java.lang.String"),
)
_COMPLEX_ITEMS = frozenset({"attributes", "translations", "categoryMappings"})
_UNSHOWN = frozenset({"id", "attribute_values"})


def derive_schema(model: type[models.Model]) -> Schema:
    """The schema of `model` without what other models add to it (see `add_relations`)."""
    wire: type[Declaration] = model.Wire
    singular = wire.singular or model.__name__[0].lower() + model.__name__[1:]
    schema = Schema(model, wire, singular, wire.plural or f"{singular}s", wire.klass)
    schema.embedded = issubclass(model, Embedded)
    for field in model._meta.concrete_fields:  # a proxy has those of the model behind it
        found = _column(schema, field)
        if found is not None:
            schema.properties[found.name] = found
    for many in model._meta.local_many_to_many:
        found = _members(schema, many)
        schema.properties[found.name] = found
    if issubclass(model, Document):
        declare_members(schema, wire.members)
    return schema


def add_relations(schema: Schema, by_model: dict[type[models.Model], Schema]) -> None:
    """Add what follows from other types: targets, the other side of references, derived members."""
    for prop in schema.properties.values():
        if prop.target is None and prop.shape in (Shape.REFERENCE, Shape.MEMBERS):
            target = _related_model(schema.model, prop)
            known = by_model.get(target)
            prop.target = known.singular if known else None
            prop.klass = known.klass if known and prop.shape is Shape.REFERENCE else prop.klass
            prop.item_klass = known.klass if known and prop.collection else prop.item_klass
    for relation in schema.model._meta.related_objects:
        if relation.related_name is None or relation.related_name.endswith("+"):
            continue
        other = by_model.get(relation.related_model)
        if other is None:
            continue
        singles = [n for n, (rows, _) in schema.wire.singles.items() if rows == relation.related_name]
        found = [_single(schema, name, relation, other) for name in singles] or [_reverse(schema, relation, other)]
        for prop in found:
            schema.properties.setdefault(prop.name, prop)
    by_singular = {other.singular: other for other in by_model.values()}
    for name, computed in schema.wire.computed.items():
        if name not in schema.properties:
            schema.properties[name] = _computed(schema, name, computed, by_singular)
    if not schema.embedded:
        base_members.add(schema)
    _name_singulars(schema)


def _column(schema: Schema, field: Any) -> Property | None:
    if field.name in _UNSHOWN or field.name == "sort_order" and schema.embedded:
        return None
    hint: WireHint | None = getattr(field, "wire", None)
    if isinstance(field, models.ForeignKey):
        # The owner of an embedded row is shown, but follows from where the row stands.
        is_owner = schema.embedded and hint is None
        return _reference(field, hint or WireHint(read_only=is_owner))
    if hint is None or hint.hidden:
        return None
    name = hint.name or camel_case(field.name)
    if isinstance(field, models.JSONField):
        return _json(field, name, hint)
    stored_as = field.output_field if isinstance(field, models.GeneratedField) else field
    kind, klass = next((kind, klass) for base, kind, klass in _KINDS if isinstance(stored_as, base))
    return Property(
        name=name, kind=Kind(hint.kind) if hint.kind else kind, shape=Shape.COLUMN,
        klass=hint.enum_type.__name__ if hint.enum_type else klass,
        singular=name, field_name=name, column=field.attname, query_path=field.name,
        readable=not hint.write_only, writable=not hint.read_only,
        required=hint.required and field.name not in ("uid", "created", "last_updated"),
        marked_required=hint.required or hint.marked_required, unique=field.unique,
        length=hint.max_length or getattr(field, "max_length", None), min_length=hint.min_length,
        minimum=hint.minimum, maximum=hint.maximum, translation_key=hint.translation_key,
        enum_type=hint.enum_type, default=field.get_default() if field.has_default() else None,
    )  # fmt: skip


def _reference(field: models.ForeignKey, hint: WireHint) -> Property:
    name = hint.name or camel_case(field.name)
    return Property(
        name=name, kind=Kind.REFERENCE, shape=Shape.REFERENCE, klass=field.related_model.__name__,
        singular=name, field_name=name, column=field.attname, query_path=field.name,
        required=hint.required, marked_required=hint.required, writable=not hint.read_only,
    )  # fmt: skip


def _json(field: models.JSONField, name: str, hint: WireHint) -> Property:
    is_list = field.default is list
    kind = Kind.COLLECTION if is_list else Kind(hint.kind) if hint.kind else Kind.COMPLEX
    item_kind = None
    if is_list:
        item_kind = Kind.COMPLEX if name in _COMPLEX_ITEMS else Kind.INTEGER if "Levels" in name else Kind.TEXT
    return Property(
        name=name, kind=kind, shape=Shape.JSON, klass="java.util.Set" if is_list else "java.lang.Object",
        singular=name, field_name=name, column=field.attname, query_path=field.name, item_kind=item_kind,
        default=None if field.null else field.get_default(), length=hint.max_length,
    )  # fmt: skip


def _members(schema: Schema, many: Any) -> Property:
    through = many.remote_field.through
    ordered = isinstance(many, RefSet) and many.ordered
    owner, member = many.m2m_column_name(), many.m2m_reverse_name()
    name = camel_case(many.name)
    return Property(
        name=name, kind=Kind.COLLECTION, shape=Shape.MEMBERS, klass="java.util.List" if ordered else "java.util.Set",
        singular=name, field_name=name, query_path=many.name, item_kind=Kind.REFERENCE, ordered=ordered,
        link=Link(through, owner, member, ("sort_order",) if ordered else (), numbered=ordered), many_to_many=True,
    )  # fmt: skip


def _reverse(schema: Schema, relation: Any, other: Schema) -> Property:
    """The collection that a relation of `other` gives this type."""
    name = camel_case(relation.related_name)
    owned = relation.related_name in schema.wire.owned_reverse
    if isinstance(relation, models.ManyToManyRel):
        many = relation.field
        return Property(
            name=name, kind=Kind.COLLECTION, shape=Shape.MEMBERS, klass="java.util.Set", singular=name,
            field_name=name, query_path=relation.related_name, item_kind=Kind.REFERENCE, item_klass=other.klass,
            target=other.singular, owner=False, many_to_many=True,
            link=Link(many.remote_field.through, many.m2m_reverse_name(), many.m2m_column_name()),
        )  # fmt: skip
    column = relation.field.attname
    sorted_by = ("sort_order", "pk") if _has_field(other.model, "sort_order") else ("pk",)
    embedded_here = other.embedded and getattr(relation.field, "wire", None) is None
    return Property(
        name=name, kind=Kind.COLLECTION, shape=Shape.EMBEDDED if other.embedded else Shape.MEMBERS,
        klass="java.util.List" if owned or embedded_here else "java.util.Set", singular=name, field_name=name,
        query_path=relation.related_name, item_kind=Kind.COMPLEX if other.embedded else Kind.REFERENCE,
        item_klass=other.klass, target=other.model.__name__ if other.embedded else other.singular,
        owner=owned or embedded_here, ordered=owned,
        link=Link(
            other.model, column, "pk", sorted_by, reverse=True, numbered=relation.related_name in schema.wire.numbered
        ),
    )  # fmt: skip


def _single(schema: Schema, name: str, relation: Any, other: Schema) -> Property:
    """One complex member kept as a row of its own, because it refers to other objects."""
    link = Link(other.model, relation.field.attname, "pk", role=schema.wire.singles[name][1])
    return Property(
        name=name, kind=Kind.COMPLEX, shape=Shape.EMBEDDED, klass=other.klass, singular=name, field_name=name,
        target=other.model.__name__, link=link, required=name in schema.wire.required_singles,
    )  # fmt: skip


def _computed(schema: Schema, name: str, computed: Derived, by_singular: dict[str, Schema]) -> Property:
    if isinstance(computed, SameAs):
        original = schema.properties[computed.collection]
        return replace(original, name=name, singular=computed.singular, owner=False, writable=False, alias=True)
    if isinstance(computed, FirstOf):
        original = schema.properties[computed.collection]
        return replace(
            original, name=name, singular=name, field_name=name, kind=Kind.REFERENCE, klass=original.item_klass,
            item_kind=None, item_klass=None, query_path=None, owner=False, persisted=False, writable=False,
        )  # fmt: skip
    if isinstance(computed, ComputedMembers):
        klass = by_singular[computed.target].klass if computed.target in by_singular else None
        return Property(
            name=name, kind=Kind.COLLECTION, shape=Shape.COMPUTED, klass="java.util.List", singular=computed.singular,
            field_name=name, item_kind=Kind.REFERENCE, item_klass=klass, target=computed.target, owner=False,
            persisted=False, writable=False, computed=computed,
        )  # fmt: skip
    kind = Kind(computed.kind)
    return Property(
        name=name, kind=kind, shape=Shape.COMPUTED, klass="java.lang.String", singular=name, field_name=name,
        owner=False, persisted=False, writable=False, computed=computed,
        item_kind=Kind.TEXT if kind is Kind.COLLECTION else None,
    )  # fmt: skip


def _related_model(model: type[models.Model], prop: Property) -> type[models.Model]:
    return model._meta.get_field(prop.query_path).related_model


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _name_singulars(schema: Schema) -> None:
    for prop in schema.properties.values():
        if prop.collection and prop.singular == prop.name:
            singular = schema.wire.singulars.get(prop.name)
            prop.singular = singular or _singular(prop.name)


def _singular(name: str) -> str:
    """`authority` of `authorities`, `userAccess` of `userAccesses`, `option` of `options`."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-2] if name.endswith("sses") else name.removesuffix("s")
