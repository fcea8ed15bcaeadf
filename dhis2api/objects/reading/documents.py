"""Members of documents: picked from `content` as `fields` says, with the objects that they refer to.

A reference of which no more than the id is shown costs nothing; any other one query for all rows, however deep in the
content it stands. Who is referred to and gone is then left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dhis2api.objects.query.transformers import transform
from dhis2api.objects.reading.budget import Related, size_of
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import Entry, Node
from dhis2api.objects.schema import Property, Shape

Load = Callable[[Node, set[str], ReadingContext], Related]


@dataclass(slots=True)
class Documents:
    """What the contents of a chunk of rows refer to, by the entry that shows it."""

    related: dict[int, Related] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)  # members that lead to other objects, and what most of it is

    @classmethod
    def of(cls, node: Node, rows: list[dict[str, Any]], context: ReadingContext, load: Load) -> Documents:
        """Load what the contents of `rows` refer to; `load` renders objects by uid."""
        found = cls()
        if node.schema.is_document and node.reads_content:
            found.paths = found._load(node, [row["content"] for row in rows], context, load)
        return found

    def _load(
        self, node: Node, contents: list[Mapping[str, Any]], context: ReadingContext, load: Load
    ) -> dict[str, str]:
        """Load for all entries of `node`; the names that led to other objects, each with the chain below it."""
        paths: dict[str, str] = {}
        for entry in node.entries.values():
            if entry.prop.shape is not Shape.DOCUMENT or entry.node is None:
                continue
            values = list(_values(contents, entry.prop))
            if not entry.prop.refers:
                below = self._load(entry.node, values, context, load)
                for name, path in below.items():
                    paths[entry.prop.name] = f"{name}[{path}]" if path else name
            elif not _shows_id_alone(entry.node):
                uids = {value["id"] for value in values}
                self.related[id(entry)] = load(entry.node, uids, context) if uids else Related({}, {})
                paths[entry.prop.name] = self.related[id(entry)].path
        return paths

    def shown(self, entry: Entry, content: Mapping[str, Any]) -> tuple[Any, int | None]:
        """A member of a content, and its size where it leads to other objects; an absent collection is empty."""
        value = content.get(entry.prop.name)
        if value is None and entry.prop.collection:
            return [], None
        shown, size = self._member(entry, value)
        return shown, size if entry.prop.name in self.paths else None

    def _member(self, entry: Entry, value: Any) -> tuple[Any, int]:
        if value is None:
            return None, 0
        if entry.node is None:
            shown = pick(value, entry.selection) if entry.selection else value
            return shown, size_of(shown)
        if entry.prop.collection:
            members = [found for one in value if (found := self._one(entry, one))[0] is not None]
            return [shown for shown, _ in members], 1 + sum(size for _, size in members)
        return self._one(entry, value)

    def _one(self, entry: Entry, value: dict[str, Any]) -> tuple[Any, int]:
        if not entry.prop.refers:
            return self._item(entry.node, value)
        related = self.related.get(id(entry))
        if related is not None:
            return related.shown.get(value["id"]), related.sizes.get(value["id"], 0)
        return ({"id": value["id"]} if "id" in entry.node.entries else {}), 2

    def _item(self, node: Node, value: dict[str, Any]) -> tuple[dict[str, Any], int]:
        shown: dict[str, Any] = {}
        size = 1
        for name, entry in node.entries.items():
            found, below = self._member(entry, value.get(name))
            if found is not None:
                key, found = transform(name, found, entry.transformers) if entry.transformers else (name, found)
                shown[key] = found
                size += below
        for key, found in undeclared(node, value):
            shown[key] = found
            size += size_of(found)
        return shown, size


def undeclared(node: Node, content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The members that no schema knows, as far as the node shows them."""
    if node.shows_undeclared:
        for name, value in content.items():
            if name not in node.schema.properties and name not in node.undeclared and name not in node.removed:
                yield name, value
    for name, selection in node.undeclared.items():
        if name in content and name not in node.removed:
            value = pick(content[name], selection.children) if selection.children else content[name]
            yield transform(name, value, selection.transformers)


def _values(contents: Iterable[Mapping[str, Any]], prop: Property) -> Iterator[Any]:
    for content in contents:
        value = content.get(prop.name)
        if prop.collection:
            yield from value or ()
        elif value is not None:
            yield value


def _shows_id_alone(node: Node) -> bool:
    return not node.attributes and all(name == "id" and not e.transformers for name, e in node.entries.items())
