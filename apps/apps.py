"""Django's entry to the app."""

from django.apps import AppConfig


class AppsConfig(AppConfig):
    name = "apps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What installed apps allow is listed among the authorities."""
        from apps.catalogue import list_authorities
        from users.authority_catalogue import providers

        providers.append(list_authorities)
