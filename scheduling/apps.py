"""Django's entry to the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find the functions in the apps' `jobs.py`, and hang the rules of jobs into the import."""
        from scheduling import rules

        autodiscover_modules("jobs")
        rules.register()
