"""What the same work costs PostgreSQL alone: the floors that our figures are ratios of."""

from __future__ import annotations

import os

from django.db import connection

# The same rows in random order into an empty table with our indexes.
PREPARE = """
    DROP TABLE IF EXISTS floor_rows, floor;
    CREATE TABLE floor_rows AS SELECT * FROM datavalue ORDER BY random();
    CREATE TABLE floor (LIKE datavalue INCLUDING ALL);
"""


def dump_rows(path: str) -> None:
    """Write the stored values, shuffled, as COPY writes them; leaves an empty table for `copy_in`."""
    with connection.cursor() as cursor, open(path, "wb") as file:
        cursor.execute(PREPARE)
        cursor.copy_expert("COPY floor_rows TO STDOUT", file)


def copy_in(path: str) -> None:
    """The floor of an import: COPY of the dumped rows."""
    with connection.cursor() as cursor, open(path, "rb") as file:
        cursor.copy_expert("COPY floor FROM STDIN", file)


def copy_out(query: str) -> None:
    """The floor of an export: COPY of the JSON that the export makes, to nowhere."""
    with connection.cursor() as cursor, open(os.devnull, "wb") as file:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", file)
