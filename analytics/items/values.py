"""What is asked for items, and the values found: by org unit, period, attribute option combo and key of the item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from dhis2api.periods import Period
from expressions.items import Item
from expressions.kinds import Kind, Value

NOTHING: Mapping[str, Value] = {}


class Reading(Enum):
    """Which data counts for an org unit and a period."""

    OWN_OR_LONGER = auto()  # the unit's own; where there is none, that of the shortest longer period around
    OWN = auto()  # the unit's own
    SUMMED = auto()  # the unit's own and that of all below it, summed
    AGGREGATED = auto()  # of the unit and all below it, shorter periods too, by aggregation types


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for a set of items. Org units are primary keys."""

    org_units: Sequence[int]
    periods: Sequence[Period]
    reading: Reading

    @property
    def descends(self) -> bool:
        """Whether data of lower units counts."""
        return self.reading in (Reading.SUMMED, Reading.AGGREGATED)


Cell = tuple[int, str]  # org unit, ISO period


@dataclass(slots=True)
class ItemValues:
    """The values found. Attribute option combos are primary keys; None where data knows none.

    Values that do not depend on the attribute option combo belong to each of them.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)  # of items that are not numbers
    by_combo: dict[Cell, dict[int | None, dict[str, Value]]] = field(default_factory=dict)
    by_cell: dict[Cell, dict[str, Value]] = field(default_factory=dict)
    by_unit: dict[int, dict[str, Value]] = field(default_factory=dict)
    by_period: dict[str, dict[str, Value]] = field(default_factory=dict)
    always: dict[str, Value] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # items that cannot be computed here, and why

    def attribute_combos(self, org_unit: int, period: Period) -> Iterable[int | None]:
        """Those for which data is stored. Only None where all data there is knows no combos; empty without data."""
        cell = org_unit, period.iso
        return self.by_combo.get(cell) or ((None,) if cell in self.by_cell else ())

    def has_any(self, org_unit: int, periods: Iterable[Period]) -> bool:
        """Whether there is a value that belongs to the org unit in one of the periods."""
        cells = ((org_unit, period.iso) for period in periods)
        return org_unit in self.by_unit or any(cell in self.by_combo or cell in self.by_cell for cell in cells)

    def mapping(self, org_unit: int, period: Period, attribute_combo: int | None = None) -> dict[str, Value]:
        """The values to evaluate an expression with, by the keys of items; what has no value is not in it."""
        cell = org_unit, period.iso
        return {
            **self.always,
            **self.by_period.get(period.iso, NOTHING),
            **self.by_unit.get(org_unit, NOTHING),
            **self.by_cell.get(cell, NOTHING),
            **self.by_combo.get(cell, {}).get(attribute_combo, NOTHING),
        }

    def put(self, cell: Cell, attribute_combo: int | None, key: str, value: Value) -> None:
        """Add a value of one attribute option combo."""
        self.by_combo.setdefault(cell, {}).setdefault(attribute_combo, {})[key] = value

    def put_for_all(self, cell: Cell, key: str, value: Value) -> None:
        """Add a value that knows no attribute option combos."""
        self.by_cell.setdefault(cell, {})[key] = value


Items = Collection[Item]
