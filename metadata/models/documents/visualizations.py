"""Visualizations of aggregate data and of events, and the expressions that they may show."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import Item as ItemKind
from dhis2api.objects.members import (
    choice,
    flags,
    integer,
    items,
    long_text,
    number,
    ref,
    text,
    text_list,
    texts,
    whole,
    whole_list,
)
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Document,
    Marked,
    Named,
    Shared,
    Translated,
)
from metadata.enums import MissingValueStrategy, VisualizationType
from metadata.models.documents.analytical import ANALYTICAL, FAVORITE, SUBSCRIBED
from sharing.access import TypeRules, favorite

AXIS = ItemKind(
    "Axis",
    "org.hisp.dhis.visualization.Axis",
    (integer("index"), text("type"), whole("label"), whole("title"), number("maxValue"), number("minValue")),
    plural="axes",
)
SERIES = ItemKind("Series", "org.hisp.dhis.visualization.Series", (text("dimensionItem"), integer("axis")))
EVENT_REPETITION = ItemKind(
    "EventRepetition",
    "org.hisp.dhis.eventvisualization.EventRepetition",
    (text("parent"), text("dimension"), text("program"), text("programStage")),
)

VISUALIZATION = (
    choice("type", VisualizationType, required=True),
    *ANALYTICAL,
    items("axes", AXIS, singular="axis"),
    items("series", SERIES, singular="seriesItem"),
    whole("seriesKey"),
    whole("fontStyle"),
    whole("outlierAnalysis"),
    whole("reportingParams"),
    whole_list("icons"),
    whole_list("sorting"),
    text_list("yearlySeries"),
    text_list("optionalAxes"),
    *texts("numberType", "regressionType", "displayDensity", "fontSize", "hideEmptyRowItems", "measureCriteria"),
    *texts("baseLineLabel", "targetLineLabel", "domainAxisLabel", "rangeAxisLabel", "colorSet"),
    number("baseLineValue"),
    number("targetLineValue"),
    number("rangeAxisMinValue"),
    number("rangeAxisMaxValue"),
    integer("rangeAxisSteps"),
    integer("rangeAxisDecimals"),
    *flags("fixColumnHeaders", "fixRowHeaders", "noSpaceBetweenColumns", "percentStackedValues", "cumulativeValues"),
    *flags("showData", "showDimensionLabels", "showHierarchy", "skipRounding", "regression", "cumulative"),
    *flags("colSubTotals", "colTotals", "rowSubTotals", "rowTotals", "hideEmptyColumns", "hideEmptyRows"),
)

EVENT_VISUALIZATION = (
    text("type", 40, required=True),
    *ANALYTICAL,
    ref("program"),
    ref("programStage"),
    ref("trackedEntityType"),
    ref("dataElementValueDimension", "dataElement"),
    ref("attributeValueDimension", "trackedEntityAttribute"),
    *texts("dataType", "outputType", "programStatus", "eventStatus", "hideEmptyRowItems", "regressionType"),
    *texts("displayDensity", "fontSize", "baseLineLabel", "targetLineLabel", "domainAxisLabel", "rangeAxisLabel"),
    whole_list("simpleDimensions"),
    items("eventRepetitions", EVENT_REPETITION),
    whole_list("sorting"),
    whole("value"),
    number("baseLineValue"),
    number("targetLineValue"),
    *flags("collapseDataDimensions", "legacy", "hideNaData", "showData", "showDimensionLabels", "showHierarchy"),
    *flags("noSpaceBetweenColumns", "percentStackedValues", "cumulativeValues", "skipRounding"),
    *flags("colSubTotals", "colTotals", "rowSubTotals", "rowTotals", "hideEmptyRows"),
)


class Visualization(ApiObject, Coded, Named, Described, Shared, Attributed, Translated, Marked, Document):
    """A chart or a pivot table of aggregate data."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.visualization.Visualization"
        order = 2000
        access = favorite("VISUALIZATION", external=True)
        attribute_flag = "visualization"
        favoritable = True
        subscribable = True
        members = VISUALIZATION
        computed = FAVORITE | SUBSCRIBED


class EventVisualization(ApiObject, Coded, Named, Described, Shared, Attributed, Translated, Marked, Document):
    """A chart, a pivot table or a list of events."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.eventvisualization.EventVisualization"
        order = 2000
        access = favorite("EVENT_VISUALIZATION")
        favoritable = True
        subscribable = True
        members = EVENT_VISUALIZATION
        computed = FAVORITE | SUBSCRIBED


REPORT_TYPES = ("PIVOT_TABLE", "LINE_LIST")


class EventReports(models.Manager):
    """The event visualizations that older clients know as event reports."""

    def get_queryset(self) -> models.QuerySet[EventVisualization]:
        return super().get_queryset().filter(content__type__in=REPORT_TYPES)


class EventCharts(models.Manager):
    """The event visualizations that older clients know as event charts."""

    def get_queryset(self) -> models.QuerySet[EventVisualization]:
        return super().get_queryset().exclude(content__type__in=REPORT_TYPES)


class EventReport(EventVisualization):
    """A table or list of events: an event visualization under its old name."""

    objects = EventReports()

    class Meta:
        proxy = True
        base_manager_name = "objects"

    class Wire(Declaration):
        klass = "org.hisp.dhis.eventreport.EventReport"
        order = 1640
        access = favorite("EVENTREPORT", external=True)
        attribute_flag = "eventReport"
        favoritable = True
        subscribable = True
        secondary = True
        members = EVENT_VISUALIZATION
        computed = FAVORITE | SUBSCRIBED


class EventChart(EventVisualization):
    """A chart of events: an event visualization under its old name."""

    objects = EventCharts()

    class Meta:
        proxy = True
        base_manager_name = "objects"

    class Wire(Declaration):
        klass = "org.hisp.dhis.eventchart.EventChart"
        order = 1540
        access = favorite("EVENTCHART", external=True)
        attribute_flag = "eventChart"
        favoritable = True
        subscribable = True
        secondary = True
        members = EVENT_VISUALIZATION
        computed = FAVORITE | SUBSCRIBED


class ExpressionDimensionItem(ApiObject, Coded, Named, Described, Shared, Translated, Document):
    """An expression over data that a favourite shows like an indicator."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.expressiondimensionitem.ExpressionDimensionItem"
        order = 1000
        access = TypeRules(shareable=True, default_private=True)
        members = (
            text("shortName", 50),
            long_text("expression"),
            choice("missingValueStrategy", MissingValueStrategy),
            *flags("slidingWindow"),
        )
