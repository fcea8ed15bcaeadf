"""Django's entry to the app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the rules of users, roles and groups into the import."""
        from files.enums import FileResourceDomain
        from files.references import hold_files
        from users import rules, tokens
        from users.models import User

        rules.register()
        tokens.register()
        hold_files(User, "user", "avatar", FileResourceDomain.USER_AVATAR)
