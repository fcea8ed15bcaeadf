"""Data elements and their option sets."""

from __future__ import annotations

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.value_types import ValueType
from metadata.errors import E1115, E1116, E1117
from metadata.models import Option, OptionSet

SEPARATOR = ","  # of several options in one value


def option_set_suits(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1115, E1116, E1117: asked where one data element comes by its own endpoint, as in DHIS2."""
    if not bundle.single:
        return
    keys = {item.values.get("option_set_id") for item in objects} - {None}
    sets = {pk: (uid, value_type) for pk, uid, value_type in OptionSet.objects.filter(pk__in=keys).values_list(
        "pk", "uid", "value_type")}  # fmt: skip
    for item in objects:
        value_type, key = item.values.get("value_type"), item.values.get("option_set_id")
        if key is None:
            if value_type == ValueType.MULTI_TEXT:
                item.faults.append(Fault(E1116, (item.uid,), "optionSet", main_id=item.uid))
            continue
        uid, of_set = sets[key]
        if value_type != of_set:
            item.faults.append(Fault(E1115, (of_set,), "valueType", main_id=item.uid))
        if value_type == ValueType.MULTI_TEXT:
            separated = Option.objects.filter(option_set_id=key, code__contains=SEPARATOR)
            for code in separated.values_list("code", flat=True)[:1]:
                item.faults.append(Fault(E1117, (uid, code), "optionSet", main_id=item.uid))
