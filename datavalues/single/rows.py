"""The stored rows of single values."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from datavalues.single.keys import Values
from datavalues.stored_keys import STORED_KEYS, key_arrays

# Writers of one key take turns: two of them may each change another part of the value.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"

FIND = f"SELECT wanted.place, stored.deleted, stored.value, stored.comment, stored.followup FROM {STORED_KEYS}"
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
        cursor.execute(HOLD if hold else FIND, key_arrays(values.resolved))
        return {place - 1: StoredValue(*row) for place, is_deleted, *row in cursor.fetchall() if not is_deleted}


def take_turn(values: Values, position: int) -> None:
    """Wait for other writers of the same value, until the end of the transaction."""
    key = ",".join(str(column[position]) for column in key_arrays(values.resolved).values())
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [key])
