"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from configuration import locale_views as locales
from configuration.views import CorsAllowlistView, SystemSettingsView, SystemSettingView

urlpatterns = [
    path("locales/ui", locales.InterfaceLocalesView.as_view()),
    path("locales/db", locales.DatabaseLocalesView.as_view()),
    path("locales/dbLocales", locales.KeptLocalesView.as_view()),
    path("locales/dbLocales/<str:uid>", locales.KeptLocaleView.as_view()),
    path("locales/languages", locales.LanguagesView.as_view()),
    path("locales/countries", locales.CountriesView.as_view()),
    path("systemSettings", SystemSettingsView.as_view(), name="system-settings"),
    path("systemSettings/<str:key>", SystemSettingView.as_view()),
    path("configuration/corsAllowlist", CorsAllowlistView.as_view()),
    path("configuration/corsWhitelist", CorsAllowlistView.as_view()),
]
