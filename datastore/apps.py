"""Django's entry to the app."""

from django.apps import AppConfig


class DatastoreConfig(AppConfig):
    name = "datastore"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What an app has stored goes when it is removed together with its data."""
        from apps import namespaces
        from datastore.services import remove_namespace

        namespaces.when_data_goes.append(remove_namespace)
