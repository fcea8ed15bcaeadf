"""Follow-up marks: set on stored values, one or many, all or none (DHIS2 2.42, data values, follow-up)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from datavalues import errors as codes
from datavalues.single.keys import MARKED, ValueName, Values, find_values, require
from datavalues.stored_keys import key_arrays
from dhis2api.errors import ApiError
from dhis2api.objects.writers import record_writer

_WANTED = """
    unnest(%(elements)s::int[], %(periods)s::text[], %(units)s::int[], %(combos)s::int[], %(attributes)s::int[],
           %(marks)s::bool[]) AS wanted(element, iso, unit, combo, attribute_combo, mark)
    JOIN metadata_period period ON period.iso = wanted.iso
"""
_SAME_KEY = """
    (stored.data_element_id, stored.period_id, stored.organisation_unit_id, stored.category_option_combo_id,
     stored.attribute_option_combo_id)
  = (wanted.element, period.id, wanted.unit, wanted.combo, wanted.attribute_combo) AND NOT stored.deleted
"""
# In key order, as imports lock theirs.
LOCK = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM datavalue stored JOIN {_WANTED} ON {_SAME_KEY}
        ORDER BY stored.data_element_id, stored.period_id, stored.organisation_unit_id,
                 stored.category_option_combo_id, stored.attribute_option_combo_id
        FOR UPDATE OF stored
    ) AS locked
"""
MARK = f"UPDATE datavalue stored SET followup = wanted.mark, last_updated = %(now)s FROM {_WANTED} WHERE {_SAME_KEY}"


def mark_values(marks: Sequence[tuple[ValueName, bool]], user: Any) -> None:
    """Set the mark of each value; of several marks of one value the last counts. Queries: as many for one as for all.

    Errors: E1100-E1104, E1110, E1111, E2020, E2040, E2041 for what names no value, E2032 for a value that is not there.
    """
    with transaction.atomic():
        values = find_values([name for name, _ in marks], user)
        require(values, MARKED)
        if None in values.resolved.period or not _mark(values, [mark for _, mark in marks]):
            raise ApiError(codes.E2032)


def _mark(values: Values, marks: list[bool]) -> bool:
    """Whether all values are there; only then are they marked."""
    arrays = key_arrays(values.resolved)
    latest = dict(zip(zip(*arrays.values(), strict=True), marks, strict=True))
    parameters: dict[str, Any] = {"marks": list(latest.values()), "now": values.context.now}
    parameters |= {name: list(column) for name, column in zip(arrays, zip(*latest, strict=True), strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, parameters)
        if cursor.fetchone()[0] < len(latest):
            return False
        cursor.execute(MARK, parameters)
    record_writer(values.context.now)
    return True
