"""Routes below `/api/` of data integrity."""

from __future__ import annotations

from django.urls import path

from system.integrity.params import ReportType
from system.integrity.running import Kind
from system.integrity.views import (
    ChecksView,
    CompletedView,
    IntegrityMetricsView,
    ResultsView,
    ResultView,
    RunningView,
)

TOP = "dataIntegrity"

urlpatterns = [
    path(TOP, ChecksView.as_view()),
    path(f"{TOP}/summary", ResultsView.as_view(type=ReportType.SUMMARY)),
    path(f"{TOP}/details", ResultsView.as_view(type=ReportType.DETAILS)),
    path(f"{TOP}/metrics", IntegrityMetricsView.as_view()),
]
for _kind in Kind:
    urlpatterns += [
        path(f"{TOP}/{_kind}/running", RunningView.as_view(kind=_kind)),
        path(f"{TOP}/{_kind}/completed", CompletedView.as_view(kind=_kind)),
        path(f"{TOP}/<str:check>/{_kind}", ResultView.as_view(kind=_kind)),
    ]
