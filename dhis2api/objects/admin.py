"""Types in the Django admin: to look at, never to change. The admin knows no rules of import or sharing."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models

from dhis2api.objects.declarations import Declaration

LISTED = ("uid", "name", "username", "code", "last_updated")
SEARCHED = ("uid", "name", "username", "code")
# Digests and encrypted texts are nothing to look at either; contents of documents may hold the keys of other servers.
SECRET = frozenset(
    {"password", "content", "key", "restore_token", "two_factor_secret", "two_factor_code", "two_factor_step"}
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and a page for each row; collections are left out, since they may have any size."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_fields(self, request: Any, obj: models.Model | None = None) -> list[str]:
        return [f.name for f in self.model._meta.concrete_fields if f.name not in SECRET]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: models.Model | None = None) -> bool:
        return False


def register_types(app_label: str) -> None:
    """Register every type of an app."""
    for model in apps.get_app_config(app_label).get_models():
        wire = getattr(model, "Wire", None)
        if isinstance(wire, type) and issubclass(wire, Declaration):
            admin.site.register(model, _admin_of(model))


def _admin_of(model: type[models.Model]) -> type[ReadOnlyAdmin]:
    columns = {f.name for f in model._meta.concrete_fields}
    return type(
        f"{model.__name__}Admin",
        (ReadOnlyAdmin,),
        {
            "list_display": [name for name in LISTED if name in columns],
            "search_fields": [name for name in SEARCHED if name in columns],
            "ordering": ["pk"],
        },
    )
