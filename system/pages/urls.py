"""Routes of the pages, beside the API."""

from __future__ import annotations

from django.urls import path

from system.pages.views import JobsPageView

urlpatterns = [path("", JobsPageView.as_view(), name="jobs-page")]
