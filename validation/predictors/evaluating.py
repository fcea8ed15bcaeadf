"""What a predictor gives for one period: a text for each org unit, attribute option combo and combo of its output.

Source: DHIS2 2.42, predictors, evaluation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from analytics.items.loading import ItemValues, load_items
from dhis2api.periods import Period
from expressions.items import Item
from expressions.kinds import Value
from expressions.over_values.cells import Place
from validation.predictors.definitions import Formula, Plan
from validation.predictors.errors import PredictorFault
from validation.predictors.sampling import sample_periods
from validation.predictors.texts import text_of
from validation.rules.places import load_places

Values = Mapping[str, Value]
Key = tuple[int, int, int, int]  # data element, org unit, option combo, attribute option combo
REFUSED = "{}: {}"


@dataclass(frozen=True, slots=True)
class Round:
    """One predictor for one period, with all that it is computed from."""

    plan: Plan
    period: Period
    samples: list[Period]
    values: ItemValues
    places: Mapping[int, Place]
    default: int  # the default option combo

    def predict(self, org_units: Collection[int]) -> Iterator[tuple[Key, str]]:
        """The predictions for some org units. All without data have the same, unless an expression asks where they
        lie."""
        nothing: list[tuple[Key, str]] | None = None
        periods = [self.period, *self.samples]
        for org_unit in org_units:
            if self.places or self.values.has_any(org_unit, periods):
                yield from self._of_unit(org_unit)
                continue
            if nothing is None:
                nothing = list(self._of_unit(org_unit))
            yield from (((element, org_unit, *combos), text) for (element, _, *combos), text in nothing)

    def _of_unit(self, org_unit: int) -> Iterator[tuple[Key, str]]:
        for combo in self._attribute_combos(org_unit):
            now = self.values.mapping(org_unit, self.period, combo)
            past = [self.values.mapping(org_unit, sample, combo) for sample in self.samples]
            yield from self._of_combo(org_unit, combo, now, self._kept(org_unit, past))

    def _attribute_combos(self, org_unit: int) -> list[int]:
        """Those with data in the period or a sample; where there is none, or it knows no combos, the default one."""
        found: dict[int, None] = {}
        for period in (self.period, *self.samples):
            found.update((combo, None) for combo in self.values.attribute_combos(org_unit, period) if combo is not None)
        return sorted(found) or [self.default]

    def _kept(self, org_unit: int, past: list[Values]) -> list[Values]:
        """The samples without those that the skip test is true for; its aggregate functions see all of them."""
        test = self.plan.skip_test
        if test is None:
            return past
        skipped = test.expression.evaluate_samples(
            past, test.strategy, kinds=self.values.kinds, place=self.places.get(org_unit)
        )
        return [values for values, skips in zip(past, skipped, strict=True) if skips is not True]

    def _of_combo(
        self, org_unit: int, attribute_combo: int, now: Values, past: list[Values]
    ) -> Iterator[tuple[Key, str]]:  # fmt: skip
        for output in self.plan.outputs:
            formula = Formula(output.expression, self.plan.strategy)
            for combo, parts in output.parts.items():
                seen = _narrowed(now, parts), [_narrowed(values, parts) for values in past] if parts else past
                text = text_of(self._evaluate(formula, org_unit, *seen), output, self.plan.strategy)
                if text is not None:
                    yield (output.pk, org_unit, combo.pk, attribute_combo), text

    def _evaluate(self, formula: Formula, org_unit: int, now: Values, past: list[Values]) -> Value:
        return formula.expression.evaluate(
            now, formula.strategy, kinds=self.values.kinds, samples=past, place=self.places.get(org_unit)
        )


def _narrowed(values: Values, parts: Mapping[str, Item]) -> Values:
    """The values with totals replaced by those of one option combo."""
    if not parts:
        return values
    found = {key: value for key, value in values.items() if key not in parts}
    found.update((key, values[item.key]) for key, item in parts.items() if item.key in values)
    return found


def prepare(plan: Plan, period: Period, org_units: Collection[int], default: int) -> Round:
    """Load what a round needs; a number of queries that depends on the kinds of its items.

    Errors: PredictorFault for items that cannot be computed.
    """
    samples = sample_periods(period, sequential=plan.sequential, skipped=plan.skipped, annual=plan.annual)
    values = load_items(plan.items, org_units, [period, *samples], plan.reading)
    if values.refused:
        raise PredictorFault("; ".join(REFUSED.format(*refused) for refused in values.refused.items()))
    places = load_places(org_units) if plan.asks_places else {}
    return Round(plan, period, samples, values, places, default)
