"""Indicators: numerator by denominator, times the factor of their type, for org units and periods.

Items are aggregated first and then combined: an indicator is never an average of others. `N{…}` in an expression is
another indicator's numerator by denominator times its factor. Who may see the figures is for the caller to ask.
Source: DHIS2 2.42, analytics, indicators.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from analytics.errors import E7116, INDICATOR_NOT_COMPUTED
from analytics.items.loading import Reading, load_items
from dhis2api.errors import ApiError
from dhis2api.periods import Period
from expressions.dialects import INDICATOR
from expressions.errors import ExpressionError
from expressions.expression import Expression
from expressions.items import NO_MODIFIERS, Item, ItemKind, Modifiers
from expressions.kinds import Value
from expressions.over_values.operands import EXACT
from expressions.reading import read

DAYS_OF_A_YEAR = 365
# Those asked for and all that they name, and so on; a set, so that circles end.
FORMULAS = r"""
    WITH RECURSIVE named AS (
        SELECT uid, numerator, denominator FROM metadata_indicator WHERE uid = ANY(%(uids)s)
        UNION
        SELECT inner_one.uid, inner_one.numerator, inner_one.denominator
        FROM named
        CROSS JOIN LATERAL regexp_matches(
            concat_ws(' ', named.numerator, named.denominator), 'N\{([A-Za-z][A-Za-z0-9]{10})\}', 'g'
        ) AS found (parts)
        JOIN metadata_indicator AS inner_one ON inner_one.uid = found.parts[1]
    )
    SELECT indicator.uid, indicator.numerator, indicator.denominator, kind.factor, indicator.annualized,
        indicator.decimals
    FROM named JOIN metadata_indicator AS indicator USING (uid)
    JOIN metadata_indicatortype AS kind ON kind.id = indicator.indicator_type_id
