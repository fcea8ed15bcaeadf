"""The stored rows of single values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from datavalues.single.keys import Values

# Writers of one key take turns: two of them may each change another part of the value.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"

FIND = """
    SELECT wanted.place, stored.deleted, stored.value, stored.comment, stored.followup
    FROM unnest(%(places)s::int[], %(elements)s::int[], %(periods)s::text[], %(units)s::int[], %(combos)s::int[],
                %(attributes)s::int[]) AS wanted(place, element, iso, unit, combo, attribute_combo)
    JOIN metadata_period period ON period.iso = wanted.iso
    JOIN datavalue stored ON (
        stored.data_element_id, stored.period_id, stored.organisation_unit_id, stored.category_option_combo_id,
        stored.attribute_option_combo_id
    ) = (wanted.element, period.id, wanted.unit, wanted.combo, wanted.attribute_combo)
"""
# An import that changes the row commits first, or waits: what is kept of the value is what it left there.
HOLD = f"{FIND} FOR UPDATE OF stored"


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A live value; at least one of `value` and `comment` is there."""

    value: str | None
    comment: str | None
    followup: bool


def find_stored(values: Values, *, hold: bool = False) -> dict[int, StoredValue]:
    """The live rows by position; deleted ones count as missing. One query. All objects must be known.

    `hold` keeps others from changing the rows, deleted ones too, until the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD if hold else FIND, {**key_arrays(values), "places": list(range(len(values.names)))})
        return {place: StoredValue(*row) for place, is_deleted, *row in cursor.fetchall() if not is_deleted}


def take_turn(values: Values, position: int) -> None:
    """Wait for other writers of the same value, until the end of the transaction."""
    key = ",".join(str(column[position]) for column in key_arrays(values).values())
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [key])


def key_arrays(values: Values) -> dict[str, Sequence[int] | Sequence[str]]:
    """The keys of the values as one array a column."""
    resolved = values.resolved
    return {
        "elements": [item.pk for item in resolved.data_element],
        "periods": [period.iso for period in resolved.period],
        "units": [item.pk for item in resolved.org_unit],
        "combos": [item.pk for item in resolved.category_option_combo],
        "attributes": [item.pk for item in resolved.attribute_option_combo],
    }
