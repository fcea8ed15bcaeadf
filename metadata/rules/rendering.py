"""How fields and sections are drawn on a device: E4017 for a way that no client knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.enums import SectionRendering, ValueRendering
from metadata.errors import E4017

# The rows whose members are drawn, by the collection of their owner.
ROWS = ("programTrackedEntityAttributes", "programStageDataElements")


def fields_are_drawn_in_known_ways(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4017 of the fields of a program or stage."""
    for name in ROWS:
        for row in item.embedded.get(name, ()):
            yield from _faults(item, row.values.get("render_type"), ValueRendering, f"{name}.renderType")


def section_is_drawn_in_a_known_way(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4017 of a section."""
    yield from _faults(item, item.values.get("render_type"), SectionRendering, "renderType")


def _faults(
    item: ImportObject, given: Any, known: type[ValueRendering] | type[SectionRendering], place: str
) -> Iterator[Fault]:
    for device, how in given.items() if isinstance(given, dict) else ():
        kind = how.get("type") if isinstance(how, dict) else how
        if kind is not None and kind not in known.__members__:
            yield Fault(E4017, (kind, place, device), place, main_id=item.uid)
