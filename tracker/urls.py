"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from tracker.change_logs.urls import urlpatterns as change_log_routes
from tracker.export.urls import urlpatterns as export_routes
from tracker.files.urls import urlpatterns as file_routes
from tracker.generated.urls import urlpatterns as generated_routes
from tracker.notes.urls import urlpatterns as note_routes
from tracker.old.urls import urlpatterns as old_routes
from tracker.ownership.urls import urlpatterns as ownership_routes
from tracker.removal.urls import urlpatterns as removal_routes
from tracker.views import JobLogView, JobReportView, TrackerView

urlpatterns = [
    path("tracker", TrackerView.as_view(), name="tracker"),
    path("tracker/jobs/<str:uid>", JobLogView.as_view(), name="tracker-job"),
    path("tracker/jobs/<str:uid>/report", JobReportView.as_view(), name="tracker-job-report"),
    *generated_routes,
    *ownership_routes,
    *note_routes,
    *change_log_routes,
    *file_routes,
    *removal_routes,
    *old_routes,
    *export_routes,
]
