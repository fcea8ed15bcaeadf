"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from datavalues.single.views import DataValuesView, FileContentView, FileView, FollowupsView, FollowupView
from datavalues.views import DataValueSetsView, TemplateView

urlpatterns = [
    path("dataValueSets", DataValueSetsView.as_view(), name="data-value-sets"),
    path("dataValues", DataValuesView.as_view(), name="data-values"),
    path("dataValues/followup", FollowupView.as_view()),
    path("dataValues/followups", FollowupsView.as_view()),
    path("dataValues/file", FileView.as_view()),
    path("dataValues/files", FileContentView.as_view()),
    path("dataSets/<str:uid>/dataValueSet", TemplateView.as_view()),
]
