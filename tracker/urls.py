"""Routes below `/api/`."""

from __future__ import annotations

from tracker.change_logs.urls import urlpatterns as change_log_routes
from tracker.files.urls import urlpatterns as file_routes
from tracker.generated.urls import urlpatterns as generated_routes
from tracker.notes.urls import urlpatterns as note_routes
from tracker.ownership.urls import urlpatterns as ownership_routes

urlpatterns = [
    *generated_routes,
    *ownership_routes,
    *note_routes,
    *change_log_routes,
    *file_routes,
]
