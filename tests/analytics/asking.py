"""Asking for items in tests, and how a test writes what it expects."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.items.loading import ItemValues, Reading, load_items
from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from expressions import items as forms
from expressions.items import Item, Modifiers
from expressions.kinds import Value
from tests.analytics.building import unit

FORMS = (
    forms.DATA_ELEMENT, forms.PROGRAM_DATA_ELEMENT, forms.PROGRAM_ATTRIBUTE, forms.PROGRAM_INDICATOR, forms.INDICATOR,
    forms.REPORTING_RATE, forms.CONSTANT, forms.ORG_UNIT_GROUP, forms.DAYS, forms.PERIOD_IN_YEAR,
    forms.YEARLY_PERIOD_COUNT,
)  # fmt: skip


def item(text: str, **modifiers: object) -> Item:
    """The item written like that, with the modifiers of dot functions."""
    found = next(found for form in FORMS if (found := form.read(text)) is not None)
    return found.modified(Modifiers(**modifiers)) if modifiers else found  # type: ignore[arg-type]


def load(
    *asked: str | Item, pe: Sequence[str] = ("202401",), ou: Sequence[str] = (ids.NGELEHUN_CHC,),
    reading: Reading = Reading.OWN,
) -> ItemValues:  # fmt: skip
    """The values of items, for org units by uid and periods by ISO text."""
    items = [item(one) if isinstance(one, str) else one for one in asked]
    return load_items(items, [unit(uid).pk for uid in ou], [parse_period(iso) for iso in pe], reading)


def value(
    asked: str | Item, *, pe: str = "202401", ou: str = ids.NGELEHUN_CHC, reading: Reading = Reading.OWN,
    combo: int | None = None,
) -> Value:  # fmt: skip
    """The value of one item for one cell; of its only attribute option combo, if none is named."""
    one = item(asked) if isinstance(asked, str) else asked
    values = load(one, pe=[pe], ou=[ou], reading=reading)
    place, period = unit(ou).pk, parse_period(pe)
    if combo is None:
        (combo,) = values.attribute_combos(place, period) or (None,)
    return values.mapping(place, period, combo).get(one.key)
