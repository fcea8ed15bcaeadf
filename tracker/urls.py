"""Routes below `/api/`."""

from __future__ import annotations

from tracker.generated.urls import urlpatterns as generated_routes

urlpatterns = [
    *generated_routes,
]
