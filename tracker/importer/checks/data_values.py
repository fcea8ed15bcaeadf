"""Checks of the data values of events."""

from __future__ import annotations

from dhis2api.value_types import FILE_TYPES
from tracker.errors import E1009, E1076, E1125, E1302, E1303, E1304, E1305, E1315
from tracker.importer.checks.events import BEFORE_IT_HAPPENED
from tracker.importer.checks.values import good_texts, judge, mandatory_keys, remember, takes_file
from tracker.importer.context import Context
from tracker.importer.items import EventItem
from tracker.importer.known import DataElement
from tracker.importer.raw_values import decode_values
from tracker.records import ValueRecord

WITH_VALUES = ("ACTIVE", "COMPLETED", "VISITED")
DATA_ELEMENT = "DataElement"  # as E1076 names the class


def enforces_values(item: EventItem) -> bool:
    """Whether what a stage asks of values is asked by now: the event has happened, and is completed where the stage
    waits for that."""
    if item.status not in WITH_VALUES:
        return False
    return item.status == "COMPLETED" or item.stage.validation_strategy != "ON_COMPLETE"


def data_values(item: EventItem, context: Context) -> None:
    """E1315, those of each value, E1303."""
    stage, values = item.stage, decode_values(item.record.data_values)
    if values and item.status in BEFORE_IT_HAPPENED:
        context.error(E1315, item, item.status, WITH_VALUES)
    good = good_texts(stage, context)
    for value in values:
        texts = good.get(value.data_element)
        if texts is None or value.value not in texts:
            _check(item, value, good, context)
    needed = mandatory_keys(stage, stage.elements, context)
    if needed and enforces_values(item):
        sent = {value.data_element for value in values}
        for key in needed:
            element = context.known.data_elements_by_pk.get(key)
            if element is not None and element.shown not in sent and not _is_there(item, element):
                context.error(E1303, item, element)


def _is_there(item: EventItem, element: DataElement) -> bool:
    """Whether a value that is not sent is there all the same: stored."""
    return item.stored is not None and element.uid in item.stored.data_values


def _check(item: EventItem, value: ValueRecord, good: dict[str | None, set[str]], context: Context) -> None:
    """E1304, E1305, E1076, and those of a value that is one."""
    element, text = context.known.data_elements.get(value.data_element), value.value
    if element is None:
        context.error(E1304, item, value.data_element)
        return
    is_member = element.pk in item.stage.elements
    if not is_member:
        context.error(E1305, item, element, item.stage.uid)
    if text is None:
        if item.stage.elements.get(element.pk) and enforces_values(item):
            context.error(E1076, item, DATA_ELEMENT, element)
    elif _is_good(item, element, text, context) and is_member:
        remember(good, value.data_element, text)


def assigned_values(item: EventItem, context: Context) -> None:
    """Those of each value that rules assigned to an event that was good without them."""
    good = good_texts(item.stage, context)
    for key, text in (item.assigned or {}).items():
        element = context.known.data_elements_by_pk[key]
        if text is None:
            if item.stage.elements.get(key):
                context.error(E1303, item, element)
        elif text not in good.get(element.shown, ()) and _is_good(item, element, text, context):
            remember(good, element.shown, text)


def _is_good(item: EventItem, element: DataElement, text: str, context: Context) -> bool:
    """E1302, E1125, E1009; whether the same text is good in every event. A file is so in one only."""
    reason, is_no_option = judge(element, text, context)
    if reason is not None:
        context.error(E1302, item, element.value_type, reason)
    if is_no_option:
        context.error(E1125, item, text, element.option_set)
    if element.value_type in FILE_TYPES:
        owner = "event", item.stored.pk if item.stored is not None else 0
        if not takes_file(text, element, owner, item.uid, context):
            context.error(E1009, item, text)
        return False
    return reason is None and not is_no_option
