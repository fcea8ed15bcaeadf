"""What decoding a data value set gives, whatever its format: the header, and values in chunks of columns.

Values are kept as columns, not as objects: what depends on one column or two is asked once for each distinct key,
and the rest of the work is done by loops that run in C.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

CHUNK = 50_000  # values in memory at a time

Column = list[str | None]


@dataclass(slots=True)
class Header:
    """The set's own members, as they were sent; None where absent."""

    data_set: str | None = None
    complete_date: str | None = None
    period: str | None = None
    org_unit: str | None = None
    attribute_option_combo: str | None = None
    attribute_category_options: list[str] | None = None
    dry_run: bool | None = None
    strategy: str | None = None
    id_scheme: str | None = None
    data_element_id_scheme: str | None = None
    org_unit_id_scheme: str | None = None
    category_option_combo_id_scheme: str | None = None
    data_set_id_scheme: str | None = None
    category_id_scheme: str | None = None
    category_option_id_scheme: str | None = None
    default_id_scheme: str | None = None  # what holds in this format if nobody says anything


@dataclass(slots=True, eq=False)  # compared by identity: each group of a payload is one of its own
class Group:
    """What an ADX group says of its values, as it was sent; categories are among its `attributes`."""

    attributes: dict[str, str]
    data_set: str | None = field(init=False)
    period: str | None = field(init=False)
    org_unit: str | None = field(init=False)
    attribute_option_combo: str | None = field(init=False)
    complete_date: str | None = field(init=False)

    def __post_init__(self) -> None:
        get = self.attributes.get
        self.data_set, self.period, self.org_unit = get("dataSet"), get("period"), get("orgUnit")
        self.attribute_option_combo, self.complete_date = get("attributeOptionCombo"), get("completeDate")


@dataclass(slots=True)
class Grouping:
    """How the values of a chunk stand in groups: what only ADX has."""

    groups: list[Group]  # those that begin in this chunk, or between it and the last one
    owners: list[Group]  # of each value
    columns: Callable[[Sequence[str]], list[Column]]  # the values' attributes of these names
    annotations: Column
    unannotated: set[int] = field(default_factory=set)  # positions of values whose annotation is missing


@dataclass(slots=True)
class Chunk:
    """Consecutive values. `start` is the payload index of the first; all columns have the same length.

    `comment` and `value` are texts as sent; `followup` and `deleted` are None where absent. `data_set` is what each
    value was sent for: the header's for all of them (filled in by `override`), or in ADX that of its group.
    """

    start: int
    data_element: Column
    period: Column
    org_unit: Column
    category_option_combo: Column
    attribute_option_combo: Column
    value: Column
    comment: Column
    stored_by: Column
    followup: list[bool | None]
    deleted: list[bool | None]
    data_set: Column = field(default_factory=list)
    grouping: Grouping | None = None

    def __len__(self) -> int:
        return len(self.data_element)


@dataclass(slots=True)
class DataValueSet:
    """A decoded set; `chunks` may be read once."""

    header: Header
    chunks: Iterator[Chunk]
