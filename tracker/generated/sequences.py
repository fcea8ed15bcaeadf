"""Values of `SEQUENTIAL(…)`: a counter for each attribute and key, whose row is locked while it counts on.

Numbers whose value is in use already are passed over. What was given is not stored: the counter never goes back.
"""

from __future__ import annotations

from django.db import connection, transaction

from dhis2api.errors import ApiError
from tracker.generated.errors import TOO_FEW_LEFT
from tracker.generated.resolving import Resolved

# Numbers looked at in one round, doubled with each.
WINDOW = 2_000

# Takes the row's lock, too, when there is one.
START = """
    INSERT INTO sequential_counter AS stored (attribute_id, key, counter) VALUES (%(attribute)s, %(key)s, 0)
    ON CONFLICT (attribute_id, key) DO UPDATE SET counter = stored.counter RETURNING counter
"""
FREE = """
    SELECT number FROM (
        SELECT number, %(before)s || lpad(number::text, %(width)s, '0') || %(after)s AS candidate
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
    ) AS counted
    WHERE NOT EXISTS (
        SELECT 1 FROM tracked_entity_attribute_value used
        WHERE used.attribute_id = %(attribute)s AND lower(left(used.value, 100)) = lower(left(candidate, 100))
          AND lower(used.value) = lower(candidate)
    ) ORDER BY number LIMIT %(count)s
"""
ADVANCE = "UPDATE sequential_counter SET counter = %(counter)s WHERE attribute_id = %(attribute)s AND key = %(key)s"


@transaction.atomic
def count_on(attribute: int, pattern: Resolved, count: int) -> list[str]:
    """The next so many values. Errors: 409 when the mask has too few left; the counter stays then."""
    width = len(pattern.generated.parameter)
    parameters = {
        "attribute": attribute, "key": pattern.key, "before": pattern.before, "after": pattern.after, "width": width,
    }  # fmt: skip
    highest, window = 10**width - 1, max(WINDOW, count)
    numbers: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(START, parameters)
        counter = cursor.fetchone()[0]
        while len(numbers) < count and counter < highest:
            last = min(highest, counter + window)
            wanted = {"first": counter + 1, "last": last, "count": count - len(numbers)}
            cursor.execute(FREE, parameters | wanted)
            numbers += [row[0] for row in cursor.fetchall()]
            counter, window = last, window * 2
        if len(numbers) < count:
            raise ApiError(TOO_FEW_LEFT, count, pattern.key)
        cursor.execute(ADVANCE, parameters | {"counter": numbers[-1]})
    return [pattern.value(f"{number:0{width}d}") for number in numbers]
