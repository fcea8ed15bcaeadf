"""A query as one statement on one namespace, and its rows as JSON, a batch in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson
from django.db import DataError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from datastore.errors import NOT_NUMERIC, QUERY_FAILED
from datastore.formats import array_chunks
from datastore.protections import Mode
from datastore.query.fields import Field
from datastore.query.filters import Filter
from datastore.query.order import Order
from datastore.query.sql import compile_filter, compile_order, exists_any, text_of
from datastore.stores import Store
from dhis2api.errors import ApiError

BATCH = 100  # rows, each with a value of any size
TIMEOUT_SECONDS = 60  # of one statement: a pattern may be made to take for ever
LIMIT_TIME = "SELECT set_config('statement_timeout', %s, TRUE)"  # until the transaction ends
NOT_A_NUMBER, CANCELLED = "22P02", "57014"  # SQLSTATEs
LIMITS = "54"  # the class of those for what is too large or too complex


@dataclass(frozen=True, slots=True)
class DataQuery:
    """What is asked of a namespace. `limit` None: everything."""

    fields: Sequence[Field]
    filters: Sequence[Filter]
    order: Order
    any_filter: bool = False  # one is enough
    include_all: bool = False  # also entries of which nothing is shown but the key
    offset: int = 0
    limit: int | None = None


def compile_query(store: Store, namespace: str, query: DataQuery) -> QuerySet[Any]:
    """The rows: the key, then the text of each field. Errors: 400 for a filter's value that is no JSON."""
    rows = store.readable_rows(namespace)
    found = Q()
    for condition in query.filters:
        compiled = compile_filter(condition)
        found = found | compiled if query.any_filter else found & compiled
    rows = rows.filter(found)
    if not query.include_all:
        rows = rows.filter(exists_any([shown.path for shown in query.fields]))
    texts = {f"field_{number}": text_of(shown.path) for number, shown in enumerate(query.fields)}
    rows = rows.order_by(*compile_order(query.order)).annotate(**texts).values_list("key", *texts)
    return rows if query.limit is None else rows[query.offset : query.offset + query.limit]


def query_chunks(store: Store, namespace: str, query: DataQuery, *, before: bytes, after: bytes) -> Iterator[bytes]:
    """The entries as a JSON array between `before` and `after`; a namespace that is unknown or hidden has none.

    Errors: 403 for a restricted namespace; 400 for what goes wrong in the database, before the first piece.
    """
    gate = store.gate(namespace)
    if gate.reads is Mode.RESTRICTED:
        raise ApiError(store.wording.protected, namespace)
    rows = compile_query(store, namespace, query)
    found = _rows(rows, query) if gate.reads is Mode.NONE else iter(())
    first = next(found, None)  # a query that fails does so here
    entries = chain([first], found) if first is not None else found
    write = compile_entry(query.fields)
    return array_chunks((write(row) for row in entries), before, after)


def _rows(rows: QuerySet[Any], query: DataQuery) -> Iterator[tuple[Any, ...]]:
    is_small = query.limit is not None and query.limit <= BATCH
    try:
        yield from _page(rows) if is_small else _stream(rows)
    except (DataError, OperationalError) as error:
        refusal = _find_refusal(error, query)
        if refusal is None:
            raise
        raise refusal from error


def _page(rows: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """All rows by one round trip: PostgreSQL runs both statements as one transaction, which the limit ends with."""
    statement, parameters = rows.query.sql_with_params()
    # Where a transaction runs already, a failure must not end it.
    with transaction.atomic() if connection.in_atomic_block else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"{LIMIT_TIME}; {statement}", [f"{TIMEOUT_SECONDS}s", *parameters])
        return cursor.fetchall()


def _stream(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LIMIT_TIME, [f"{TIMEOUT_SECONDS}s"])
        yield from rows.iterator(chunk_size=BATCH)


def _find_refusal(error: Exception, query: DataQuery) -> ApiError | None:
    """What a failure says of the query. PostgreSQL's own sentences hold values, so that they are not passed on."""
    state = getattr(error.__cause__, "pgcode", None) or ""
    if state == NOT_A_NUMBER and query.order.is_numeric:
        return ApiError(NOT_NUMERIC, query.order.path.text)
    if state == CANCELLED:
        return ApiError(QUERY_FAILED, f"it took longer than {TIMEOUT_SECONDS} seconds")
    if isinstance(error, DataError) or state.startswith(LIMITS):
        return ApiError(QUERY_FAILED, "a value is too large for it")
    return None


@dataclass(slots=True)
class _Node:
    """A member of the answer: the number of a field, or members of its own."""

    number: int | None = None
    members: dict[str, _Node] = field(default_factory=dict)


def compile_entry(fields: Sequence[Field]) -> Any:
    """A function that makes the JSON of an entry from its row, the key and the text of each field.

    Where two fields want one place, the later one has it, as the last of two members of one name.
    """
    root = _Node(members={"key": _Node(0)})
    for number, shown in enumerate(fields, start=1):
        _put(root, shown.place, number)
    pieces: list[str | int] = []
    _lay_out(root, pieces)

    def write(row: Sequence[str | None]) -> bytes:
        key = orjson.dumps(row[0]).decode()
        texts = (key, *row[1:])
        return "".join(
            [piece if type(piece) is str else "null" if texts[piece] is None else texts[piece] for piece in pieces]
        ).encode()

    return write


def _put(root: _Node, place: Sequence[str], number: int) -> None:
    for name in place[:-1]:
        root = root.members.setdefault(name, _Node())
        root.number = None
    root.members[place[-1]] = _Node(number)


def _lay_out(node: _Node, pieces: list[str | int]) -> None:
    if node.number is not None:
        pieces.append(node.number)
        return
    separator = "{"
    for name, member in node.members.items():
        pieces.append(f"{separator}{orjson.dumps(name).decode()}:")
        separator = ","
        _lay_out(member, pieces)
    pieces.append("}")
