"""Django's entry to the app."""

from django.apps import AppConfig


class ValidationConfig(AppConfig):
    name = "validation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Analytics builds the table of results: say where they are."""
        from analytics.sources import register_validation_results
        from validation.results import FOR_ANALYTICS

        register_validation_results(FOR_ANALYTICS)
