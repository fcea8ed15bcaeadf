"""One round: rules of one period type held against the values of some org units.

A rule is looked at under each attribute option combo by which values of its items are stored, and under the default one
where only values are there that know none. One that is asked for is looked at whatever is stored.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.items.loading import ItemValues, Reading, load_items
from dhis2api.periods import Period
from expressions.checking import ORG_UNIT_FUNCTIONS
from expressions.kinds import Value
from validation.rules.evaluating import Found, Surroundings, find_violation
from validation.rules.loading import Rule, Side
from validation.rules.periods import window_of
from validation.rules.places import load_places

Values = Mapping[str, Value]


class Unit(NamedTuple):
    """An org unit: its key and its level in the hierarchy."""

    pk: int
    level: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A violation that a round came upon; keys as in the database."""

    rule: Rule
    org_unit: int
    period: Period
    attribute_option_combo: int
    day: int | None
    found: Found


class Round:
    """Values, loaded in a fixed number of queries, and the rules that look at them.

    `refused` are the keys of items that cannot be computed here, each with the reason; their rules are left out.
    """

    def __init__(
        self, rules: Sequence[Rule], units: Sequence[Unit], periods: Sequence[Period], today: datetime.date,
        default: int, only: int | None,
    ) -> None:  # fmt: skip
        self.units, self.periods = units, periods
        self.default, self.only = default, only
        keys = [unit.pk for unit in units]
        items = {item.key: item for rule in rules for item in rule.items}
        self.values = load_items(items.values(), keys, periods, Reading.OWN_OR_LONGER)
        self.windows = {period: window_of(period, today) for period in periods}
        sliding = {item.key: item for rule in rules for side in rule.sides for item in side.sliding_items}
        self.sliding_keys = sliding.keys()
        windows = [window for window, _ in self.windows.values()]
        self.sliding = load_items(sliding.values(), keys, windows, Reading.OWN_OR_LONGER) if sliding else ItemValues()
        self.refused = {**self.values.refused, **self.sliding.refused}
        self.rules = [rule for rule in rules if rule.keys.isdisjoint(self.refused)]
        called = {name for rule in rules for side in rule.sides for name in side.expression.functions}
        self.places = load_places(keys) if called & ORG_UNIT_FUNCTIONS else {}

    def run(self, hidden: frozenset[int]) -> Iterator[Seen]:
        """All violations, unit by unit; none under the `hidden` attribute option combos."""
        for unit in self.units:
            rules = [rule for rule in self.rules if not rule.levels or unit.level in rule.levels]
            surroundings = Surroundings(self.values.kinds, self.places.get(unit.pk))
            for period in self.periods if rules else ():
                for combo, here in self._rules_by_combo(unit.pk, period, rules):
                    if combo not in hidden:
                        yield from self._judge(unit.pk, period, combo, here, surroundings)

    def _rules_by_combo(self, unit: int, period: Period, rules: Sequence[Rule]) -> Iterator[tuple[int, Sequence[Rule]]]:
        """The attribute option combos to look at, each with the rules that have values there."""
        if self.only is not None:
            yield self.only, rules
            return
        cell = unit, period.iso
        seen: set[Rule] = set()
        for combo, values in self.values.by_combo.get(cell, {}).items():
            here = [rule for rule in rules if not rule.keys.isdisjoint(values)]
            seen.update(here)
            if here:
                yield combo, here
        everywhere = self._values_of_programs(unit, period)
        rest = [rule for rule in rules if rule not in seen and not rule.keys.isdisjoint(everywhere)]
        if rest:
            yield self.default, rest

    def _values_of_programs(self, unit: int, period: Period) -> set[str]:
        """Keys of the values that know no attribute option combos."""
        window, _ = self.windows[period]
        found = set(self.values.by_cell.get((unit, period.iso), ()))
        found.update(self.sliding.by_cell.get((unit, window.iso), ()))
        return found

    def _judge(
        self, unit: int, period: Period, combo: int, rules: Sequence[Rule], surroundings: Surroundings
    ) -> Iterator[Seen]:
        values = self.values.mapping(unit, period, combo)
        window, last_day = self.windows[period]
        slid: Values | None = None
        for rule in rules:
            left = right = values
            day = None
            if rule.is_sliding:
                slid = slid if slid is not None else self._slide(values, unit, window)
                left, right = (self._seen_by(side, values, slid) for side in rule.sides)
                day = last_day
            if found := find_violation(rule, left, right, surroundings):
                yield Seen(rule, unit, period, combo, day, found)

    def _slide(self, values: Values, unit: int, window: Period) -> Values:
        """The values with those of the window in place of the period's."""
        kept = {key: value for key, value in values.items() if key not in self.sliding_keys}
        found = self.sliding.mapping(unit, window)
        return kept | {key: found[key] for key in self.sliding_keys & found.keys()}

    @staticmethod
    def _seen_by(side: Side, values: Values, slid: Values) -> Values:
        return slid if side.is_sliding else values
