"""Django's entry to the app."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    name = "system"

    def ready(self) -> None:
        """Its page stands in the menu."""
        from apps.menu import own_pages
        from system.pages.menu import menu_module

        own_pages.append(menu_module)
