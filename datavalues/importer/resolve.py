"""Third stage: identifiers of a chunk become objects, by column.

The set's own period, org unit and attribute option combo override those of the values when they resolve. What does
not resolve stays None here; the checks say so, in DHIS2's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datavalues.importer.context import Context, DataElement, OptionCombo, OrgUnit
from datavalues.records import Chunk, Header
from dhis2api.periods import Period
from dhis2api.value_types import BOOLEAN_TYPES, normalise


@dataclass(slots=True)
class ResolvedChunk:
    """A chunk with its objects; columns of `chunk` keep what was sent, for the conflicts."""

    chunk: Chunk
    data_element: list[DataElement | None]
    period: list[Period | None]
    org_unit: list[OrgUnit | None]
    category_option_combo: list[OptionCombo | None]
    attribute_option_combo: list[OptionCombo | None]
    value: list[str | None]  # normalised by value type, not yet trimmed

    def __len__(self) -> int:
        return len(self.data_element)


def override(header: Header, chunk: Chunk) -> None:
    """Put the header's period, org unit and attribute option combo (those that resolve) in place of the values' own.

    Its data set is that of every value which names none itself.
    """
    size = len(chunk)
    if not chunk.data_set:
        chunk.data_set = [header.data_set] * size
    if header.period is not None:
        chunk.period = [header.period] * size
    if header.org_unit is not None:
        chunk.org_unit = [header.org_unit] * size
    if header.attribute_option_combo is not None:
        chunk.attribute_option_combo = [header.attribute_option_combo] * size


def resolve(context: Context, chunk: Chunk) -> ResolvedChunk:
    """The objects of every column."""
    known = context.metadata
    elements = _mapped(chunk.data_element, known.data_elements)
    return ResolvedChunk(
        chunk,
        data_element=elements,
        period=list(map(known.periods.get, chunk.period)),
        org_unit=_mapped(chunk.org_unit, known.org_units),
        category_option_combo=_combos(context, chunk.category_option_combo, known.category_option_combos),
        attribute_option_combo=_combos(context, chunk.attribute_option_combo, known.attribute_option_combos),
        value=_normalised(elements, chunk.value),
    )


def _mapped(column: list[str | None], known: dict[str, Any]) -> list[Any]:
    return list(map(known.get, column))


def _combos(context: Context, column: list[str | None], known: dict[str, Any]) -> list[Any]:
    """Absent and blank identifiers mean the default option combo."""
    default = context.metadata.default_combo
    table = known | dict.fromkeys((None, ""), default)
    blank = {text: default for text in set(column) if text is not None and not text.strip()}
    return list(map((table | blank).get, column))


def _normalised(elements: list[DataElement | None], values: list[str | None]) -> list[str | None]:
    """Booleans in their stored spelling; everything else as it was sent."""
    if not any(element is not None and element.value_type in BOOLEAN_TYPES for element in set(elements)):
        return values
    return [
        value if element is None or value is None else normalise(element.value_type, value)
        for element, value in zip(elements, values, strict=True)
    ]
