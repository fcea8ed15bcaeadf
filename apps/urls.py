"""Routes below `/api/`. Files of apps keep their names, so that a path may end in a slash or begin with one."""

from __future__ import annotations

from django.urls import path, re_path

from apps.views import AppConfigView, AppFileView, AppsView, AppView, MenuModulesView, MenuOrderView

urlpatterns = [
    path("apps", AppsView.as_view(), name="apps"),
    re_path(r"^apps/menu/?$", MenuModulesView.as_view()),
    re_path(r"^apps/config/?$", AppConfigView.as_view()),
    path("apps/<str:key>", AppView.as_view()),
    re_path(r"^apps/(?P<key>[^/]+)(?P<path>/.*)$", AppFileView.as_view()),
    path("menu", MenuOrderView.as_view()),
]
