"""A list as a statement: its page of keys, its number of objects, all of its keys one batch after the other.

Keys are read first and rows for them alone, so that what is shown costs by page and not by what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from tracker.access.statements import Values, all_of

BATCH = 500


@dataclass(slots=True)
class Listing:
    """Which rows of `table`, as `alias`, and in which order."""

    table: str
    alias: str
    values: Values = field(default_factory=Values)
    conditions: list[str] = field(default_factory=list)
    order: str = ""

    def where(self, condition: str) -> None:
        """Ask for one condition more."""
        self.conditions.append(condition)

    def page(self, number: int, size: int) -> tuple[list[int], bool]:
        """The keys of a page, and whether another one follows: one row more than the page is read."""
        values = Values(self.values)
        bounds = f"LIMIT {values.bind(size + 1)} OFFSET {values.bind((number - 1) * size)}"
        with connection.cursor() as cursor:
            cursor.execute(f"{self._statement()} {bounds}", values)
            keys = [key for (key,) in cursor.fetchall()]
        return keys[:size], len(keys) > size

    def count(self) -> int:
        """How many rows there are."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.table} {self.alias} WHERE {all_of(self.conditions)}",
                           self.values)  # fmt: skip
            return cursor.fetchone()[0]

    def exceeds(self, limit: int) -> bool:
        """Whether there are more rows than `limit`; no more than that are counted."""
        values = Values(self.values)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT FROM {self.table} {self.alias} WHERE {all_of(self.conditions)}"
                f" LIMIT {values.bind(limit + 1)}) AS found",
                values,
            )
            return cursor.fetchone()[0] > limit

    def batches(self, limit: int | None = None) -> Iterator[list[int]]:
        """All keys, or the first `limit`, from a server-side cursor."""
        values = Values(self.values)
        bounds = "" if limit is None else f" LIMIT {values.bind(limit)}"
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(f"{self._statement()}{bounds}", values)
            while rows := cursor.fetchmany(BATCH):
                yield [key for (key,) in rows]

    def explain(self) -> str:
        """How the database would read the first page, for tests."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {self._statement()} LIMIT 51", self.values)
            return "\n".join(line for (line,) in cursor.fetchall())

    def _statement(self) -> str:
        order = self.order or f"{self.alias}.id DESC"
        return f"SELECT {self.alias}.id FROM {self.table} {self.alias} WHERE {all_of(self.conditions)} ORDER BY {order}"
