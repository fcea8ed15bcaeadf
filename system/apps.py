"""Django's entry to the app."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    name = "system"
