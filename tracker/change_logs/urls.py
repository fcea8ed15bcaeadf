"""Routes below `/api/` of change logs."""

from __future__ import annotations

from django.urls import path

from tracker.change_logs.views import EntityChangeLogView, EventChangeLogView

urlpatterns = [
    path("tracker/trackedEntities/<str:uid>/changeLogs", EntityChangeLogView.as_view()),
    path("tracker/events/<str:uid>/changeLogs", EventChangeLogView.as_view()),
]
