"""Routes beside the API: what browsers open."""

from __future__ import annotations

from django.urls import path, re_path

from apps.views import AppFileView, MenuModulesView, ShellRootView, ShellView, StartView

urlpatterns = [
    path("", StartView.as_view(), name="start"),
    path("dhis-web-commons/menu/getModules.action", MenuModulesView.as_view()),
    re_path(r"^dhis-web-(?P<key>[a-z-]+)$", AppFileView.as_view(only_core=True), {"slash": ""}),
    re_path(r"^dhis-web-(?P<key>[a-z-]+)/(?P<name>.*)$", AppFileView.as_view(only_core=True)),
    path("apps", ShellRootView.as_view()),
    re_path(r"^apps/(?P<path>.*)$", ShellView.as_view()),
]
