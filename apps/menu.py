"""The menu of apps in the header of every app, in the order that its user chose (DHIS2 2.42, apps, menu module)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.catalogue import Viewer, app_object, visible_apps
from apps.errors import MENU_INVALID
from apps.models import MenuOrder
from dhis2api.errors import ApiError

# Pages of the server's own, which nobody installs; an app above adds its own: a module, None for who may not open it.
own_pages: list[Callable[[Viewer], dict[str, Any] | None]] = []

NOT_IN_MENU = ("login", "global-shell")
MAX_DESCRIPTION = 80  # characters
MAX_MODULES = 1000  # of a saved order
MAX_NAME = 300  # characters


def list_modules(viewer: Viewer, user: Any) -> list[dict[str, Any]]:
    """The apps that have a page, then the server's own; those that the user put in order first; two queries."""
    modules = [
        _module(app_object(app, viewer))
        for app in visible_apps(viewer.principal)
        if app.app_type == "APP" and app.manifest.get("launch_path") and app.key not in NOT_IN_MENU
    ]
    modules += [module for page in own_pages if (module := page(viewer)) is not None]
    order = MenuOrder.objects.filter(user=user).first()
    places = {name: place for place, name in enumerate(order.modules)} if order is not None else {}
    return sorted(modules, key=lambda module: places.get(module["name"], len(places)))


def save_order(names: Any, user: Any) -> None:
    """Remember the order of a user's modules. Errors: 400 for what is no list of names."""
    is_order = isinstance(names, list) and len(names) <= MAX_MODULES
    if not is_order or not all(isinstance(name, str) and len(name) <= MAX_NAME for name in names):
        raise ApiError(MENU_INVALID)
    MenuOrder.objects.update_or_create(user=user, defaults={"modules": names})


def _module(app: dict[str, Any]) -> dict[str, Any]:
    name = f"dhis-web-{app['key']}" if app["bundled"] else app["key"]
    icon = app.get("icons", {}).get("48") or f"icons/{name}.png"
    module = {
        "name": name,
        "namespace": app["basePath"],
        "defaultAction": app["launchUrl"],
        "displayName": app["displayName"],
        "icon": f"{app['baseUrl']}/{icon}",
        "description": _cut(app.get("description")),
        "displayDescription": _cut(app.get("displayDescription")),
        "version": app.get("version"),
        "shortcuts": app["shortcuts"],
    }
    return {name: value for name, value in module.items() if value is not None}


def _cut(text: str | None) -> str | None:
    return text[:MAX_DESCRIPTION] if text is not None else None
