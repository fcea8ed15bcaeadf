"""What is left of reservations that nobody needs any more."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

# Values that a tracked entity has by now count as in use; they need no reservation.
REMOVE = """
    DELETE FROM reserved_value reserved WHERE reserved.expiry_date < %(now)s OR EXISTS (
        SELECT 1 FROM tracked_entity_attribute_value used
        WHERE used.attribute_id = reserved.attribute_id
          AND lower(left(used.value, 100)) = lower(left(reserved.value, 100))
          AND lower(used.value) = lower(reserved.value)
    )
"""


def remove_used_or_expired(now: datetime) -> int:
    """Forget reservations that are expired or used; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, {"now": now})
        return cursor.rowcount
