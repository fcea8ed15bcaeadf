"""What a package holds besides the object that it is asked for: which types follow from which members.

The table is walked once, the members of a type read at once, whatever the number of objects. What a type's objects
refer to without an edge here is a part of the package already, or is none of its business: org units, users and
groups stay behind, the references to them as they are. Source: DHIS2 2.42, metadata API, export with dependencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace as with_changes
from typing import Any

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import UNFILTERED_EXPORT
from dhis2api.objects.exporting import SHARING_MEMBERS, WHOLE_EXPORT, Selections
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, readable_rows
from dhis2api.objects.reading.load import stream_objects
from dhis2api.objects.reading.plan import compile_fields
from dhis2api.objects.registry import get_schema, metadata_schemas
from dhis2api.objects.schema import Schema
from sharing.access import can_read_type

# What has an export of its own, `/api/{plural}/{uid}/metadata`.
ROOTS = ("program", "dataSet", "categoryCombo", "dashboard", "optionSet", "dataElementGroup")

# Members that favourites have in common.
ANALYTICAL = (
    "dataDimensionItems.dataElement", "dataDimensionItems.indicator", "dataDimensionItems.programIndicator",
    "dataDimensionItems.dataElementOperand.dataElement", "dataDimensionItems.dataElementOperand.categoryOptionCombo",
    "dataDimensionItems.reportingRate.dataSet", "dataDimensionItems.programDataElement.program",
    "dataDimensionItems.programDataElement.dataElement", "dataDimensionItems.programAttribute.program",
    "dataDimensionItems.programAttribute.attribute", "dataDimensionItems.expressionDimensionItem",
    "categoryDimensions.category", "categoryOptionGroupSetDimensions.categoryOptionGroupSet",
    "dataElementGroupSetDimensions.dataElementGroupSet", "dataElementDimensions.dataElement",
    "dataElementDimensions.legendSet", "attributeDimensions.trackedEntityAttribute", "attributeDimensions.legendSet",
    "programIndicatorDimensions.programIndicator", "programIndicatorDimensions.legendSet", "legendSet", "legend.set",
)  # fmt: skip
OF_EVENTS = ("program", "programStage", "trackedEntityType")
OF_VALUES = ("dataElementValueDimension", "attributeValueDimension")

# Type → the members that bring other types along. An edge leads downwards in this table; the few that lead back up
# (`option.optionSet`) find their type's rows already followed.
FOLLOWED: Mapping[str, tuple[str, ...]] = {
    "dashboard": (
        "dashboardItems.visualization", "dashboardItems.eventVisualization", "dashboardItems.eventChart",
        "dashboardItems.eventReport", "dashboardItems.map", "dashboardItems.reports", "dashboardItems.resources",
    ),
    "report": ("visualization",),
    "map": tuple(f"mapViews.{member}" for member in (*ANALYTICAL, *OF_EVENTS)),
    "visualization": ANALYTICAL,
    "eventVisualization": ANALYTICAL + OF_EVENTS + OF_VALUES,
    "eventChart": ANALYTICAL + OF_EVENTS + OF_VALUES,
    "eventReport": ANALYTICAL + OF_EVENTS + OF_VALUES,
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
    "dataElementGroupSet": ("dataElementGroups",),
    "dataElementGroup": ("dataElements",),
    "indicator": ("indicatorType", "legendSets"),
    "dataElement": ("categoryCombo", "optionSet", "commentOptionSet", "legendSets"),
    "optionGroup": ("options", "optionSet"),
    "attribute": ("optionSet",),
    "option": ("optionSet",),
    "optionSet": ("options",),
    "categoryOptionGroupSet": ("categoryOptionGroups",),
    "categoryOptionGroup": ("categoryOptions",),
    "categoryOptionCombo": ("categoryCombo",),
    "categoryCombo": ("categories", "categoryOptionCombos"),
    "category": ("categoryOptions",),
}  # fmt: skip

Found = dict[str, set[str]]  # type → uids


def package(root: Schema, uid: str, context: ReadingContext, *, skip_sharing: bool = False) -> Selections:
    """The object and what it depends on, by type in import order, as far as the caller may read it.

    Errors: 409 without the authority of an unselected export; E1005 (404) where the object is missing or unreadable.
    """
    if not context.principal.has_any(WHOLE_EXPORT):
        raise ApiError(UNFILTERED_EXPORT)
    if not readable_rows(root, context).filter(uid=uid).exists():
        raise ApiError(E1005, root.simple_klass, uid)
    found = follow({root.singular: {uid}}, context)
    fields = f":owner,{SHARING_MEMBERS}" if skip_sharing else ":owner"
    return [
        (schema, Selection(fields, restriction=Q(uid__in=found[schema.singular])))
        for schema in metadata_schemas()
        if schema.singular in found and can_read_type(schema.rules, context.principal)
    ]


def follow(start: Mapping[str, Iterable[str]], context: ReadingContext) -> Found:
    """All that the given objects depend on, themselves included, with the custom attributes of all of them."""
    found: Found = {singular: set(uids) for singular, uids in start.items()}
    _follow_members(found, context)
    # An attribute of options may have an option set, whose options have attributes again.
    while new := _attributes_of(found) - found.get("attribute", set()):
        found.setdefault("attribute", set()).update(new)
        _follow_members(found, context, since="attribute")
    return found


def _follow_members(found: Found, context: ReadingContext, since: str | None = None) -> None:
    """Add what the members of FOLLOWED lead to; with `since` from that type downwards."""
    whole = with_changes(context, exclude_defaults=False)
    followed = list(FOLLOWED)
    for singular in followed[followed.index(since) if since else 0 :]:
        schema, uids = get_schema(singular), found.get(singular)
        if not uids:
            continue
        edges = {member: _target(schema, member) for member in FOLLOWED[singular]}
        node = compile_fields(schema, _fields(edges), default="id")
        rows = schema.model._base_manager.filter(uid__in=uids).order_by("pk")
        for shown in stream_objects(node, rows, whole):
            for member, target in edges.items():
                found.setdefault(target, set()).update(_identifiers(shown, member.split(".")))


def _target(schema: Schema, member: str) -> str:
    """The type that a member leads to."""
    for name in member.split("."):
        schema = get_schema(schema.properties[name].target)
    return schema.singular


def _fields(members: Iterable[str]) -> str:
    """`id,dataSetElements[id,dataElement[id]]` of `dataSetElements.dataElement`, as `fields` has it."""
    tree: dict[str, Any] = {}
    for member in members:
        branch = tree
        for name in member.split("."):
            branch = branch.setdefault(name, {})
    return _shown(tree)


def _shown(tree: Mapping[str, Any]) -> str:
    return ",".join(["id", *(f"{name}[{_shown(below)}]" for name, below in tree.items())])


def _identifiers(shown: Any, names: list[str]) -> Iterator[str]:
    """The ids that stand at the end of a path of members, through collections too."""
    if isinstance(shown, list):
        for item in shown:
            yield from _identifiers(item, names)
    elif isinstance(shown, dict):
        if names:
            yield from _identifiers(shown.get(names[0]), names[1:])
        elif "id" in shown:
            yield shown["id"]


def _attributes_of(found: Found) -> set[str]:
    """The custom attributes that objects have a value of."""
    attributes: set[str] = set()
    for singular, uids in found.items():
        schema = get_schema(singular)
        if schema.has_attributes and uids:
            rows = schema.model._base_manager.filter(uid__in=uids).exclude(attribute_values={})
            for values in rows.values_list("attribute_values", flat=True).iterator():
                attributes.update(values)
    return attributes
