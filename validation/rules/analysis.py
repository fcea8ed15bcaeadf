"""Rules × org units × periods × attribute option combos: everything that violates a rule.

Values are loaded for some org units at a time, and for some periods where even few units may have too many, so that
memory does not grow with their number: one round of queries for each `VALUES_AT_ONCE` values that there may be.
Source: DHIS2 2.42, validation rule analysis.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from django.db.models import QuerySet

from dhis2api.periods import Period, parse_period
from metadata.models import CategoryOptionCombo, OrganisationUnit
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from validation.models import ValidationResult
from validation.rules.loading import Rule
from validation.rules.periods import PeriodsByType
from validation.rules.rounds import Round, Seen, Unit

VALUES_AT_ONCE = 500_000  # of items, in memory
FEWEST_UNITS = 20  # at once, however many items and periods there are


class Cell(NamedTuple):
    """What can be violated once."""

    rule: int
    period: str
    org_unit: int
    attribute_option_combo: int
    day: int | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is to be looked at. Option combos are primary keys."""

    rules: Sequence[Rule]
    periods: PeriodsByType
    org_units: QuerySet[OrganisationUnit]
    today: datetime.date
    limit: int  # violations; more are not looked for
    attribute_option_combo: int | None = None  # None: all that data is stored by
    hidden: frozenset[int] = frozenset()  # attribute option combos whose data may not be read
    refused: dict[str, str] = field(default_factory=dict)  # filled by the search: what cannot be computed, and why


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold; org unit and attribute option combo are primary keys.

    `day` is the day of the period that a sliding window ends with, `result` the key of the stored row, if there is one.
    """

    rule: Rule
    org_unit: int
    period: Period
    attribute_option_combo: int
    left: float
    right: float
    day: int | None = None
    result: int | None = None
    notification_sent: bool = False

    @property
    def cell(self) -> Cell:
        """What it is a violation of."""
        return Cell(self.rule.pk, self.period.iso, self.org_unit, self.attribute_option_combo, self.day)


def find_violations(analysis: Analysis, watch: Callable[[], None] = lambda: None) -> list[Violation]:
    """All violations up to the limit: those that are stored, which count without being looked at again, and new ones.

    `watch` is called now and then; what it raises ends the search.
    """
    return list(islice(_violations(analysis, watch), analysis.limit))


def violations_of(rows: QuerySet[ValidationResult], rules: Mapping[int, Rule]) -> Iterator[Violation]:
    """Stored results of some rules."""
    for rule, unit, iso, *rest in rows.values_list(
        "validation_rule_id", "organisation_unit_id", "period__iso", "attribute_option_combo_id", "leftside_value",
        "rightside_value", "day_in_period", "pk", "notification_sent",
    ):  # fmt: skip
        yield Violation(rules[rule], unit, parse_period(iso), *rest)


def _violations(analysis: Analysis, watch: Callable[[], None]) -> Iterator[Violation]:
    by_type: dict[object, list[Rule]] = defaultdict(list)
    for rule in analysis.rules:
        if analysis.periods.get(rule.period_type):
            by_type[rule.period_type].append(rule)
    if not by_type:
        return
    default = CategoryOptionCombo.objects.values_list("pk", flat=True).get(uid=DEFAULT_CATEGORY_OPTION_COMBO)
    for units in _chunks(analysis):
        stored = {found.cell: found for found in _stored(analysis, units)}
        yield from stored.values()
        for round in _rounds(analysis, by_type.values(), units, default):
            watch()
            analysis.refused.update(round.refused)
            for seen in round.run(analysis.hidden):
                found = _violation(seen)
                if found.cell not in stored:
                    yield found


def _violation(seen: Seen) -> Violation:
    found = seen.found
    return Violation(
        seen.rule, seen.org_unit, seen.period, seen.attribute_option_combo, found.left, found.right, seen.day
    )


def _rounds(
    analysis: Analysis, by_type: Iterable[list[Rule]], units: Sequence[Unit], default: int
) -> Iterator[Round]:  # fmt: skip
    for rules in by_type:
        for periods in _parts(analysis.periods[rules[0].period_type], rules, len(units)):
            yield Round(rules, units, periods, analysis.today, default, analysis.attribute_option_combo)


def _chunks(analysis: Analysis) -> Iterator[list[Unit]]:
    rows = analysis.org_units.order_by("pk").values_list("pk", "hierarchy_level")
    units = [Unit(*row) for row in rows]
    size = max(FEWEST_UNITS, VALUES_AT_ONCE // max(1, _values_of_a_unit(analysis)))
    for start in range(0, len(units), size):
        yield units[start : start + size]


def _parts(periods: Sequence[Period], rules: Sequence[Rule], units: int) -> Iterator[Sequence[Period]]:
    keys = {key for rule in rules for key in rule.keys}
    size = max(1, VALUES_AT_ONCE // max(1, units * len(keys)))
    return (periods[start : start + size] for start in range(0, len(periods), size))


def _values_of_a_unit(analysis: Analysis) -> int:
    """How many values a unit can have, if each has one attribute option combo."""
    keys: Mapping[object, set[str]] = defaultdict(set)
    for rule in analysis.rules:
        keys[rule.period_type].update(rule.keys)
    return sum(len(keys[type]) * len(periods) for type, periods in analysis.periods.items())


def _stored(analysis: Analysis, units: Sequence[Unit]) -> Iterator[Violation]:
    rules = {rule.pk: rule for rule in analysis.rules}
    rows = ValidationResult.objects.filter(
        validation_rule__in=list(rules), organisation_unit__in=[unit.pk for unit in units],
        period__iso__in=[period.iso for periods in analysis.periods.values() for period in periods],
    ).exclude(attribute_option_combo__in=analysis.hidden)  # fmt: skip
    if analysis.attribute_option_combo is not None:
        rows = rows.filter(attribute_option_combo=analysis.attribute_option_combo)
    return violations_of(rows.order_by("pk"), rules)
