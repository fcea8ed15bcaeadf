"""The names of what expressions mention, by one query a type.

Source: DHIS2 2.42, expression descriptions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dhis2api.objects.base_members import translate
from dhis2api.objects.registry import get_schema
from expressions.items import EVERY, Item, ItemKind

# What the parts of an item name; a part with a prefix says so itself.
PARTS: Mapping[ItemKind, tuple[str, ...]] = {
    ItemKind.DATA_ELEMENT: ("dataElement", "categoryOptionCombo", "categoryOptionCombo"),
    ItemKind.PROGRAM_DATA_ELEMENT: ("program", "dataElement"),
    ItemKind.PROGRAM_ATTRIBUTE: ("program", "trackedEntityAttribute"),
    ItemKind.PROGRAM_INDICATOR: ("programIndicator",),
    ItemKind.INDICATOR: ("indicator",),
    ItemKind.REPORTING_RATE: ("dataSet",),
    ItemKind.CONSTANT: ("constant",),
    ItemKind.ORG_UNIT_GROUP: ("organisationUnitGroup",),
    ItemKind.STAGE_ELEMENT: ("programStage", "dataElement"),
    ItemKind.ATTRIBUTE: ("trackedEntityAttribute",),
    ItemKind.STAGE_EVENT_DATE: ("programStage",),
}
PREFIXES = {"deGroup": "dataElementGroup", "co": "categoryOption", "coGroup": "categoryOptionGroup"}
METRICS = {
    "REPORTING_RATE": "Reporting rate",
    "REPORTING_RATE_ON_TIME": "Reporting rate on time",
    "ACTUAL_REPORTS": "Actual reports",
    "ACTUAL_REPORTS_ON_TIME": "Actual reports on time",
    "EXPECTED_REPORTS": "Expected reports",
}
WORDS = {
    ItemKind.DAYS: "[Number of days]",
    ItemKind.PERIOD_IN_YEAR: "[Period in year]",
    ItemKind.YEARLY_PERIOD_COUNT: "[Yearly period count]",
}
ENVIRONMENT = {
    "analytics_period_end": "Analytics period end",
    "analytics_period_start": "Analytics period start",
    "completed_date": "Completed date",
    "creation_date": "Creation date",
    "current_date": "Current date",
    "due_date": "Due date",
    "enrollment_count": "Enrollment count",
    "enrollment_date": "Enrollment date",
    "enrollment_id": "Enrollment ID",
    "enrollment_status": "Enrollment status",
    "environment": "Environment",
    "event_count": "Event count",
    "event_date": "Event date",
    "event_id": "Event ID",
    "event_status": "Event status",
    "execution_date": "Execution date",
    "incident_date": "Incident date",
    "org_unit": "Organisation unit",
    "org_unit_count": "Organisation unit count",
    "orgunit_code": "Organisation unit code",
    "program_name": "Program name",
    "program_stage_id": "Program stage ID",
    "program_stage_name": "Program stage name",
    "scheduled_date": "Scheduled date",
    "sync_date": "Sync date",
    "tei_count": "Tracked entity count",
    "value_count": "Value count",
    "zero_pos_value_count": "Zero or positive value count",
}

Names = dict[tuple[str, str], str]  # (type, uid) → display name


def objects_of(item: Item) -> list[tuple[str, str]]:
    """The objects that an item names: type and uid."""
    found = []
    for part, type in zip(item.parts, PARTS.get(item.kind, ()), strict=False):
        prefix, _, uids = part.rpartition(":")
        if part != EVERY and not part.startswith("?"):
            found += [(PREFIXES.get(prefix, type), uid) for uid in uids.split("&")]
    return found


def load_names(items: Iterable[Item], locale: str | None) -> Names:
    """The display names of the objects that items name; those that are not there are missing."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for type, uid in objects_of(item):
            wanted[type].add(uid)
    names: Names = {}
    for type, uids in wanted.items():
        schema = get_schema(type)
        for row in schema.model.objects.filter(uid__in=uids).values("uid", "name", "translations"):
            names[type, row["uid"]] = translate(row, schema.properties["name"], locale) or ""
    return names


def name_of(item: Item, names: Names) -> str:
    """How an item reads. Errors: KeyError for an object, or a word of the environment, that is not there."""
    if item.kind in WORDS:
        return WORDS[item.kind]
    if item.kind is ItemKind.ENVIRONMENT:
        return ENVIRONMENT[item.parts[0]]
    if item.kind is ItemKind.VARIABLE:
        return names["programRuleVariable", item.parts[0]]
    words = " ".join(names[object] for object in objects_of(item))
    if item.kind is ItemKind.REPORTING_RATE:
        return f"{words} - {METRICS[item.parts[1]]}"
    return words or item.key
