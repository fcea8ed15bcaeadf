"""Routes of change requests and of what goes with them; the fixed names come before ids."""

from __future__ import annotations

from django.urls import include, path, re_path

from orgunit_changes.dialect.views import NothingHereView

urlpatterns = [
    path("", include("orgunit_changes.registry.urls")),
    path("", include("orgunit_changes.mobile.urls")),
    path("", include("orgunit_changes.changes_urls")),
    re_path(r"^(?:orgunits|mobile)(?:/.*)?$", NothingHereView.as_view()),
]
