"""Values of `RANDOM(…)`: each is given once, and never one that is in use.

What was given stands in a table whose unique index decides between requests that happen to draw the same; letters of
either case count as one, since unique attributes compare so.
"""

from __future__ import annotations

import math
import secrets
import string
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from dhis2api.errors import ApiError
from tracker.generated.errors import TOO_FEW_LEFT
from tracker.generated.resolving import Resolved

ALPHABETS = {
    "#": string.digits,
    "X": string.ascii_uppercase,
    "x": string.ascii_lowercase,
    "*": string.digits + string.ascii_letters,
}
# Of a small space every value is tried, of a large one so many draws, each larger than the one before.
SMALL_SPACE = 20_000
DRAWS = 100
BATCH = 2_000
SPARE = 10

# Of these candidates, those that nothing has and nobody was promised.
FREE = """
    SELECT candidate FROM unnest(%(candidates)s::text[]) WITH ORDINALITY AS drawn (candidate, place)
    WHERE NOT EXISTS (
        SELECT 1 FROM tracked_entity_attribute_value used
        WHERE used.attribute_id = %(attribute)s AND lower(left(used.value, 100)) = lower(left(candidate, 100))
          AND lower(used.value) = lower(candidate)
    ) AND NOT EXISTS (
        SELECT 1 FROM reserved_value taken
        WHERE taken.attribute_id = %(attribute)s AND lower(taken.value) = lower(candidate)
    ) ORDER BY place
"""
# In one order, so that two requests never wait for each other in a circle.
RESERVE = """
    INSERT INTO reserved_value (attribute_id, key, value, created_at, expiry_date)
    SELECT %(attribute)s, %(key)s, value, %(now)s, %(expiry)s FROM unnest(%(values)s::text[]) AS value ORDER BY value
    ON CONFLICT DO NOTHING RETURNING value
"""
GIVE_BACK = "DELETE FROM reserved_value WHERE attribute_id = %(attribute)s AND value = ANY(%(values)s)"


def reserve_random(attribute: int, pattern: Resolved, count: int, now: datetime, expiry: datetime) -> list[str]:
    """Reserve so many values. Each round is a statement of its own, outside any transaction.

    Errors: 409 when there are too few left; nothing is reserved then.
    """
    found: list[str] = []
    parameters = {"attribute": attribute, "key": pattern.key, "now": now, "expiry": expiry}
    with connection.cursor() as cursor:
        for candidates in _candidates(pattern.generated.parameter, count):
            drawn = {"candidates": [pattern.value(text) for text in candidates]}
            # Another request may take a value between look and hand: then look again.
            while free := _free(cursor, parameters | drawn):
                cursor.execute(RESERVE, parameters | {"values": free[: count - len(found)]})
                found += [row[0] for row in cursor.fetchall()]
                if len(found) == count:
                    return found
        cursor.execute(GIVE_BACK, parameters | {"values": found})
    raise ApiError(TOO_FEW_LEFT, count, pattern.key)


def _free(cursor: Any, parameters: dict[str, Any]) -> list[str]:
    """The free ones of the candidates, of those that differ in case alone the first."""
    cursor.execute(FREE, parameters)
    found = [row[0] for row in cursor.fetchall()]
    return list({text.lower(): text for text in reversed(found)}.values())


def _candidates(mask: str, count: int) -> Iterator[list[str]]:
    """Batches of different texts of the mask, in no order; the first hardly more than are needed."""
    alphabets = [ALPHABETS[letter] for letter in mask]
    space = math.prod(map(len, alphabets))
    if space > SMALL_SPACE:
        size = 2 * count + SPARE
        for _ in range(DRAWS):
            yield list({"".join(map(secrets.choice, alphabets)) for _ in range(size)})
            size = max(size, min(2 * size, BATCH))
        return
    numbers = list(range(space))
    secrets.SystemRandom().shuffle(numbers)
    for start in range(0, space, BATCH):
        yield [_numbered(number, alphabets) for number in numbers[start : start + BATCH]]


def _numbered(number: int, alphabets: list[str]) -> str:
    letters = []
    for alphabet in alphabets:
        number, place = divmod(number, len(alphabet))
        letters.append(alphabet[place])
    return "".join(letters)
