"""Schemas of documents: a property for each declared member, and a schema for each complex value in them."""

from __future__ import annotations

from dhis2api.objects.complex_values import COMPLEX_VALUES
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import Item, Member
from dhis2api.objects.schema import Kind, Property, Schema, Shape

_KLASSES = {
    Kind.BOOLEAN: "java.lang.Boolean",
    Kind.INTEGER: "java.lang.Integer",
    Kind.NUMBER: "java.lang.Double",
    Kind.DATE: "java.util.Date",
    Kind.COLLECTION: "java.util.List",
    Kind.COMPLEX: "java.lang.Object",
}


def declare_members(schema: Schema, members: tuple[Member, ...]) -> None:
    """Give `schema` the declared members."""
    schema.is_document = True
    for member in members:
        schema.properties[member.name] = _property(member)


def settle_items(found: dict[str, Schema]) -> None:
    """Add the schemas of complex values to `found`, by their own names, and the classes that members refer to.

    Among them are those that objects of many types have (`COMPLEX_VALUES`).

    A reference to a type that this server does not have is kept whole, as any complex value.
    """
    for value in COMPLEX_VALUES:
        found[value.name] = _item_schema(value)
    for schema in [s for s in found.values() if s.is_document and s.model is not None]:
        _settle(schema, schema.wire.members, found)


def _settle(schema: Schema, members: tuple[Member, ...], found: dict[str, Schema]) -> None:
    for member in members:
        prop = schema.properties[member.name]
        if member.item is not None:
            prop.target = member.item.name
            if member.item.name not in found:
                found[member.item.name] = _item_schema(member.item)
                _settle(found[member.item.name], member.item.members, found)
        elif prop.target is not None and prop.target not in found:
            prop.target, prop.kind = None, Kind.COLLECTION if prop.collection else Kind.COMPLEX
            prop.item_kind = Kind.COMPLEX if prop.collection else None
        if prop.target is not None:
            klass = found[prop.target].klass
            prop.klass = prop.klass if prop.collection else klass
            prop.item_klass = klass if prop.collection else None


def _item_schema(item: Item) -> Schema:
    wire = type(item.name, (Declaration,), {"klass": item.klass, "endpoint": False, "metadata": False})
    singular = item.name[0].lower() + item.name[1:]
    schema = Schema(None, wire, singular, item.plural or f"{singular}s", item.klass, embedded=True, item=item)
    declare_members(schema, item.members)
    return schema


def _property(member: Member) -> Property:
    kind = Kind(member.kind)
    klass = member.enum_type.__name__ if member.enum_type else _KLASSES.get(kind, "java.lang.String")
    singular = member.singular or (member.name[:-1] if kind is Kind.COLLECTION else member.name)
    return Property(
        name=member.name, kind=kind, shape=Shape.DOCUMENT, klass=klass, singular=singular, field_name=member.name,
        target=member.target, item_kind=Kind(member.item_kind) if member.item_kind else None,
        required=member.required, marked_required=member.required, ordered=kind is Kind.COLLECTION,
        length=member.length, enum_type=member.enum_type, default=member.default, readable=not member.secret,
        writable=not member.derived, owner=not member.derived, protects=member.protects,
        identifies=member.identifies, names_any=member.names_any,
    )  # fmt: skip
