"""Routes below `/api/`."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

urlpatterns: list[Any] = [
    path("", include("tracker.export.urls")),
]
