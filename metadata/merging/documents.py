"""Documents (favourites, dashboards, maps, …) that name merged or split objects, whatever their sharing.

A declared reference to the type passes on; in a list all heirs take the place of the object. Anywhere else in a
document an object is named by its uid as a word (`uid.uid` on an axis, an expression), and the first heir takes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from dhis2api.objects.document_references import declared_members
from dhis2api.objects.importer.document_upkeep import BATCH, document_types
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema
from metadata.merging.reassign import Change
from metadata.merging.texts import word_pattern


@dataclass(frozen=True)
class Succession:
    """Objects of a type that go, and who takes their place; by uid, the first heir wherever there is room for one."""

    singular: str
    gone: Sequence[str]
    heirs: Sequence[str]

    @cached_property
    def words(self) -> re.Pattern[str]:
        """The uids that go, as words."""
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, self.gone))})\b")


def replace_in_documents(succession: Succession, change: Change) -> None:
    """Rewrite every document that names one of those that go.

    Queries: one for each type of document, one more for each batch that changes.
    """
    for schema in document_types():
        rows = schema.model._base_manager.annotate(content_text=Cast("content", TextField()))
        rows = rows.filter(content_text__regex=word_pattern(succession.gone)).order_by("pk")
        changed = []
        for row in rows.select_for_update(of=("self",)):
            content = inherited(schema, row.content, succession)
            if content != row.content:
                row.content, row.last_updated, row.last_updated_by_id = content, change.now, change.user
                changed.append(row)
        columns = ["content", "last_updated", "last_updated_by"]
        schema.model._base_manager.bulk_update(changed, columns, batch_size=BATCH)


def inherited(schema: Schema, content: Mapping[str, Any], succession: Succession) -> dict[str, Any]:
    """The content of a document, or of an item of one, with the heirs in place."""
    declared = {prop.name: prop for prop in declared_members(schema)}
    return {name: _member(declared.get(name), value, succession) for name, value in content.items()}


def _member(prop: Property | None, value: Any, succession: Succession) -> Any:
    if prop is None or (prop.target is None and not prop.identifies):
        return _reworded(value, succession)
    if prop.identifies or value is None:
        return value
    if not prop.collection:
        return _successors(prop, value, succession)[0]
    rows = value if isinstance(value, list) else [value]
    return _once((row, after) for row in rows for after in _successors(prop, row, succession))


def _successors(prop: Property, value: Any, succession: Succession) -> list[Any]:
    """What takes the place of one reference or item; several only where a whole reference passes on to all heirs."""
    if prop.refers:
        is_gone = prop.target == succession.singular and value.get("id") in succession.gone
        return [value | {"id": heir} for heir in succession.heirs] if is_gone else [value]
    schema = get_schema(prop.target)
    naming = next((inner.name for inner in declared_members(schema) if inner.names_any), None)
    if naming is not None and value.get(naming) in succession.gone:
        return [value | {naming: heir} for heir in succession.heirs]
    return [inherited(schema, value, succession)]


def _once(rows: Iterable[tuple[Any, Any]]) -> list[Any]:
    """What came by succession is left out where it is there already."""
    pairs = list(rows)
    found = [before for before, after in pairs if before == after]
    kept = []
    for before, after in pairs:
        if before == after:
            kept.append(after)
        elif after not in found:
            kept.append(after)
            found.append(after)
    return kept


def _reworded(value: Any, succession: Succession) -> Any:
    if isinstance(value, str):
        return succession.words.sub(succession.heirs[0], value)
    if isinstance(value, list):
        return [_reworded(one, succession) for one in value]
    if isinstance(value, dict):
        return {name: _reworded(one, succession) for name, one in value.items()}
    return value
