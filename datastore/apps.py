"""Django's entry to the app."""

from django.apps import AppConfig


class DatastoreConfig(AppConfig):
    name = "datastore"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What an app has stored goes when it is removed together with its data; protections hold for sharing, too."""
        from apps import namespaces
        from datastore.services import remove_namespace
        from datastore.sharing_guard import passages_of_entries
        from sharing.resource.guards import guards

        namespaces.when_data_goes.append(remove_namespace)
        guards["dataStore"] = passages_of_entries
