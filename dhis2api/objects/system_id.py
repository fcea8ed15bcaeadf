"""The identity of this server, the same in every process and after every restart."""

from __future__ import annotations

import uuid
from functools import cache

from django.db import connection

_NAMESPACE = uuid.UUID("6f0b8a52-5f6e-4c38-9d0e-2f3f2c6b7a11")


@cache
def system_id() -> str:
    """A uuid that follows from the database cluster and the database's name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text || '/' || current_database() FROM pg_control_system()")
        return str(uuid.uuid5(_NAMESPACE, cursor.fetchone()[0]))
