"""Routes below `/api/`. Files of apps keep their names, so that an address may end in a slash."""

from __future__ import annotations

from django.urls import path

from apps.logo_views import LogoView
from apps.views import AppConfigView, AppFileView, AppFolderView, AppsView, AppView, MenuModulesView, MenuOrderView

urlpatterns = [
    path("apps", AppsView.as_view(), name="apps"),
    path("apps/menu", MenuModulesView.as_view()),
    path("apps/config", AppConfigView.as_view()),
    path("apps/<str:key>", AppView.as_view()),
    path("apps/<str:key>/", AppFolderView.as_view()),
    path("apps/<str:key>/<path:name>", AppFileView.as_view()),
    path("staticContent/<str:key>", LogoView.as_view()),
    path("menu", MenuOrderView.as_view()),
]
