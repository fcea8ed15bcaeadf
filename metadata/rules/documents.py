"""Documents: dashboards and what they show, SQL views, favourites under their old names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dhis2api.objects.errors import E5002, E5008
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E4061, E4069, E4070, E4300, E4301, E4302, E4310, E4311

MAX_COLUMNS = 60
REPLACED = {E5002: E4061, E5008: E4069}
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_ILLEGAL = re.compile(
    r"\b(delete|alter|update|create|drop|commit|createdb|createuser|insert|rename|restore|write)\b", re.IGNORECASE
)
# Tables of people and of data about persons.
_PROTECTED = re.compile(
    r"\b(users|userinfo|userrole\w*|users_\w+|trackedentity\w*|relationship\w*|enrollment\w*|event\w*|apitoken\w*)\b",
    re.IGNORECASE,
)


def dashboard_items_exist(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4061, E4069: what the items of an updated dashboard show exists and is readable, named with the item.

    On create the reference itself is reported, as of every type.
    """
    for item in objects:
        if item.stored is not None:
            item.faults[:] = [_named_with_item(item, fault) for fault in item.faults]


def _named_with_item(item: ImportObject, fault: Fault) -> Fault:
    if fault.code not in REPLACED or fault.value in (None, item.uid):
        return fault
    uid = str(fault.args[0]).partition("[")[2].partition("]")[0]
    return replace(fault, code=REPLACED[fault.code], args=(fault.value, fault.property, uid))


def dashboard_columns_are_few(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4070: the layout of a dashboard has at most 60 columns."""
    layout = item.values["content"].get("layout")
    columns = layout.get("columns") if isinstance(layout, dict) else None
    if isinstance(columns, list) and len(columns) > MAX_COLUMNS:
        yield Fault(E4070, (MAX_COLUMNS, len(columns)), "layout", main_id=item.uid)


def sql_query_selects(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4300-E4302, E4310, E4311: the query of a view reads, is one statement, and leaves people's tables alone."""
    query = item.values["content"].get("sqlQuery")
    if not query:
        yield Fault(E4300, (), "sqlQuery", main_id=item.uid)
        return
    if not _SELECT.match(query):
        yield Fault(E4301, (), "sqlQuery", main_id=item.uid)
    if ";" in query.strip().removesuffix(";"):
        yield Fault(E4302, (), "sqlQuery", main_id=item.uid)
    if _PROTECTED.search(query):
        yield Fault(E4310, (), "sqlQuery", main_id=item.uid)
    if _ILLEGAL.search(query):
        yield Fault(E4311, (), "sqlQuery", main_id=item.uid)


def type_of_event_report(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Older event reports say by `dataType` whether they are tables or lists."""
    for item in objects:
        if not item.raw.get("type") and not item.keeps("type"):
            item.raw["type"] = "LINE_LIST" if item.raw.get("dataType") == "EVENTS" else "PIVOT_TABLE"


def keep_marks(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Who marked an object stays known when a payload does not speak of it."""
    for item in objects:
        for name in ("favorites", "subscribers"):
            if name not in item.raw:
                item.values[name] = (item.stored or {}).get(name) or []
