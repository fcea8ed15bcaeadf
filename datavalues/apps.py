"""Django's entry to the app."""

from django.apps import AppConfig


class DatavaluesConfig(AppConfig):
    name = "datavalues"
    default_auto_field = "django.db.models.BigAutoField"
