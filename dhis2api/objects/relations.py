"""Who stands in a collection: primary keys of members by primary keys of owners, in one query."""

from __future__ import annotations

from collections import defaultdict

from dhis2api.objects.query import lookups  # noqa: F401 - registers `any_of`
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape


def member_keys(prop: Property, owners: list[int]) -> dict[int, list[int]]:
    """The members (or embedded rows) of each owner, in their order."""
    link = prop.link
    role = {"role": link.role} if link.role else {}
    pairs = (
        link.model._base_manager.filter(**{f"{link.owner_column}__any_of": owners}, **role)
        .order_by(link.owner_column, *(link.order or (link.member_column,)))
        .values_list(link.owner_column, link.member_column)
    )
    members: dict[int, list[int]] = defaultdict(list)
    for owner, member in pairs:
        members[owner].append(member)
    return members


def owning_side(prop: Property) -> Property | None:
    """The member of the type on the other side that owns the relation of `prop`; None where nothing does.

    `dataElement.dataElementGroups` is owned by `dataElementGroup.dataElements`, `organisationUnit.children` by
    `organisationUnit.parent`.
    """
    for other in _stored(get_schema(prop.target)):
        if prop.link.reverse:
            if other.shape is Shape.REFERENCE and other.column == prop.link.owner_column:
                return other
        elif other.shape is Shape.MEMBERS and _mirrors(other, prop):
            return other
    return None


def _stored(schema: Schema) -> list[Property]:
    return [p for p in schema.stored().values() if p.shape in (Shape.REFERENCE, Shape.MEMBERS)]


def _mirrors(other: Property, prop: Property) -> bool:
    same_table = other.link.model is prop.link.model
    return same_table and (other.link.owner_column, other.link.member_column) == (
        prop.link.member_column, prop.link.owner_column,
    )  # fmt: skip
