"""Members that a type has because analytics may show it: as an item of a dimension, or as a dimension.

Source: DHIS2 2.42, metadata model, base properties of dimensional types.
"""

from __future__ import annotations

from dhis2api.objects.declarations import Computed, ComputedMembers, Derived, FirstOf, SameAs, unset

_NO_LEGENDS = ComputedMembers("legendSet", "legendSet", lambda owners: {})


def item_members(item_type: str | None, *, legends: bool = False) -> dict[str, Derived]:
    """The members of what can be an item of a dimension; `legends`: the type keeps legend sets of its own.

    `item_type` is DHIS2's DimensionItemType, None for a type that has none.
    """
    return {
        "dimensionItem": Computed(lambda row, context: row["id"]),
        "dimensionItemType": Computed(lambda row, context: item_type, kind="CONSTANT"),
        "aggregationType": unset("CONSTANT"),
        "legendSet": FirstOf("legendSets") if legends else unset("COMPLEX"),
        "legendSets": _NO_LEGENDS,
        "queryMods": unset("COMPLEX"),
    }


def dimension_members(dimension_type: str, collection: str) -> dict[str, Derived]:
    """The members of a dimension whose items are the members of `collection`."""
    return {
        "dimension": Computed(lambda row, context: row["id"]),
        "dimensionType": Computed(lambda row, context: dimension_type, kind="CONSTANT"),
        "dataDimensionType": unset("CONSTANT"),
        "items": SameAs(collection, "item"),
        "allItems": Computed(lambda row, context: False, kind="BOOLEAN"),
        "valueType": unset("CONSTANT"),
        "optionSet": unset("COMPLEX"),
        "filter": unset(),
        "program": unset("COMPLEX"),
        "programStage": unset("COMPLEX"),
        "repetition": unset("COMPLEX"),
    }
