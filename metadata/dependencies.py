"""What a package holds besides the object that it is asked for: which types follow from which members.

The table is walked once, a query an edge, whatever the number of objects. What a type's rows refer to without an edge
here is a part of the package already, or is none of its business: org units, users and groups stay behind, and the
references to them as they are. Source: DHIS2 2.42, metadata API, export with dependencies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import UNFILTERED_EXPORT
from dhis2api.objects.exporting import SHARING_MEMBERS, WHOLE_EXPORT, Selections
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, readable_rows
from dhis2api.objects.registry import all_schemas, find_schema
from dhis2api.objects.schema import Schema, Shape
from sharing.access import can_read_type

# What has an export of its own, `/api/{plural}/{uid}/metadata`.
ROOTS = ("program", "dataSet", "categoryCombo", "dashboard", "optionSet", "dataElementGroup")

# Type → the members that bring other types along. An edge leads downwards in this table; the few that lead back up
# (`option.optionSet`) find their type's rows already followed. Types and members that are not served are passed over.
FOLLOWED: Mapping[str, tuple[str, ...]] = {
    "dashboard": (
        "dashboardItems.visualization", "dashboardItems.eventVisualization", "dashboardItems.eventChart",
        "dashboardItems.eventReport", "dashboardItems.map", "dashboardItems.reports", "dashboardItems.resources",
    ),
    "map": ("mapViews",),
    "mapView": (
        "dataDimensionItems.dataElement", "dataDimensionItems.indicator", "dataDimensionItems.programIndicator",
        "legendSet", "program", "programStage",
    ),
    "visualization": (
        "dataDimensionItems.dataElement", "dataDimensionItems.indicator", "dataDimensionItems.programIndicator",
        "legendSet",
    ),
    "eventVisualization": ("program", "programStage", "dataElementValueDimension", "attributeValueDimension"),
    "program": (
        "categoryCombo", "trackedEntityType", "programStages", "programSections",
        "programTrackedEntityAttributes.trackedEntityAttribute", "dataEntryForm", "programIndicators",
        "programRules", "programRuleVariables", "notificationTemplates",
    ),
    "programStage": (
        "programStageSections", "programStageDataElements.dataElement", "nextScheduleDate", "dataEntryForm",
        "notificationTemplates",
    ),
    "programStageSection": ("dataElements", "programIndicators"),
    "programSection": ("trackedEntityAttributes",),
    "programRule": ("programRuleActions",),
    "programRuleAction": (
        "dataElement", "trackedEntityAttribute", "programIndicator", "option", "optionGroup",
    ),
    "programRuleVariable": ("dataElement", "trackedEntityAttribute"),
    "programIndicator": ("categoryCombo", "attributeCombo", "legendSets"),
    "programNotificationTemplate": ("recipientProgramAttribute", "recipientDataElement"),
    "trackedEntityType": ("trackedEntityTypeAttributes.trackedEntityAttribute",),
    "trackedEntityAttribute": ("optionSet", "legendSets"),
    "dataSet": (
        "categoryCombo", "dataSetElements.dataElement", "dataSetElements.categoryCombo", "indicators", "sections",
        "dataEntryForm", "legendSets", "compulsoryDataElementOperands.dataElement",
        "compulsoryDataElementOperands.categoryOptionCombo",
    ),
    "section": (
        "dataElements", "indicators", "greyedFields.dataElement", "greyedFields.categoryOptionCombo",
    ),
    "dataElementGroup": ("dataElements",),
    "indicator": ("indicatorType", "legendSets"),
    "dataElement": ("categoryCombo", "optionSet", "commentOptionSet", "legendSets"),
    "optionGroup": ("options", "optionSet"),
    "attribute": ("optionSet",),
    "option": ("optionSet",),
    "optionSet": ("options",),
    "categoryOptionCombo": ("categoryCombo",),
    "categoryCombo": ("categories", "categoryOptionCombos"),
    "category": ("categoryOptions",),
}  # fmt: skip

REFERRING = (Shape.REFERENCE, Shape.MEMBERS, Shape.EMBEDDED)

Found = dict[str, set[int]]  # type → primary keys


def package(root: Schema, uid: str, context: ReadingContext, *, skip_sharing: bool = False) -> Selections:
    """The object and what it depends on, by type in import order, as far as the caller may read it.

    Errors: 409 without the authority of an unselected export; E1005 (404) where the object is missing or unreadable.
    """
    if not context.principal.has_any(WHOLE_EXPORT):
        raise ApiError(UNFILTERED_EXPORT)
    key = readable_rows(root, context).filter(uid=uid).values_list("pk", flat=True).first()
    if key is None:
        raise ApiError(E1005, root.simple_klass, uid)
    found = follow({root.singular: {key}})
    fields = f":owner,{SHARING_MEMBERS}" if skip_sharing else ":owner"
    return [
        (schema, Selection(fields, restriction=Q(pk__in=found[schema.singular])))
        for schema in all_schemas()
        if schema.singular in found and can_read_type(schema.rules, context.principal)
    ]


def follow(start: Mapping[str, Iterable[int]]) -> Found:
    """All that the given objects depend on, themselves included, with the custom attributes of all of them."""
    found: Found = {singular: set(keys) for singular, keys in start.items()}
    _follow_members(found)
    # An attribute of options may have an option set, whose options have attributes again.
    while new := _attributes_of(found) - found.get("attribute", set()):
        found.setdefault("attribute", set()).update(new)
        _follow_members(found, since="attribute")
    return found


def _follow_members(found: Found, since: str | None = None) -> None:
    """Add what the members of FOLLOWED lead to; with `since` from that type downwards."""
    followed = list(FOLLOWED)
    for singular in followed[followed.index(since) if since else 0 :]:
        schema, keys = find_schema(singular), found.get(singular)
        if schema is None or not keys:
            continue
        for target, members in _paths(schema, FOLLOWED[singular]).items():
            for path in members:
                rows = schema.model._base_manager.filter(pk__in=keys, **{f"{path}__isnull": False})
                found.setdefault(target, set()).update(rows.values_list(f"{path}__pk", flat=True).distinct())


def _paths(schema: Schema, members: Iterable[str]) -> dict[str, list[str]]:
    """Type → the ORM paths by which members lead to it."""
    paths: dict[str, list[str]] = defaultdict(list)
    for member in members:
        owner: Schema | None = schema
        steps: list[str] = []
        for name in member.split("."):
            prop = owner.properties.get(name) if owner is not None else None
            if prop is None or prop.target is None or prop.query_path is None or prop.shape not in REFERRING:
                break
            steps.append(prop.query_path)
            owner = find_schema(prop.target)
        else:
            if owner is not None:
                paths[owner.singular].append("__".join(steps))
    return paths


def _attributes_of(found: Mapping[str, set[int]]) -> set[int]:
    """The custom attributes that objects have a value of."""
    uids: set[str] = set()
    for singular, keys in found.items():
        schema = find_schema(singular)
        if schema is not None and schema.has_attributes and keys:
            rows = schema.model._base_manager.filter(pk__in=keys).exclude(attribute_values={})
            for values in rows.values_list("attribute_values", flat=True).iterator():
                uids.update(values)
    attribute = find_schema("attribute")
    if attribute is None or not uids:
        return set()
    return set(attribute.model._base_manager.filter(uid__in=uids).values_list("pk", flat=True))
