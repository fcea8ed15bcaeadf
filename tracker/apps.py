"""Django's entry to the app."""

from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Data protects the metadata that it is kept by: hang the vetoes into the import. It goes along with merges."""
        from files.holders import register_holder
        from tracker import merging, pieces, protection
        from tracker.models import TrackerFile

        protection.register()
        merging.register()
        pieces.register()
        register_holder(TrackerFile)
