"""`/api/schemas`: what a client can learn of a type (DHIS2 2.42, metadata API, schemas)."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import TEXT_KINDS, Property, Schema, Shape
from dhis2api.objects.xml import ATTRIBUTES
from dhis2api.web.params import camel_case
from dhis2api.web.xml import DXF

_AUTHORITY_KINDS = (
    ("CREATE_PUBLIC", "create_public"), ("CREATE_PRIVATE", "create_private"), ("CREATE", "create"),
    ("UPDATE", "update"), ("DELETE", "delete"), ("READ", "read"),
)  # fmt: skip


def describe_schema(schema: Schema, api_base: str) -> dict[str, Any]:
    """The schema as the wire shows it."""
    rules = schema.rules
    path = f"/{schema.wire.path or schema.plural}"
    served = schema.wire.endpoint or schema.wire.path is not None
    shown: dict[str, Any] = {
        "klass": schema.klass,
        "identifiableObject": not schema.embedded,
        "nameableObject": schema.has("shortName"),
        "embeddedObject": schema.embedded,
        "singular": schema.singular,
        "plural": schema.plural,
        "metadata": schema.wire.metadata and served,
        "secondaryMetadata": schema.wire.secondary,
        "namespace": DXF,
        "name": schema.singular,
        "collectionName": schema.plural,
        "displayName": _title(schema.simple_klass),
        "shareable": schema.shareable,
        "dataShareable": rules.data_shareable,
        "dataWriteShareable": rules.data_shareable,
        "dataReadShareable": rules.data_shareable,
        "relativeApiEndpoint": path if served else None,
        "apiEndpoint": f"{api_base}{path}" if served else None,
        "href": f"{api_base}/schemas/{schema.singular}",
        "persisted": True,
        "translatable": schema.translatable,
        "favoritable": schema.wire.favoritable,
        "subscribable": schema.wire.subscribable,
        "defaultPrivate": rules.default_private,
        "implicitPrivateAuthority": rules.implicit_private,
        "order": schema.order,
        "authorities": [
            {"type": kind, "authorities": list(getattr(rules, name))}
            for kind, name in _AUTHORITY_KINDS
            if getattr(rules, name)
        ],
        "references": sorted({klass for p in schema.properties.values() if (klass := _referred(p))}),
        "properties": [describe_property(p, schema, api_base) for p in schema.properties.values() if p.readable],
    }
    return {name: value for name, value in shown.items() if value is not None}


def describe_property(prop: Property, schema: Schema, api_base: str) -> dict[str, Any]:
    """One property of a schema."""
    target = find_schema(prop.target) if prop.target else None
    served = target is not None and target.wire.endpoint and not target.embedded
    bounded = prop.kind in TEXT_KINDS and prop.enum_type is None
    shown: dict[str, Any] = {
        "klass": prop.klass,
        "propertyType": prop.kind.value,
        "itemKlass": prop.item_klass if prop.collection else None,
        "itemPropertyType": prop.item_kind.value if prop.collection and prop.item_kind else None,
        "name": prop.singular,
        "fieldName": camel_case(prop.field_name),
        "persisted": prop.persisted,
        "collectionName": prop.name if prop.collection else None,
        "collectionWrapping": True if prop.collection else None,
        "namespace": DXF,
        "attribute": prop.name in ATTRIBUTES,
        "simple": prop.simple,
        "collection": prop.collection,
        "sortable": prop.simple and (prop.column is not None or prop.shape is Shape.DOCUMENT),
        "ordered": prop.ordered,
        "owner": prop.owner,
        "identifiableObject": target is not None and not target.embedded and not prop.collection,
        "nameableObject": target is not None and not prop.collection and target.has("shortName"),
        "embeddedObject": target is not None and target.embedded,
        "analyticalObject": False,
        "readable": prop.readable,
        "writable": prop.writable,
        "unique": prop.unique,
        "required": prop.marked_required or prop.required,
        "length": prop.length,
        "max": prop.length if bounded else prop.maximum,
        "min": (prop.min_length or 0) if bounded else prop.minimum,
        "manyToMany": prop.many_to_many,
        "oneToOne": False,
        "manyToOne": prop.kind.value == "REFERENCE",
        "oneToMany": prop.collection and not prop.many_to_many and prop.target is not None,
        "translatable": prop.translation_key is not None,
        "translationKey": prop.translation_key,
        "constants": [member.value for member in prop.enum_type] if prop.enum_type else None,
        "href": f"{api_base}/schemas/{target.singular}" if target is not None else None,
        "relativeApiEndpoint": f"/{target.plural}" if served else None,
        "apiEndpoint": f"{api_base}/{target.plural}" if served else None,
        "defaultValue": prop.default if isinstance(prop.default, bool | int | float | str) else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _referred(prop: Property) -> str | None:
    if prop.target is None:
        return None
    target = find_schema(prop.target)
    return target.klass if target else None


def words(name: str) -> str:
    """`Data element groups` of `dataElementGroups`."""
    return "".join(" " + letter.lower() if letter.isupper() else letter for letter in name).strip().capitalize()


def _title(name: str) -> str:
    """`Data Element Group` of `DataElementGroup`."""
    return "".join(" " + letter if letter.isupper() else letter for letter in name).strip()
