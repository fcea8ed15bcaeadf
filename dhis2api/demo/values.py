"""Data values: a year of reports from the forms, drawn at random, the same way every time.

The periods 201401 and 201402 stay empty, so that the documentation's first import counts as new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from math import exp
from random import Random

from dhis2api.periods import PERIOD_TYPES, Period, parse_period

from .forms import Element, Form
from .geography import Geography, Place
from .identifiers import DEFAULT_OPTION_COMBO, SEED
from .objects import Payload
from .reference_lists import OPTION_SETS

YEAR = 2025
# the month of the documentation's ADX export example
EXTRA_PERIODS = {"MALARIA": ("201501",)}
RAINS = range(7, 11)
COMMENTS = ("Late report", "Confirmed by telephone", "Register was recounted", "Stock-out during the month")


def form_values(form: Form, places: Geography) -> Iterator[Payload]:
    """The values of one form, facility by facility, each with period, org unit and option combos."""
    periods = _periods(form)
    for place in form.reporting(places):
        # a generator for each facility: another scale does not change the values of the first ones
        chance = Random(f"{SEED}/values/{form.code}/{place.code}")
        for period in periods:
            if chance.random() < form.reporting_rate:
                yield from _report(form, place, period, chance)


def _periods(form: Form) -> list[Period]:
    extra = [parse_period(text) for text in EXTRA_PERIODS.get(form.code, ())]
    return extra + PERIOD_TYPES[form.period_type].of_year(YEAR)


def _report(form: Form, place: Place, period: Period, chance: Random) -> Iterator[Payload]:
    attribute_combos = form.attribute_combo.option_combo_uids() if form.attribute_combo else [DEFAULT_OPTION_COMBO]
    attribute_combo = chance.choice(attribute_combos)
    for element in form.elements:
        option_combos = element.combo.option_combo_uids() if element.combo else [DEFAULT_OPTION_COMBO]
        for position, option_combo in enumerate(option_combos):
            text = _value(element, place, period, position, len(option_combos), chance)
            if text is None:
                continue
            value: Payload = {
                "dataElement": element.uid,
                "period": period.iso,
                "orgUnit": place.uid,
                "categoryOptionCombo": option_combo,
                "attributeOptionCombo": attribute_combo,
                "value": text,
            }
            if chance.random() < 0.004:
                value["comment"] = chance.choice(COMMENTS)
                value["followup"] = chance.random() < 0.5
            yield value


def _value(
    element: Element, place: Place, period: Period, position: int, count: int, chance: Random
) -> str | None:  # fmt: skip
    if element.option_set is not None:
        return chance.choice(OPTION_SETS[element.option_set][1])[0]
    if make := TEXTS.get(element.value_type):
        return make(period, chance)
    # the first option combos are the common ones: fixed posts, infants
    share = (count - position) / (count * (count + 1) / 2)
    season = 1.6 if element.is_seasonal and period.start.month in RAINS else 1.0
    number = _count(element.mean * place.size * share * season, chance)
    # a zero that means nothing would not be stored
    return str(number) if number or element.zero_is_significant else None


def _count(mean: float, chance: Random) -> int:
    """A number of events: Poisson for few, its normal approximation for many."""
    if mean > 30:
        return max(round(chance.gauss(mean, mean**0.5)), 0)
    limit, product, events = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        events += 1
    return events


TEXTS: dict[str, Callable[[Period, Random], str]] = {
    "BOOLEAN": lambda period, chance: "true" if chance.random() < 0.4 else "false",
    "DATE": lambda period, chance: (period.start + timedelta(days=chance.randrange(365))).isoformat(),
    "PERCENTAGE": lambda period, chance: str(chance.randint(35, 100)),
    "PHONE_NUMBER": lambda period, chance: f"+232 76 {chance.randint(100_000, 999_999)}",
}
