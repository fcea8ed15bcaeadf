"""Types that no engine computes with: documents, whose members are declared as data."""

from metadata.models.documents.dashboards import Dashboard, PushAnalysis
from metadata.models.documents.exchange import AggregateDataExchange, EventHook, Route
from metadata.models.documents.maps import ExternalMapLayer, Map, MapView
from metadata.models.documents.reports import AnalyticsTableHook, Document, Report, SqlView
from metadata.models.documents.sms_commands import SmsCommand
from metadata.models.documents.visualizations import (
    EventChart,
    EventReport,
    EventVisualization,
    ExpressionDimensionItem,
    Visualization,
)
from metadata.models.documents.working_lists import EventFilter, ProgramStageWorkingList, TrackedEntityInstanceFilter

__all__ = [
    "AggregateDataExchange",
    "AnalyticsTableHook",
    "Dashboard",
    "Document",
    "EventChart",
    "EventFilter",
    "EventHook",
    "EventReport",
    "EventVisualization",
    "ExpressionDimensionItem",
    "ExternalMapLayer",
    "Map",
    "MapView",
    "ProgramStageWorkingList",
    "PushAnalysis",
    "Report",
    "Route",
    "SmsCommand",
    "SqlView",
    "TrackedEntityInstanceFilter",
    "Visualization",
]
