"""Django's entry to the app."""

from django.apps import AppConfig


class DatavaluesConfig(AppConfig):
    name = "datavalues"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Data protects the metadata that it is kept by: hang the vetoes into the import. It goes along with merges."""
        from datavalues import merging, protection
        from datavalues.models import DataValueFile
        from files.holders import register_holder

        protection.register()
        merging.register()
        register_holder(DataValueFile)
