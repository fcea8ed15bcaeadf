"""Values by their keys, many in one statement: the part of it that finds their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from datavalues.importer.resolve import ResolvedChunk

# `stored` are the rows, deleted ones too; `wanted.place` is the place of a key in the arrays, from 1.
STORED_KEYS = """
    unnest(%(elements)s::int[], %(periods)s::text[], %(units)s::int[], %(combos)s::int[], %(attributes)s::int[])
        WITH ORDINALITY AS wanted(element, iso, unit, combo, attribute_combo, place)
    JOIN metadata_period period ON period.iso = wanted.iso
    JOIN datavalue stored ON (
        stored.data_element_id, stored.period_id, stored.organisation_unit_id, stored.category_option_combo_id,
        stored.attribute_option_combo_id
    ) = (wanted.element, period.id, wanted.unit, wanted.combo, wanted.attribute_combo)
"""


def key_arrays(resolved: ResolvedChunk, positions: Iterable[int] | None = None) -> dict[str, list[Any]]:
    """The keys at these positions (None: at all) as one array a column; all their objects must be known."""
    places = range(len(resolved)) if positions is None else list(positions)
    return {
        "elements": [resolved.data_element[place].pk for place in places],
        "periods": [resolved.period[place].iso for place in places],
        "units": [resolved.org_unit[place].pk for place in places],
        "combos": [resolved.category_option_combo[place].pk for place in places],
        "attributes": [resolved.attribute_option_combo[place].pk for place in places],
    }
