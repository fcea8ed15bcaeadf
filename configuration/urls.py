"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from configuration.views import CorsAllowlistView, SystemSettingsView, SystemSettingView

urlpatterns = [
    path("systemSettings", SystemSettingsView.as_view(), name="system-settings"),
    path("systemSettings/<str:key>", SystemSettingView.as_view()),
    path("configuration/corsAllowlist", CorsAllowlistView.as_view()),
    path("configuration/corsWhitelist", CorsAllowlistView.as_view()),
]
