"""Routes below `/api/`."""

from __future__ import annotations

from tracker.generated.urls import urlpatterns as generated_routes
from tracker.ownership.urls import urlpatterns as ownership_routes

urlpatterns = [
    *generated_routes,
    *ownership_routes,
]
