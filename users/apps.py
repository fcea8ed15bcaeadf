"""Django's entry to the app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the rules of users, roles and groups into the import."""
        from users import rules, tokens

        rules.register()
        tokens.register()
