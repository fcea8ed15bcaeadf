"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import include, path

from system.views import (
    ContextView,
    FlagsView,
    IdentifiersView,
    InfoView,
    MetricsView,
    ObjectCountsView,
    PingView,
    ResourcesView,
    StylesView,
    UuidsView,
)

urlpatterns = [
    path("", include("system.integrity.urls")),
    path("", include("system.maintenance.urls")),
    path("resources", ResourcesView.as_view(), name="resources"),
    path("metrics", MetricsView.as_view()),
    path("system/info", InfoView.as_view(), name="system-info"),
    path("system/ping", PingView.as_view()),
    path("system/id", IdentifiersView.as_view()),
    path("system/uid", IdentifiersView.as_view()),
    path("system/uuid", UuidsView.as_view()),
    path("system/context", ContextView.as_view()),
    path("system/objectCounts", ObjectCountsView.as_view()),
    path("system/flags", FlagsView.as_view()),
    path("system/styles", StylesView.as_view()),
]
