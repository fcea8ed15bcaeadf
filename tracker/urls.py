"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from tracker.generated.urls import urlpatterns as generated_routes
from tracker.views import JobLogView, JobReportView, TrackerView

urlpatterns = [
    path("tracker", TrackerView.as_view(), name="tracker"),
    path("tracker/jobs/<str:uid>", JobLogView.as_view(), name="tracker-job"),
    path("tracker/jobs/<str:uid>/report", JobReportView.as_view(), name="tracker-job-report"),
    *generated_routes,
]
