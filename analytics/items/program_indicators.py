"""`I{programIndicator}`: an expression for each event or enrollment that passes a filter, then aggregated.

A row counts where at least one item of the expression has a value. `V{event_count}`, `V{enrollment_count}`,
`V{tei_count}` and `V{org_unit_count}`, standing alone, are numbers of different things. What is not computed is refused
in words: aggregation types with an order of time, `CUSTOM` ones with aggregate functions, relationships, boundaries by
data, counting at another org unit than the row's. Source: DHIS2 2.42, analytics, program indicators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from analytics.items.aggregated import aggregate_numbers
from analytics.items.boundaries import DEFAULTS, Boundary
from analytics.items.program_rows import COUNTED, KNOWN, PER_EXPRESSION, RowValues, Source, Variable
from analytics.items.program_values import COMPUTED
from analytics.items.times import Clock, Span
from analytics.items.values import Items, ItemValues, Question
from dhis2api.periods import Period
from expressions.dialects import PROGRAM_INDICATOR, PROGRAM_INDICATOR_FILTER
from expressions.errors import EvaluationError, ExpressionError
from expressions.expression import Expression
from expressions.functions.signatures import AGGREGATE_OF
from expressions.items import Item, ItemKind
from expressions.kinds import Value
from expressions.nodes import ItemNode
from expressions.reading import read
from expressions.strategies import MissingValueStrategy
from metadata.enums import AggregationType as Type
from metadata.models import AnalyticsPeriodBoundary, ProgramIndicator

NOT_COMPUTED = "Program indicators are not aggregated by {}"
NO_FUNCTION = "Program indicators with {}() are not computed"
NO_VARIABLE = "Program indicators with V{{{}}} are not computed"
NO_FIELD = "Program indicators that count at {} are not computed"
NO_DATES = "Dates of dot functions are not computed for program indicators"
NO_EXPRESSION = "It has no expression"
RELATIONSHIPS = "d2:relationshipCount"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A program indicator as it is computed."""

    program: int
    analytics_type: str
    type: str
    expression: Expression
    filter: Expression | None
    boundaries: tuple[Boundary, ...]
    counted: str | None  # the variable that is the whole expression and counts different things

    @property
    def items(self) -> Iterable[Item]:
        """The items of both expressions."""
        yield from self.expression.items
        yield from self.filter.items if self.filter else ()


class Refused(ValueError):
    """A program indicator that is not computed, with the reason."""


