"""What stored objects refer to already: an importer who may not read it may leave it where it is.

References are rendered whatever their own sharing, so that a client who reads an object and puts it back loses nothing;
for the same reason what it puts back is not held against it. Asked only where something unreadable is met: one query a
member then, for all objects of the type.
"""

from __future__ import annotations

from collections import defaultdict

from dhis2api.objects.document_references import declared_members, references_in
from dhis2api.objects.importer.preheat import Target
from dhis2api.objects.importer.records import Bundle, ImportObject
from dhis2api.objects.relations import member_keys
from dhis2api.objects.schema import Property, Shape


def already_refers(bundle: Bundle, item: ImportObject, prop: Property, target: Target, owner: Property | None) -> bool:
    """Whether the stored object refers to the target through `prop`; `owner` is the collection of embedded rows that
    the reference stands in."""
    if item.stored is None:
        return False
    if item.schema.is_document and prop.column is None:
        return _stands_in(item, prop, target)
    if owner is None and prop.shape is Shape.REFERENCE:
        return item.stored[prop.column] == target.pk
    return target.pk in _held(bundle, item, prop, owner).get(item.pk, ())


def _stands_in(item: ImportObject, prop: Property, target: Target) -> bool:
    """Whether a declared reference of the stored document leads to the target; a text that is its uid does not."""
    content = item.stored["content"]
    return any(
        singular == prop.target and one == {"id": target.uid}
        for member in declared_members(item.schema)
        for singular, one in references_in(member, content.get(member.name))
    )


def _held(bundle: Bundle, item: ImportObject, prop: Property, owner: Property | None) -> dict[int, set[int]]:
    key = (item.schema.singular, owner.name if owner else "", prop.name)
    if key not in bundle.held:
        owners = [each.pk for each in bundle.of(item.schema.singular) if each.stored is not None]
        bundle.held[key] = _members(prop, owners) if owner is None else _rows(owner, prop, owners)
    return bundle.held[key]


def _members(prop: Property, owners: list[int]) -> dict[int, set[int]]:
    return {owner: set(members) for owner, members in member_keys(prop, owners).items()}


def _rows(owner: Property, prop: Property, owners: list[int]) -> dict[int, set[int]]:
    rows = owner.link.model._base_manager.filter(**{f"{owner.link.owner_column}__in": owners})
    found: dict[int, set[int]] = defaultdict(set)
    for key, target in rows.values_list(owner.link.owner_column, prop.column):
        found[key].add(target)
    return found
