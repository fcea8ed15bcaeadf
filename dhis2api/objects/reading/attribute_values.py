"""Custom attribute values: stored as `{uid: text}`, shown as `[{attribute: {…}, value}]` or by the attribute's uid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from dhis2api.objects.query.fields import Selection
from dhis2api.objects.reading.budget import Related, size_of
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.plan import Entry, Node, compile_selections
from dhis2api.objects.registry import find_schema

LoadKeyed = Callable[[Node, ReadingContext], Related]


@dataclass(slots=True)
class AttributeDetails:
    """What is known of the attributes that a node's answer shows."""

    rendered: Related = field(default_factory=lambda: Related({}, {}))
    json_typed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, node: Node, context: ReadingContext, load_keyed: LoadKeyed) -> AttributeDetails:
        """Load what the node shows of attributes beyond their ids; `load_keyed` renders a whole small type by uid."""
        schema = find_schema("attribute")
        details = cls()
        if schema is None or node.schema.embedded:
            return details
        if node.attributes:
            typed = schema.model._base_manager.filter(uid__in=list(node.attributes), value_type="GEOJSON")
            details.json_typed = frozenset(typed.values_list("uid", flat=True))
        wanted = _attribute_selection(node.entries.get("attributeValues"))
        if wanted is not None:
            details.rendered = load_keyed(compile_selections(schema, wanted), context)
        return details

    def listed(self, values: dict[str, str] | None, entry: Entry) -> list[dict[str, Any]]:
        """The list form of an object's values."""
        listed = []
        for uid, value in (values or {}).items():
            item = {"attribute": self.rendered.shown.get(uid, {"id": uid}), "value": value}
            if entry.selection:
                names = {s.name for s in entry.selection}
                item = item if names & {"*", ":all"} else {k: v for k, v in item.items() if k in names}
            listed.append(item)
        return listed

    def size(self, values: dict[str, str] | None) -> int:
        """The size of the list form."""
        return 1 + sum(size_of(value) + 2 + self.rendered.sizes.get(uid, 0) for uid, value in (values or {}).items())

    def typed(self, uid: str, value: str | None) -> Any:
        """A value asked for by its attribute's uid; JSON-typed ones as JSON."""
        return orjson.loads(value) if value is not None and uid in self.json_typed else value


def _attribute_selection(entry: Entry | None) -> tuple[Selection, ...] | None:
    if entry is None:
        return None
    for selection in entry.selection or ():
        if selection.name == "attribute" and selection.children:
            return selection.children
    return None