@dataclass(slots=True)
class Tally:
    """What was found for one item, org unit and period: numbers by the org unit of the row, or different things."""

    numbers: defaultdict[int, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    things: set[int] = field(default_factory=set)

    def value(self, indicator: Indicator) -> Decimal | None:
        """What it comes to."""
        if indicator.counted:
            return Decimal(len(self.things)) if self.things else None
        return aggregate_numbers(indicator.type, self.numbers.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """A program indicator for one of the periods asked for; `period` is the one that is meant."""

    item: Item
    indicator: Indicator
    at: int
    period: Period


def load_program_indicators(items: Items, question: Question, values: ItemValues) -> None:
    """Add program indicators. At most ten queries."""
    known = _load({item.parts[0] for item in items})
    asked: list[Asked] = []
    for item in items:
        found = known.get(item.parts[0])
        if isinstance(found, Indicator) and not (item.modifiers.min_date or item.modifiers.max_date):
            clock = Clock.of(Span.EXACT, item.modifiers)
            asked += [
                Asked(item, found, at, target)
                for at, period in enumerate(question.periods) for target in clock.targets(period)
            ]  # fmt: skip
        elif found is not None:
            values.refused[item.key] = NO_DATES if isinstance(found, Indicator) else str(found)
    tallies: defaultdict[tuple[str, int, int], Tally] = defaultdict(Tally)
    indicators = {one.item.key: one.indicator for one in asked}
    for analytics_type in ("EVENT", "ENROLLMENT"):
        of_type = [one for one in asked if one.indicator.analytics_type == analytics_type]
        if of_type:
            _count(of_type, Source(analytics_type, of_type, question), tallies)
    for (key, unit, at), tally in tallies.items():
        value = tally.value(indicators[key])
        if value is not None:
            values.put_for_all((unit, question.periods[at].iso), key, value)


def _count(asked: list[Asked], source: Source, tallies: defaultdict[tuple[str, int, int], Tally]) -> None:
    for row in source.rows():
        for number in row.windows:
            one = asked[number]
            found = _evaluate(one.indicator, source.values(row, number), source)
            for unit in () if found is None else row.asked_units:
                tally = tallies[one.item.key, unit, one.at]
                if one.indicator.counted:
                    tally.things.add(int(found))
                else:
                    tally.numbers[row.unit].append(found)


def _evaluate(indicator: Indicator, known: RowValues, source: Source) -> Decimal | None:
    """What a row adds: a number, or what a variable tells apart; None where it does not count."""
    try:
        if indicator.filter is not None and not _passes(indicator.filter, known, source):
            return None
        if indicator.counted:
            thing = known.row.things[indicator.counted]
            return None if thing is None else Decimal(thing)
        value = indicator.expression.evaluate(
            known.of(indicator.expression), kinds=source.kinds, candidates=known.candidates(indicator.expression)
        )
    except EvaluationError:  # values that a function cannot be called with: the row does not count
        return None
    return _number(value, indicator.type)


def _passes(filter: Expression, known: RowValues, source: Source) -> bool:
    strategy, candidates = MissingValueStrategy.NEVER_SKIP, known.candidates(filter)
    return filter.evaluate(known.of(filter), strategy, kinds=source.kinds, candidates=candidates) is True


def _number(value: Value, type: str) -> Decimal | None:
    if value is None or type == Type.COUNT:
        return None if value is None else Decimal(1)
    if isinstance(value, bool):
        return Decimal(value)
    return value if isinstance(value, Decimal) else None


def _load(uids: Collection[str]) -> dict[str, Indicator | Refused]:
    rows = list(ProgramIndicator.objects.filter(uid__in=uids))
    boundaries: defaultdict[int, list[Boundary]] = defaultdict(list)
    columns = (
        "program_indicator_id", "boundary_target", "analytics_period_boundary_type", "offset_period_type",
        "offset_periods",
    )  # fmt: skip
    stored = AnalyticsPeriodBoundary.objects.filter(program_indicator__in=rows).order_by("sort_order", "pk")
    for pk, target, side, offset_type, offset in stored.values_list(*columns):
        boundaries[pk].append(Boundary(target, side, offset_type, offset or 0))
    found: dict[str, Indicator | Refused] = {}
    for row in rows:
        try:
            found[row.uid] = _indicator(row, boundaries[row.pk])
        except Refused as refused:
            found[row.uid] = refused
    return found


def _indicator(row: Any, boundaries: Sequence[Boundary]) -> Indicator:
    """Errors: Refused."""
    if not (row.expression or "").strip():
        raise Refused(NO_EXPRESSION)
    try:
        expression = read(row.expression, PROGRAM_INDICATOR)
        filter = read(row.filter, PROGRAM_INDICATOR_FILTER) if (row.filter or "").strip() else None
    except ExpressionError as error:
        raise Refused(str(error)) from error
    node = expression.node
    variable = node.item.parts[0] if isinstance(node, ItemNode) and node.item.kind is ItemKind.ENVIRONMENT else None
    type = Type.AVERAGE if row.aggregation_type in (None, Type.DEFAULT) else row.aggregation_type
    made = Indicator(
        row.program_id, row.analytics_type, type, expression, filter, tuple(boundaries) or DEFAULTS[row.analytics_type],
        variable if variable in COUNTED[row.analytics_type] else None,
    )  # fmt: skip
    fault = _fault(made, row.org_unit_field)
    if fault is not None:
        raise Refused(fault)
    return made


def _fault(indicator: Indicator, org_unit_field: str | None) -> str | None:
    """Why it is not computed."""
    if not indicator.counted and indicator.type not in COMPUTED:
        return NOT_COMPUTED.format(indicator.type)
    if org_unit_field:
        return NO_FIELD.format(org_unit_field)
    for expression in (indicator.expression, *([indicator.filter] if indicator.filter else [])):
        for name in sorted(expression.functions):
            if name in AGGREGATE_OF or name == RELATIONSHIPS:
                return NO_FUNCTION.format(name)
    for item in indicator.items:
        if item.kind is ItemKind.ENVIRONMENT and not _is_known(item, indicator):
            return NO_VARIABLE.format(item.parts[0])
    return next((fault for one in indicator.boundaries if (fault := one.fault) is not None), None)


def _is_known(item: Item, indicator: Indicator) -> bool:
    variable: Variable | None = KNOWN.get(item.parts[0])
    if item.parts[0] == indicator.counted or item.parts[0] in PER_EXPRESSION:
        return True
    return variable is not None and indicator.analytics_type in variable.types
