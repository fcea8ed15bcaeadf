"""Django's entry to the app."""

from django.apps import AppConfig

REVIEW_AUTHORITY = "ORG_UNITS_CHANGE_REQUEST_REVIEW"
MANAGE_AUTHORITY = "ORG_UNITS_CHANGE_REQUEST_MANAGE"

OWN_ADDRESSES = ("/api/orgunits", "/api/mobile", "/api/token", "/api/projects", "/api/orgunittypes", "/api/forms",
                 "/api/instances")  # fmt: skip


class OrgUnitChangesConfig(AppConfig):
    name = "orgunit_changes"
    verbose_name = "Org unit changes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Its authorities are listed among all others, its page in the menu, its requests go along with merges.

        Its addresses answer errors in a shape of their own.
        """
        from apps.menu import own_pages
        from dhis2api.web.messages import own_shapes
        from orgunit_changes import merging
        from orgunit_changes.dialect.views import show_refusal
        from orgunit_changes.pages.menu import menu_module
        from users.authority_catalogue import providers

        providers.append(lambda: {
            REVIEW_AUTHORITY: "Review change requests of org units",
            MANAGE_AUTHORITY: "Manage projects, org unit types and forms of change requests",
        })  # fmt: skip
        own_shapes.update(dict.fromkeys(OWN_ADDRESSES, show_refusal))
        own_pages.append(menu_module)
        merging.register()
