"""How PostgreSQL goes about statements whose arrays are tables: it takes them for small, and the values for few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Statements within compare no row with every row of an array: at a million values that takes minutes.

    They sort a million rows in memory, too."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem = DEFAULT")
