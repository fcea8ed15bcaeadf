"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import include, path

from system.views import IdentifiersView, InfoView, PingView, ResourcesView

urlpatterns = [
    path("", include("system.integrity.urls")),
    path("", include("system.maintenance.urls")),
    path("resources", ResourcesView.as_view(), name="resources"),
    path("system/info", InfoView.as_view(), name="system-info"),
    path("system/ping", PingView.as_view()),
    path("system/id", IdentifiersView.as_view()),
    path("system/uid", IdentifiersView.as_view()),
]
