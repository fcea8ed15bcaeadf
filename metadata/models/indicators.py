"""Indicators, their types, groups and group sets."""

from __future__ import annotations

from dhis2api.objects.columns import RefList, RefSet, flag, integer, json, long_text, reference, text
from dhis2api.objects.declarations import Computed, Declaration, FirstOf
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Named,
    Shared,
    ShortNamed,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from metadata.models.dimensions import item_members
from sharing.access import TypeRules, named


def _exploded(expression: str) -> Computed:
    """The expression that analytics computes; nothing in it stands for others before analytics runs."""
    return Computed(lambda row, context: row.get(expression), needs=(expression,))


class IndicatorType(ApiObject, Coded, UniquelyNamed, Translated):
    """The factor of an indicator (per cent, per thousand, a plain number)."""

    factor = integer(default=0, marked_required=True)
    number = flag()

    class Wire(Declaration):
        klass = "org.hisp.dhis.indicator.IndicatorType"
        order = 1240
        access = TypeRules(create=("F_INDICATORTYPE_ADD",), delete=("F_INDICATORTYPE_DELETE",))


class Indicator(ApiObject, Coded, Named, ShortNamed, Described, Shared, Attributed, Translated):
    """A figure computed from data: numerator over denominator, times the factor of its type."""

    annualized = flag(marked_required=True)
    decimals = integer()
    indicator_type = reference("metadata.IndicatorType", required=True)
    numerator = long_text(required=True)
    numerator_description = long_text(translation_key="NUMERATOR_DESCRIPTION")
    denominator = long_text(required=True)
    denominator_description = long_text(translation_key="DENOMINATOR_DESCRIPTION")
    url = text(kind="URL")
    style = json(null=True)
    form_name = text(230, translation_key="FORM_NAME")
    aggregate_export_category_option_combo = text()
    aggregate_export_attribute_option_combo = text()
    legend_sets = RefList("metadata.LegendSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.indicator.Indicator"
        order = 1250
        access = named("INDICATOR")
        attribute_flag = "indicator"
        computed = {
            "explodedNumerator": _exploded("numerator"),
            "explodedDenominator": _exploded("denominator"),
            **item_members("INDICATOR", legends=True),
        }


class IndicatorGroup(ApiObject, Coded, Named, Shared, Attributed, Translated):
    """A group of indicators."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    indicators = RefSet(Indicator, related_name="indicator_groups")

    class Wire(Declaration):
        klass = "org.hisp.dhis.indicator.IndicatorGroup"
        order = 1260
        access = named("INDICATORGROUP")
        attribute_flag = "indicatorGroup"
        computed = {"indicatorGroupSet": FirstOf("groupSets")}


class IndicatorGroupSet(ApiObject, Coded, Named, UniquelyShortNamed, Shared, Translated):
    """A dimension made of groups of indicators."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    compulsory = flag()
    indicator_groups = RefList(IndicatorGroup, related_name="group_sets")

    class Wire(Declaration):
        klass = "org.hisp.dhis.indicator.IndicatorGroupSet"
        order = 1270
        access = named("INDICATORGROUPSET")
