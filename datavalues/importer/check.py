"""What a check is: how it finds the records that it refuses, and what it says of one.

A check declares the columns that its answer depends on and is asked once for each distinct combination of them, not
once for each value: a set of 500,000 values has a few thousand such keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from datavalues.importer.context import Context
from datavalues.importer.resolve import ResolvedChunk
from dhis2api.errors import Conflict


@dataclass(frozen=True, slots=True)
class Record:
    """One value as it was sent."""

    index: int
    data_element: str | None
    period: str | None
    org_unit: str | None
    category_option_combo: str | None
    attribute_option_combo: str | None
    value: str | None
    data_set: str | None


Failing = Iterable[tuple[int, Any]]  # position in the chunk, what is wrong
Find = Callable[[Context, ResolvedChunk], Failing]
Tell = Callable[[Context, Record, Any], Iterator[Conflict]]


@dataclass(frozen=True, slots=True)
class Check:
    """`find` gives the failing positions of a chunk, `tell` the conflicts of one; `applies` may rule the check out."""

    name: str
    find: Find
    tell: Tell
    applies: Callable[[Context], bool] = lambda context: True


def keyed(*columns: str, ask: Callable[..., Any]) -> Find:
    """A `find` that asks `ask(context, *key)` once a distinct key; a true answer is what is wrong.

    The columns are those of the chunk as sent, so a key is made of texts.
    """

    def find(context: Context, resolved: ResolvedChunk) -> Failing:
        data = [getattr(resolved.chunk, name) for name in columns]
        if len(data) == 1:
            wrong = {key: found for key in set(data[0]) if (found := ask(context, key))}
            keys: Iterable[Any] = data[0]
        else:
            wrong = {key: found for key in set(zip(*data, strict=True)) if (found := ask(context, *key))}
            keys = zip(*data, strict=True) if wrong else ()
        if not wrong:
            return ()
        return [(position, wrong[key]) for position, key in enumerate(keys) if key in wrong]

    return find


def record_at(resolved: ResolvedChunk, position: int) -> Record:
    """The value at a position of the chunk."""
    chunk = resolved.chunk
    return Record(
        chunk.start + position, chunk.data_element[position], chunk.period[position], chunk.org_unit[position],
        chunk.category_option_combo[position], chunk.attribute_option_combo[position], chunk.value[position],
        chunk.data_set[position],
    )  # fmt: skip
