"""Where an expression is evaluated once: the values at hand, and what was found missing on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from expressions.kinds import Kind, Value
from expressions.strategies import MissingValueStrategy

ANY, ALL = MissingValueStrategy.SKIP_IF_ANY_VALUE_MISSING, MissingValueStrategy.SKIP_IF_ALL_VALUES_MISSING


@dataclass(frozen=True, slots=True)
class Place:
    """An org unit, as the functions of org units ask for it: uids of its ancestors (not its own), of its groups, and of
    the data sets and programs that are assigned to it."""

    ancestors: frozenset[str] = field(default=frozenset())
    groups: frozenset[str] = field(default=frozenset())
    data_sets: frozenset[str] = field(default=frozenset())
    programs: frozenset[str] = field(default=frozenset())


class Cell:
    """One evaluation. `found` and `missing` count the items that were reached; `is_void`: a date was missing, for which
    nothing can stand. `sampled`: what each aggregated expression has in the samples; it is the same in all of them, and
    aggregates within aggregates would take samples to the power of their depth."""

    __slots__ = (
        "candidates", "found", "is_void", "kinds", "missing", "place", "sampled", "samples", "strategy", "values",
    )  # fmt: skip

    def __init__(
        self,
        values: Mapping[str, Value],
        strategy: str,
        kinds: Mapping[str, Kind],
        samples: Sequence[Mapping[str, Value]] = (),
        place: Place | None = None,
        candidates: Mapping[str, Sequence[Value]] | None = None,
    ) -> None:
        self.values = values
        self.strategy = strategy
        self.kinds = kinds
        self.samples = samples
        self.place = place
        self.candidates = candidates
        self.sampled: dict[object, list[Value]] = {}
        self.found = 0
        self.missing = 0
        self.is_void = False

    def sample(self, values: Mapping[str, Value]) -> Cell:
        """The same in a sample period."""
        inner = Cell(values, self.strategy, self.kinds, self.samples, self.place, self.candidates)
        inner.sampled = self.sampled
        return inner


def settled(value: Value, cell: Cell) -> Value:
    """What an evaluation gave, after what was missing on the way: None for no value."""
    if cell.missing and (cell.strategy == ANY or (cell.strategy == ALL and not cell.found)):
        return None
    if cell.is_void or (type(value) is Decimal and not value.is_finite()):
        return None
    return value