"""


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """A figure with what it was made of: value = numerator · multiplier / (denominator · divisor)."""

    indicator: str  # uid
    org_unit: int
    period: Period
    numerator: Decimal
    denominator: Decimal
    multiplier: Decimal
    divisor: Decimal
    value: Decimal

    @property
    def factor(self) -> Decimal:
        """What the quotient of numerator and denominator is multiplied by."""
        return self.multiplier / self.divisor


@dataclass(frozen=True, slots=True)
class Formula:
    """An indicator as it is computed."""

    uid: str
    numerator: Expression
    denominator: Expression
    factor: Decimal
    annualized: bool
    decimals: int | None

    @property
    def items(self) -> Iterator[Item]:
        """The items of both expressions."""
        yield from self.numerator.items
        yield from self.denominator.items


def evaluate_indicators(
    uids: Collection[str], org_units: Collection[int], periods: Collection[Period]
) -> list[IndicatorValue]:
    """The figures of indicators; none where numerator or denominator has no value, or the denominator is 0.

    Shapes: org units are primary keys. Unknown indicators have no figures.
    Errors: E7116 for indicators that name each other in a circle; ApiError 409 for one whose expression is not
        well-formed, or has an item that cannot be computed.
    The number of queries depends on the kinds of their items.
    """
    formulas = load_formulas(uids)
    values = load_items(_all_items(formulas, uids), org_units, periods, Reading.AGGREGATED)
    if values.refused:
        raise ApiError(INDICATOR_NOT_COMPUTED, *next(iter(values.refused.items())))
    wanted = [formulas[uid] for uid in dict.fromkeys(uids) if uid in formulas]
    found = []
    for org_unit in dict.fromkeys(org_units):
        for period in dict.fromkeys(periods):
            cell = _Cell(formulas, values.mapping(org_unit, period))
            found += [_evaluate(formula, cell, org_unit, period) for formula in wanted]
    return [one for one in found if one is not None]


def load_formulas(uids: Collection[str]) -> dict[str, Formula]:
    """The indicators, and those that they name. One query. Errors: ApiError 409 where one is not well-formed."""
    with connection.cursor() as cursor:
        cursor.execute(FORMULAS, {"uids": list(uids)})
        return {row[0]: _formula(*row) for row in cursor.fetchall()}


def _formula(
    uid: str, numerator: str | None, denominator: str | None, factor: int, annualized: bool, decimals: int | None
) -> Formula:  # fmt: skip
    try:
        sides = read(numerator or "", INDICATOR), read(denominator or "", INDICATOR)
    except ExpressionError as error:
        raise ApiError(INDICATOR_NOT_COMPUTED, uid, error) from error
    return Formula(uid, *sides, Decimal(factor), annualized, decimals)


def find_way(named: Mapping[str, Collection[str]], starts: Collection[str], goal: str) -> list[str] | None:
    """The shortest way from one of the indicators to another by what each one names, both ends included."""
    ways = {uid: [uid] for uid in starts}
    pending = list(ways)
    for uid in pending:
        if uid == goal:
            return ways[uid]
        for following in named.get(uid, ()):
            if following not in ways:
                ways[following] = [*ways[uid], following]
                pending.append(following)
    return None


def _find_circle(formulas: Mapping[str, Formula]) -> list[str] | None:
    named = {
        uid: [item.parts[0] for item in formula.items if item.kind is ItemKind.INDICATOR]
        for uid, formula in formulas.items()
    }
    ways = (find_way(named, named[uid], uid) for uid in named)
    return next(([way[-1], *way] for way in ways if way is not None), None)


def _all_items(formulas: Mapping[str, Formula], uids: Iterable[str]) -> list[Item]:
    """The items of indicators and of those within them, which have the modifiers of what is around them."""
    if (circle := _find_circle(formulas)) is not None:
        raise ApiError(E7116, " - ".join(circle))
    found: dict[tuple[str, Modifiers], None] = {}
    pending = [(uid, NO_MODIFIERS) for uid in uids]
    items: dict[str, Item] = {}
    while pending:
        uid, outer = pending.pop()
        if uid not in formulas or (uid, outer) in found:
            continue
        found[uid, outer] = None
        for item in formulas[uid].items:
            modified = item.modified(outer)
            if item.kind is ItemKind.INDICATOR:
                pending.append((item.parts[0], modified.modifiers))
            else:
                items[modified.key] = modified
    return list(items.values())


class _Cell:
    """The values of one org unit and period, and what indicators are there; each is computed once."""

    def __init__(self, formulas: Mapping[str, Formula], values: Mapping[str, Value]) -> None:
        self.formulas = formulas
        self.values = values
        self.known: dict[tuple[str, Modifiers], Value] = {}

    def sides(self, formula: Formula, outer: Modifiers = NO_MODIFIERS) -> tuple[Decimal, Decimal] | None:
        """Numerator and denominator; None where there is no figure."""
        values = {item.key: value for item in formula.items if (value := self.value(item.modified(outer))) is not None}
        denominator = formula.denominator.evaluate(values)
        if not isinstance(denominator, Decimal) or not denominator:
            return None
        numerator = formula.numerator.evaluate(values)
        return (numerator, denominator) if isinstance(numerator, Decimal) else None

    def value(self, item: Item) -> Value:
        """The value of an item; of an indicator, neither annualized nor rounded."""
        if item.kind is not ItemKind.INDICATOR:
            return self.values.get(item.key)
        key = item.parts[0], item.modifiers
        if key not in self.known:
            formula = self.formulas.get(item.parts[0])
            sides = self.sides(formula, item.modifiers) if formula else None
            self.known[key] = _quotient(*sides, formula.factor) if sides and formula else None
        return self.known[key]


def _quotient(
    numerator: Decimal, denominator: Decimal, multiplier: Decimal, divisor: Decimal = Decimal(1)
) -> Decimal | None:  # fmt: skip
    """None for what is beyond all numbers."""
    found = EXACT.divide(EXACT.multiply(numerator, multiplier), EXACT.multiply(denominator, divisor))
    return found if found.is_finite() else None


def _evaluate(
    formula: Formula, cell: _Cell, org_unit: int, period: Period
) -> IndicatorValue | None:  # fmt: skip
    sides = cell.sides(formula)
    if sides is None:
        return None
    multiplier, divisor = formula.factor, Decimal(1)
    if formula.annualized:
        multiplier, divisor = multiplier * DAYS_OF_A_YEAR, Decimal((period.end - period.start).days + 1)
    value = _quotient(*sides, multiplier, divisor)
    if value is None:
        return None
    if formula.decimals is not None:
        rounded = value.quantize(Decimal(1).scaleb(-formula.decimals), ROUND_HALF_UP, EXACT)
        value = value if rounded.is_nan() else rounded  # it has more digits than are computed with
    return IndicatorValue(formula.uid, org_unit, period, *sides, multiplier, divisor, value)
