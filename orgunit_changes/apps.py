"""Django's entry to the app."""

from django.apps import AppConfig

REVIEW_AUTHORITY = "ORG_UNITS_CHANGE_REQUEST_REVIEW"
MANAGE_AUTHORITY = "ORG_UNITS_CHANGE_REQUEST_MANAGE"


class OrgUnitChangesConfig(AppConfig):
    name = "orgunit_changes"
    verbose_name = "Org unit changes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Its two authorities are listed among all others."""
        from users.authority_catalogue import providers

        providers.append(lambda: {
            REVIEW_AUTHORITY: "Review change requests of org units",
            MANAGE_AUTHORITY: "Manage projects, org unit types and forms of change requests",
        })  # fmt: skip
