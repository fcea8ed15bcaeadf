"""Counting queries, with a failure that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


class QueryCount(int):
    """A number of queries that remembers their text; pytest prints it when a comparison fails."""

    statements: list[str]


class Counter:
    """`count` is there after the `with` block."""

    count: QueryCount


@contextmanager
def query_counter() -> Iterator[Counter]:
    """Count the queries of a block: `with query_counter() as few: …`, then compare `few.count`."""
    counter = Counter()
    with CaptureQueriesContext(connection) as context:
        yield counter
    counter.count = QueryCount(len(context))
    counter.count.statements = [query["sql"] for query in context.captured_queries]


def explain(left: object, right: object) -> list[str] | None:
    """For pytest: the statements behind the numbers that differ."""
    lines = []
    for side, value in (("left", left), ("right", right)):
        if isinstance(value, QueryCount):
            lines.append(f"{int(value)} queries on the {side}:")
            lines += [f"  {statement[:500]}" for statement in value.statements]
    return [f"{left!r} against {right!r} queries", *lines] if lines else None
