"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from files.views import FileContentView, FileResourcesView, FileResourceView

urlpatterns = [
    path("fileResources", FileResourcesView.as_view(), name="fileResources"),
    path("fileResources/<str:uid>", FileResourceView.as_view(), name="fileResource"),
    path("fileResources/<str:uid>/data", FileContentView.as_view()),
]
