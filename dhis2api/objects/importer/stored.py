"""Collections that a partial update does not name: rules may ask for them, and only then are they read.

A rule that looks at `item.members` or `item.embedded` sees them as they will be, whether the payload named them or
not; a group of 100,000 that gains one member is never loaded, because no rule asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from dhis2api.objects.importer.records import EmbeddedRow, ImportObject
from dhis2api.objects.relations import member_keys
from dhis2api.objects.schema import Property, Shape

T = TypeVar("T")


def show_stored(items: Sequence[ImportObject]) -> None:
    """Let the collections of these partial updates, all of one type, be read when a rule asks for one.

    What is asked for is read for all of them in one query.
    """
    if not items:
        return
    members = _Loader(items, Shape.MEMBERS, member_keys)
    rows = _Loader(items, Shape.EMBEDDED, _read_rows)
    for item in items:
        item.members = _Collections(item, members)
        item.embedded = _Collections(item, rows)


class _Loader:
    """Reads a collection of all objects at once, when one of them is asked."""

    def __init__(
        self, items: Sequence[ImportObject], shape: Shape, read: Callable[[Property, list[int]], dict[int, list[Any]]]
    ) -> None:
        self._items = items
        self._shape = shape
        self._read = read
        self._known: dict[str, dict[int, list[Any]]] = {}

    def load(self, item: ImportObject, name: str) -> list[Any] | None:
        prop = item.schema.properties.get(name)
        if prop is None or prop.shape is not self._shape:
            return None
        if name not in self._known:
            self._known[name] = self._read(prop, [each.pk for each in self._items if each.pk is not None])
        return self._known[name].get(item.pk, [])


class _Collections(dict[str, list[T]]):
    """What the payload names stands in the dictionary; the rest is looked up."""

    def __init__(self, item: ImportObject, loader: _Loader) -> None:
        super().__init__()
        self._item = item
        self._loader = loader

    def get(self, name: str, default: Any = None) -> Any:
        if name in self:
            return self[name]
        found = self._loader.load(self._item, name)
        if found is None:
            return default
        changed = self._item.changed_members.get(name, {})
        if not changed:
            return found
        present = set(found)
        kept = [key for key in found if changed.get(key, True)]
        return kept + [key for key, enters in changed.items() if enters and key not in present]

    def __missing__(self, name: str) -> Any:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found


def _read_rows(prop: Property, owners: list[int]) -> dict[int, list[EmbeddedRow]]:
    link = prop.link
    role = {"role": link.role} if link.role else {}
    rows = link.model._base_manager.filter(**{f"{link.owner_column}__in": owners}, **role)
    found: dict[int, list[EmbeddedRow]] = defaultdict(list)
    for row in rows.order_by(link.owner_column, *(link.order or ("pk",))).values():
        pk, uid, owner = row.pop("id"), row.pop("uid"), row.pop(link.owner_column)
        found[owner].append(EmbeddedRow(row, uid, pk))
    return found
