"""The two forms of what a favourite shows: axes with dimensions and their items, and lists of each kind of item.

Clients send one of them and read the other. What a payload has only in one form is completed in the other before it is
read, so that both are stored, checked and kept up alike; where it has both, both stay as they are.
Source: DHIS2 2.42, metadata model, analytical objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dhis2api.objects.importer.records import Bundle, ImportObject
from dhis2api.objects.uids import is_uid

AXES = (("columns", "columnDimensions"), ("rows", "rowDimensions"), ("filters", "filterDimensions"))
# Types of items that are one object: what the API calls them, and the member that names the object.
DATA_ITEMS = {
    "DATA_ELEMENT": "dataElement",
    "INDICATOR": "indicator",
    "PROGRAM_INDICATOR": "programIndicator",
    "EXPRESSION_DIMENSION_ITEM": "expressionDimensionItem",
}
USER_UNITS = {
    "userOrganisationUnit": "USER_ORGUNIT",
    "userOrganisationUnitChildren": "USER_ORGUNIT_CHILDREN",
    "userOrganisationUnitGrandChildren": "USER_ORGUNIT_GRANDCHILDREN",
}
# Dimensions with a list of their own: the list, the object that gives the dimension its id, the items.
DIMENSION_LISTS = (
    ("categoryDimensions", "category", "categoryOptions"),
    ("categoryOptionGroupSetDimensions", "categoryOptionGroupSet", "categoryOptionGroups"),
    ("dataElementGroupSetDimensions", "dataElementGroupSet", "dataElementGroups"),
    ("organisationUnitGroupSetDimensions", "organisationUnitGroupSet", "organisationUnitGroups"),
)
LEVEL, GROUP = "LEVEL-", "OU_GROUP-"
_LEVEL = re.compile(r"[0-9]{1,9}")
_WORD = re.compile(r"[A-Z]?[a-z]+|\d+")

Raw = dict[str, Any]


def complete_favourites(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Complete every favourite of the payload; of a map, the views in it.

    A partial update changes what it names, and nothing follows from it: the rest of what it would follow from is not
    in the payload.
    """
    for item in objects:
        if item.is_partial:
            continue
        views = item.raw.get("mapViews")
        if item.schema.singular != "map":
            item.raw |= missing_form(item.raw)
        elif isinstance(views, list):
            item.raw["mapViews"] = [v | missing_form(v) if isinstance(v, dict) else v for v in views]


def missing_form(raw: Raw) -> Raw:
    """The members of the form that `raw` lacks; none where it has both, or neither."""
    axes = [raw.get(axis) for axis, _ in AXES]
    named = [raw.get(names) for _, names in AXES]
    if any(axes) and not any(named):
        return _lists(raw)
    if any(named) and not any(axes):
        return {axis: [_dimension(raw, name) for name in _texts(raw.get(names))] for axis, names in AXES}
    return {}


def relative_period(name: str) -> str:
    """`LAST_12_MONTHS` of `last12Months`."""
    return "_".join(_WORD.findall(name)).upper()


def relative_flag(period: str) -> str:
    """`last12Months` of `LAST_12_MONTHS`."""
    first, *rest = period.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def _dimension(raw: Raw, name: str) -> Raw:
    items = {"dx": _data, "ou": _units, "pe": _periods}.get(name)
    found = items(raw) if items else _of_lists(raw, name)
    return {"id": name, "items": [{"id": uid} for uid in dict.fromkeys(found)]}


def _data(raw: Raw) -> Iterable[str]:
    for entry in _dicts(raw.get("dataDimensionItems")):
        for member in DATA_ITEMS.values():
            yield from _ids([entry.get(member)])


def _units(raw: Raw) -> Iterable[str]:
    yield from (word for flag, word in USER_UNITS.items() if raw.get(flag) is True)
    yield from _ids(raw.get("organisationUnits"))
    levels = raw.get("organisationUnitLevels")
    yield from (f"{LEVEL}{level}" for level in (levels if isinstance(levels, list) else ()))
    yield from (f"{GROUP}{uid}" for uid in _ids(raw.get("itemOrganisationUnitGroups")))


def _periods(raw: Raw) -> Iterable[str]:
    flags = raw.get("relativePeriods")
    yield from (relative_period(name) for name, on in (flags if isinstance(flags, dict) else {}).items() if on is True)
    yield from _ids(raw.get("periods"))
    yield from _texts(raw.get("rawPeriods"))


def _of_lists(raw: Raw, name: str) -> Iterable[str]:
    for member, owner, items in DIMENSION_LISTS:
        for entry in _dicts(raw.get(member)):
            if name in _ids([entry.get(owner)]):
                yield from _ids(entry.get(items))


def _lists(raw: Raw) -> Raw:
    """What the axes say, kind by kind; members that the payload has keep what they say."""
    found: Raw = {}
    shown: dict[str, list[Raw]] = {}
    for axis, names in AXES:
        dimensions = [entry for entry in _dicts(raw.get(axis)) if isinstance(entry.get("id"), str)]
        found[names] = [entry["id"] for entry in dimensions]
        for entry in dimensions:
            shown.setdefault(entry["id"], []).extend(_dicts(entry.get("items")))
    found |= _as_data(shown.get("dx", [])) | _as_periods(_ids(shown.get("pe"))) | _as_units(_ids(shown.get("ou")))
    return {name: value for name, value in found.items() if value and raw.get(name) is None}


def _as_data(items: list[Raw]) -> Raw:
    known = [(item.get("dimensionItemType"), item["id"]) for item in items if is_uid(item.get("id"))]
    entries = [
        {"dataDimensionItemType": kind, DATA_ITEMS[kind]: {"id": uid}} for kind, uid in known if kind in DATA_ITEMS
    ]
    return {"dataDimensionItems": entries}


def _as_periods(items: list[str]) -> Raw:
    fixed = [period for period in items if period[:1].isdigit()]
    return {
        "rawPeriods": items,
        "periods": [{"id": period} for period in fixed],
        "relativePeriods": {relative_flag(period): True for period in items if period not in fixed},
    }


def _as_units(items: list[str]) -> Raw:
    levels = [uid.removeprefix(LEVEL) for uid in items if uid.startswith(LEVEL)]
    found: Raw = {flag: True for flag, word in USER_UNITS.items() if word in items}
    return found | {
        "organisationUnits": [{"id": uid} for uid in items if is_uid(uid)],
        "organisationUnitLevels": [int(level) for level in levels if _LEVEL.fullmatch(level)],
        "itemOrganisationUnitGroups": [{"id": uid.removeprefix(GROUP)} for uid in items if uid.startswith(GROUP)],
    }


def _dicts(value: Any) -> list[Raw]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _ids(value: Any) -> list[str]:
    return [entry["id"] for entry in _dicts(value) if isinstance(entry.get("id"), str)]


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
