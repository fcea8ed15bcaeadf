"""What is to be built: tables, their columns, where rows come from, how they are parted.

A type of table says this and no more; `building.py` does it, in the same way for all of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.timezone import get_default_timezone

from analytics.identifiers import literal, quoted
from analytics.table_types import TableType

UID = "character(11)"
TEXT = "text"
NAME = "character varying(255)"
STATUS = "character varying(50)"
DATE = "date"
INTEGER = "integer"
BIGINT = "bigint"
DOUBLE = "double precision"
TIMESTAMP = "timestamp without time zone"
BOOLEAN = "boolean"
JSON = "jsonb"

LATEST = 0  # the year of the partition of what changed since the last full update


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the expression that fills it is cast to its type.

    Facts have no index; `indexed_after` makes its index one of two columns.
    """

    name: str
    type: str
    value: str
    required: bool = False
    is_indexed: bool = True
    indexed_after: str | None = None
    ignores_case: bool = False  # a second index, on the text in lower case
    newest_first: bool = False  # a second index, from the newest on
    collation: str | None = None

    @property
    def definition(self) -> str:
        """As it stands in CREATE TABLE."""
        collation = f' COLLATE "{self.collation}"' if self.collation else ""
        return f"{quoted(self.name)} {self.type}{collation}{' NOT NULL' if self.required else ''}"

    @property
    def selection(self) -> str:
        """As it stands in the SELECT that makes a table, which takes type and collation from it."""
        collation = f' COLLATE "{self.collation}"' if self.collation else ""
        return f"({self.value})::{self.type}{collation} AS {quoted(self.name)}"

    def indexes(self) -> list[str]:
        """What indexes of this column are on: the text between the brackets."""
        if not self.is_indexed:
            return []
        name = quoted(self.name)
        found = [f"{quoted(self.indexed_after)}, {name}" if self.indexed_after else name]
        found += [f"lower({name})"] if self.ignores_case else []
        found += [f"{name} DESC NULLS LAST"] if self.newest_first else []
        return found


def fact(name: str, type: str, value: str, *, required: bool = False) -> Column:
    """A column that is computed with, and not searched by."""
    return Column(name, type, value, required, is_indexed=False)


def moment(name: str, value: str) -> Column:
    """A point in time, in the server's zone as DHIS2 keeps it."""
    return Column(name, TIMESTAMP, local(value), newest_first=True)


def local(value: str) -> str:
    """A stored moment as a timestamp of the server's zone."""
    return f"({value} AT TIME ZONE {literal(str(get_default_timezone()))})"


@dataclass(frozen=True, slots=True)
class Partition:
    """The rows of one year, or the latest ones (year 0); `condition` selects them, `checks` hold for them."""

    year: int
    condition: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a latest update must know: which rows of the main table its partition replaces."""

    identity: str  # the column that names a row's source
    changed: str  # SELECT of those identities whose source changed, in one column
    exists: str  # SELECT EXISTS: whether anything changed since the last look


@dataclass(frozen=True, slots=True)
class Plan:
    """One table. `partitions` None: its rows stand in the master itself.

    `before` are statements that prepare the ground, on tables of `scratch` that go afterwards.
    """

    type: TableType
    master: str
    columns: tuple[Column, ...]
    source: str  # FROM … WHERE …, to which a partition's condition is added
    partitions: tuple[Partition, ...] | None = None
    keeps_other_years: bool = False  # of an update of some years: the type is one that DHIS2 marks so
    before: tuple[str, ...] = ()
    scratch: tuple[str, ...] = ()
    changes: Changes | None = None

    def __post_init__(self) -> None:
        """Whoever names an object like a column that is always there gets no second one."""
        once = {column.name: column for column in reversed(self.columns)}
        unique = tuple(column for column in self.columns if once[column.name] is column)
        object.__setattr__(self, "columns", unique)


@dataclass(frozen=True, slots=True)
class Interval:
    """A latest update: what changed from `since` to the start of the run; `seen`: the last look at it."""

    since: datetime.datetime
    seen: datetime.datetime


@dataclass(frozen=True, slots=True)
class Update:
    """One run: what is asked of it, and what all types need to know."""

    started: datetime.datetime
    last_years: int | None = None  # None: all years
    latest: Interval | None = None  # set: nothing but the latest partition
    skip_types: frozenset[TableType] = frozenset()
    skip_programs: frozenset[str] = frozenset()
    skip_outliers: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def until(self) -> str:
        """The start as a constant: rows changed later belong to the next run."""
        return moment_literal(self.started)

    @property
    def this_year(self) -> int:
        """The year of the start, in the server's zone."""
        return self.started.astimezone(get_default_timezone()).year

    @property
    def first_year(self) -> int | None:
        """The first one of an update of some years."""
        return self.this_year - self.last_years + 1 if self.last_years else None

    @property
    def is_partial(self) -> bool:
        """Whether main tables stay, and only some of their partitions are built."""
        return self.latest is not None or self.last_years is not None

    def whole(self) -> Update:
        """The same for a table that has to be built from nothing."""
        return replace(self, last_years=None, latest=None)

    def of_years(self, years: Iterable[int]) -> list[int]:
        """Those that are to be built, in order."""
        return sorted(year for year in years if self.first_year is None or year >= self.first_year)


def moment_literal(moment: datetime.datetime) -> str:
    """A moment as a constant."""
    return f"{literal(moment.isoformat())}::timestamptz"
