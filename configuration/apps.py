"""Django's entry to the app."""

from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "configuration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the headers which origins were allowed at run time."""
        from configuration.cors import cors_allowlist
        from dhis2api.web.headers import allowlist_sources

        allowlist_sources.append(cors_allowlist)
