"""What visualizations, event visualizations and map views have in common: their dimensions, and how they are shown.

Source: DHIS2 2.42, metadata model, analytical objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dhis2api.objects.declarations import Computed
from dhis2api.objects.members import (
    Item,
    Member,
    any_id,
    choice,
    date,
    flag,
    flags,
    integer,
    item,
    items,
    ref,
    refs,
    text,
    text_list,
    texts,
    whole,
    whole_list,
)
from metadata.enums import AggregationType

PACKAGE = "org.hisp.dhis"


def _dimension(name: str, klass: str, owner: Member, *more: Member) -> Item:
    """A dimension with what is chosen of it; without the object that gives it its name it is nothing."""
    return Item(name, f"{PACKAGE}.{klass}", (owner, *more), lives_by=(owner.name,))


OPERAND = Item(
    "DataElementOperandItem",
    f"{PACKAGE}.dataelement.DataElementOperand",
    (ref("dataElement"), ref("categoryOptionCombo"), ref("attributeOptionCombo", "categoryOptionCombo")),
    lives_by=("dataElement",),
)
REPORTING_RATE = Item(
    "ReportingRate", f"{PACKAGE}.common.ReportingRate", (ref("dataSet"), text("metric")), lives_by=("dataSet",)
)
PROGRAM_DATA_ELEMENT = Item(
    "ProgramDataElement",
    f"{PACKAGE}.program.ProgramDataElementDimensionItem",
    (ref("program"), ref("dataElement")),
    lives_by=("dataElement",),
)
PROGRAM_ATTRIBUTE = Item(
    "ProgramTrackedEntityAttributeDimensionItem",
    f"{PACKAGE}.program.ProgramTrackedEntityAttributeDimensionItem",
    (ref("program"), ref("attribute", "trackedEntityAttribute")),
    lives_by=("attribute",),
)
DATA_DIMENSION_ITEM = Item(
    "DataDimensionItem",
    f"{PACKAGE}.common.DataDimensionItem",
    (
        text("dataDimensionItemType", 50),
        ref("indicator"),
        ref("dataElement"),
        item("dataElementOperand", OPERAND),
        item("reportingRate", REPORTING_RATE),
        ref("programIndicator"),
        item("programDataElement", PROGRAM_DATA_ELEMENT),
        item("programAttribute", PROGRAM_ATTRIBUTE),
        ref("expressionDimensionItem"),
    ),
    lives_by=(
        "indicator", "dataElement", "dataElementOperand", "reportingRate", "programIndicator", "programDataElement",
        "programAttribute", "expressionDimensionItem",
    ),
)  # fmt: skip

# Other favourites let go of what is deleted; a category and its options stay as long as a favourite shows them.
CATEGORY = _dimension(
    "CategoryDimension",
    "category.CategoryDimension",
    ref("category", protects=True),
    refs("categoryOptions", "categoryOption", protects=True),
)
CATEGORY_OPTION_GROUP_SET = _dimension(
    "CategoryOptionGroupSetDimension",
    "category.CategoryOptionGroupSetDimension",
    ref("categoryOptionGroupSet"),
    refs("categoryOptionGroups", "categoryOptionGroup"),
)
DATA_ELEMENT_GROUP_SET = _dimension(
    "DataElementGroupSetDimension",
    "dataelement.DataElementGroupSetDimension",
    ref("dataElementGroupSet"),
    refs("dataElementGroups", "dataElementGroup"),
)
ORG_UNIT_GROUP_SET = _dimension(
    "OrganisationUnitGroupSetDimension",
    "organisationunit.OrganisationUnitGroupSetDimension",
    ref("organisationUnitGroupSet"),
    refs("organisationUnitGroups", "organisationUnitGroup"),
)
DATA_ELEMENT = _dimension(
    "TrackedEntityDataElementDimension",
    "trackedentity.TrackedEntityDataElementDimension",
    ref("dataElement"),
    ref("legendSet"),
    ref("programStage"),
    text("filter", None),
)
ATTRIBUTE = _dimension(
    "TrackedEntityAttributeDimension",
    "trackedentity.TrackedEntityAttributeDimension",
    ref("trackedEntityAttribute"),
    ref("legendSet"),
    text("filter", None),
)
PROGRAM_INDICATOR = _dimension(
    "TrackedEntityProgramIndicatorDimension",
    "trackedentity.TrackedEntityProgramIndicatorDimension",
    ref("programIndicator"),
    ref("legendSet"),
    text("filter", None),
)
LEGEND = Item(
    "LegendDefinitions",
    f"{PACKAGE}.visualization.LegendDefinitions",
    (ref("set", "legendSet"), text("style"), text("strategy"), flag("showKey")),
    plural="legendDefinitions",
)

# What a dimension shows is of any type, or of none (`LAST_12_MONTHS`).
SHOWN = Item("DimensionalItemObject", f"{PACKAGE}.common.DimensionalItemObject", (any_id(),), lives_by=("id",))
DIMENSION = Item("DimensionalObject", f"{PACKAGE}.common.DimensionalObject", (text("id"), items("items", SHOWN)))
AXES = (items("columns", DIMENSION), items("rows", DIMENSION), items("filters", DIMENSION))

ANALYTICAL: tuple[Member, ...] = (
    *AXES,
    text_list("columnDimensions"),
    text_list("rowDimensions"),
    text_list("filterDimensions"),
    items("dataDimensionItems", DATA_DIMENSION_ITEM),
    refs("organisationUnits", "organisationUnit"),
    whole_list("periods"),
    text_list("rawPeriods"),
    whole("relativePeriods"),
    items("categoryDimensions", CATEGORY),
    items("categoryOptionGroupSetDimensions", CATEGORY_OPTION_GROUP_SET),
    items("dataElementGroupSetDimensions", DATA_ELEMENT_GROUP_SET),
    items("organisationUnitGroupSetDimensions", ORG_UNIT_GROUP_SET),
    items("dataElementDimensions", DATA_ELEMENT),
    items("attributeDimensions", ATTRIBUTE),
    items("programIndicatorDimensions", PROGRAM_INDICATOR),
    *flags("userOrganisationUnit", "userOrganisationUnitChildren", "userOrganisationUnitGrandChildren"),
    Member("organisationUnitLevels", kind="COLLECTION", item_kind="INTEGER"),
    refs("itemOrganisationUnitGroups", "organisationUnitGroup"),
    ref("legendSet"),
    item("legend", LEGEND),
    choice("aggregationType", AggregationType),
    date("startDate"),
    date("endDate"),
    integer("sortOrder"),
    integer("topLimit"),
    *texts("title", "subtitle", "timeField", "orgUnitField", "userOrgUnitType", "digitGroupSeparator"),
    *texts("legendDisplayStyle", "legendDisplayStrategy", "shortName"),
    *flags("completedOnly", "hideTitle", "hideSubtitle", "hideLegend"),
    whole("parentGraphMap"),
)


def _is_marked(member: str) -> Computed:
    def compute(row: Mapping[str, Any], context: Any) -> bool:
        return context.principal.uid in (row.get(member) or ())

    return Computed(compute, needs=(member,), kind="BOOLEAN")


FAVORITE = {"favorite": _is_marked("favorites")}
SUBSCRIBED = {"subscribed": _is_marked("subscribers")}
