"""Django's entry to the app."""

from django.apps import AppConfig


class SynchronizationConfig(AppConfig):
    name = "synchronization"
    default_auto_field = "django.db.models.BigAutoField"
