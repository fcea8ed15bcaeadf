"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("validation.predictors.urls")),
]
