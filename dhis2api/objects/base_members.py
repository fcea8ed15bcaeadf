"""Members that follow from a type's capabilities: href, access, display names, attribute values, old names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dhis2api.objects.declarations import Computed
from dhis2api.objects.schema import Kind, Property, Schema, Shape
from sharing.access import judge


def add(schema: Schema) -> None:
    """Add them to `schema`, after its own members."""
    _add(schema, "href", Computed(_href(schema), kind="URL"))
    _add(schema, "access", Computed(_access(schema), needs=("sharing",) if schema.shareable else (), kind="COMPLEX"))
    for name in ("createdBy", "lastUpdatedBy"):
        schema.properties[name].klass = "org.hisp.dhis.user.User"
        schema.properties[name].writable = False
    _alias(schema, "user", "createdBy")
    if hasattr(schema.model, "attribute_values"):
        schema.properties["attributeValues"] = Property(
            name="attributeValues", kind=Kind.COLLECTION, shape=Shape.JSON, klass="java.util.Set",
            singular="attributeValue", field_name="attributeValues", column="attribute_values",
            query_path="attribute_values", item_kind=Kind.COMPLEX, item_klass="org.hisp.dhis.attribute.AttributeValue",
            default={},
        )  # fmt: skip
    if schema.shareable:
        schema.properties["sharing"].klass = "org.hisp.dhis.user.sharing.Sharing"
        _add_legacy_sharing(schema)
    _add_display_names(schema)


def display_name_of(prop: Property) -> str:
    """`displayShortName` of `shortName`."""
    return "display" + prop.name[0].upper() + prop.name[1:]


def translate(row: Mapping[str, Any], prop: Property, locale: str | None) -> str | None:
    """The member's text in `locale`; its own text when there is no translation."""
    if locale:
        for entry in row.get("translations") or ():
            if entry.get("property") == prop.translation_key and entry.get("locale") == locale:
                return entry.get("value")
    return row.get(prop.name)


def _add(schema: Schema, name: str, computed: Computed) -> None:
    if name in schema.properties:
        return
    schema.properties[name] = Property(
        name=name, kind=Kind(computed.kind), shape=Shape.COMPUTED, klass="java.lang.String", singular=name,
        field_name=name, owner=False, persisted=False, writable=False, computed=computed,
    )  # fmt: skip


def _alias(schema: Schema, name: str, original: str) -> None:
    prop = schema.properties[original]
    schema.properties[name] = Property(
        name=name, kind=prop.kind, shape=prop.shape, klass=prop.klass, singular=name, field_name=original,
        column=prop.column, query_path=prop.query_path, target=prop.target, owner=False, writable=False, alias=True,
    )  # fmt: skip


def _href(schema: Schema) -> Any:
    def compute(row: Mapping[str, Any], context: Any) -> str:
        return f"{context.api_base}/{schema.plural}/{row['id']}"

    return compute


def _access(schema: Schema) -> Any:
    def compute(row: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return judge(schema.rules, row.get("sharing"), context.principal).to_dict()

    return compute


def _add_display_names(schema: Schema) -> None:
    translations = ("translations",) if schema.translatable else ()
    for prop in [p for p in schema.properties.values() if p.translation_key]:
        _add(schema, display_name_of(prop), Computed(_display(schema, prop), needs=_needs(schema, prop) + translations))


def _needs(schema: Schema, prop: Property) -> tuple[str, ...]:
    return (prop.name, "name") if prop.name == "formName" and schema.has("name") else (prop.name,)


def _display(schema: Schema, prop: Property) -> Any:
    def compute(row: Mapping[str, Any], context: Any) -> str | None:
        shown = translate(row, prop, context.locale)
        if shown is None and prop.name == "formName" and schema.has("name"):
            return translate(row, schema.properties["name"], context.locale)
        return shown

    return compute


def _add_legacy_sharing(schema: Schema) -> None:
    """The flat members of versions up to 2.40, read from `sharing` (clients of both generations are served)."""
    needs = ("sharing",)
    _add(schema, "publicAccess", Computed(lambda row, context: (row.get("sharing") or {}).get("public"), needs))
    external = Computed(lambda row, context: bool((row.get("sharing") or {}).get("external")), needs, "BOOLEAN")
    _add(schema, "externalAccess", external)
    _add(schema, "userAccesses", Computed(_grants("users", "userUid"), needs, "COLLECTION"))
    _add(schema, "userGroupAccesses", Computed(_grants("userGroups", "userGroupUid"), needs, "COLLECTION"))


def _grants(member: str, uid_name: str) -> Any:
    def compute(row: Mapping[str, Any], context: Any) -> list[dict[str, Any]]:
        grants = ((row.get("sharing") or {}).get(member) or {}).items()
        return [
            {"access": grant.get("access"), uid_name: uid, "id": uid}
            | ({"displayName": grant["displayName"]} if grant.get("displayName") else {})
            for uid, grant in grants
        ]

    return compute
