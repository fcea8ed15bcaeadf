"""What the roof sets up when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class Dhis2ApiConfig(AppConfig):
    """The house itself: writers of rows, commands."""

    name = "dhis2api"

    def ready(self) -> None:
        from dhis2api import migrating

        migrating.install()
