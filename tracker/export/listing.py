"""A list as a statement: its page of keys, its number of objects, all of its keys one batch after the other.

Keys are read first and rows for them alone, so that what is shown costs by page and not by what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from tracker.access.statements import Values, all_of

BATCH = 1000


@dataclass(slots=True)
class Listing:
    """Which rows of `table`, as `alias`, and in which order.

    `lead` is the column that an index has before the key; `found` a statement of the keys that come into question.
    """

    table: str
    alias: str
    values: Values = field(default_factory=Values)
    conditions: list[str] = field(default_factory=list)
    order: str = ""
    lead: str = ""
    found: str = ""

    def where(self, condition: str) -> None:
        """Ask for one condition more."""
        self.conditions.append(condition)

    def follow(self, column: str, key: int) -> None:
        """Ask for rows with this key in `column`, and read them by the index of that column and the key.

        As an equation it would leave the planner free to walk down all keys instead, which takes long where the rows
        are old; a range of one does not.
        """
        bound = self.values.bind(key)
        self.where(f"{self.alias}.{column} BETWEEN {bound} AND {bound}")
        self.lead = column

    def among(self, keys: str) -> None:
        """Look only at the rows of these keys: a statement that sorts them downwards, as the list is.

        It stands for itself, so that what else is asked is asked of no more rows than the page needs.
        """
        self.found = keys

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
            cursor.execute(f"SELECT count(*) FROM {self._source()}", self.values)
            return cursor.fetchone()[0]

    def exceeds(self, limit: int) -> bool:
        """Whether there are more rows than `limit`; no more than that are counted."""
        values = Values(self.values)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT FROM {self._source()} LIMIT {values.bind(limit + 1)}) AS found",
                values,
            )
            return cursor.fetchone()[0] > limit

    def batches(self, limit: int | None = None) -> Iterator[list[int]]:
        """All keys, or the first `limit`, from a server-side cursor."""
        values = Values(self.values)
        bounds = "" if limit is None else f" LIMIT {values.bind(limit)}"
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            with connection.cursor() as setting:
                # All rows will be fetched: without this the planner favours plans that start fast and end late.
                setting.execute("SET LOCAL cursor_tuple_fraction = 1")
            cursor.execute(f"{self._statement()}{bounds}", values)
            while rows := cursor.fetchmany(BATCH):
                yield [key for (key,) in rows]

    def explain(self) -> str:
        """How the database would read the first page, for tests."""
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {self._statement()} LIMIT 51", self.values)
            return "\n".join(line for (line,) in cursor.fetchall())

    def _source(self) -> str:
        found = f" JOIN ({self.found}) AS found ON found.id = {self.alias}.id" if self.found else ""
        return f"{self.table} {self.alias}{found} WHERE {all_of(self.conditions)}"

    def _statement(self) -> str:
        lead = f"{self.alias}.{self.lead} DESC, " if self.lead else ""
        return f"SELECT {self.alias}.id FROM {self._source()} ORDER BY {self.order or f'{lead}{self.alias}.id DESC'}"
