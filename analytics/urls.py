"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from analytics.views import AnalyticsTablesView, MonitoringView, ResourceTablesView, TableTypesView

urlpatterns = [
    path("resourceTables", ResourceTablesView.as_view(), name="resource-tables"),
    path("resourceTables/analytics", AnalyticsTablesView.as_view(), name="analytics-tables"),
    path("resourceTables/monitoring", MonitoringView.as_view(), name="monitoring"),
    path("analytics/tableTypes", TableTypesView.as_view(), name="analytics-table-types"),
]
