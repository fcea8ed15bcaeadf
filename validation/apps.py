"""Django's entry to the app."""

from django.apps import AppConfig


class ValidationConfig(AppConfig):
    name = "validation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Analytics builds the table of results: say where they are. Users are told of violations by messages."""
        from analytics.sources import register_validation_results
        from validation.notifications import register_consumer
        from validation.results import FOR_ANALYTICS
        from validation.telling import tell_users

        register_validation_results(FOR_ANALYTICS)
        register_consumer(tell_users)
