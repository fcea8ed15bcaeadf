"""Routes of change requests and of what goes with them; the fixed names come before ids."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("orgunit_changes.registry.urls")),
    path("", include("orgunit_changes.mobile.urls")),
    path("", include("orgunit_changes.changes_urls")),
]
