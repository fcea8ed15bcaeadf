"""The installed apps as their users see them: which, under which names, at which addresses.

Source: DHIS2 2.42, apps, the app object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.errors import FILTER_INVALID
from apps.keys import CORE_KEYS, OPEN_KEYS, base_path
from apps.manifests import APP_TYPES, MANAGEMENT, Manifest, named_authorities
from apps.models import InstalledApp
from dhis2api.errors import ApiError
from dhis2api.web.errors import PARAMETER_INVALID
from sharing.access import Principal

BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, in which language (`uz_UZ_Cyrl`), and how he addresses the server (no trailing slash)."""

    principal: Principal
    locale: str
    server: str


def find_app(key: str, principal: Principal | None) -> InstalledApp | None:
    """The app of that key, if it is there and the caller may open it; one query. Without a principal: nobody yet."""
    app = InstalledApp.objects.filter(key=key).first()
    return app if app is not None and principal is not None and may_open(app, principal) else None


def may_open(app: InstalledApp, principal: Principal) -> bool:
    """Whether the user may open the app at all; the manifest's own `authorities` do not matter."""
    return app.key in OPEN_KEYS or principal.has_any((MANAGEMENT, manifest_of(app).see_authority))


def list_apps(viewer: Viewer, *, key: str | None = None, filters: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The app objects that the viewer may see, in order of name; one query.

    Errors: 409 for a filter that cannot be read, 400 for an unknown type of app.
    """
    conditions = [_parse_filter(text) for text in filters]
    shown = (app_object(app, viewer) for app in visible_apps(viewer.principal) if key in (None, app.key))
    return [app for app in shown if all(condition(app) for condition in conditions)]


def visible_apps(principal: Principal) -> Iterator[InstalledApp]:
    """The apps that the user may open, in order of name."""
    return (app for app in InstalledApp.objects.order_by("name", "key") if may_open(app, principal))


def app_object(app: InstalledApp, viewer: Viewer) -> dict[str, Any]:
    """An app as DHIS2 shows it; what is not known is left out."""
    members = app.manifest
    words = _localized(app, viewer.locale)
    base_url = viewer.server + base_path(app.key)
    shown = {
        "key": app.key,
        "name": app.name,
        "short_name": app.short_name,
        "displayName": words.get("title") or app.name,
        "version": app.version,
        "appType": app.app_type,
        **{name: value for name, value in members.items() if name not in ("shortcuts", "core_app", "authorities")},
        "displayDescription": words.get("description") or members.get("description"),
        "authorities": members.get("authorities", []),
        "shortcuts": [_shortcut(shortcut, words) for shortcut in members.get("shortcuts", ())],
        "core_app": members.get("core_app", False),
        "bundled": app.key in CORE_KEYS,
        "appState": "OK",
        "appStorageSource": "JCLOUDS",  # where apps lie that somebody installed, in DHIS2's words
        "folderName": f"apps/{app.folder}",
        "basePath": base_path(app.key),
        "baseUrl": base_url,
        "launchUrl": launch_url(app, viewer.server),
        "pluginLaunchUrl": _below(base_url, members.get("plugin_launch_path")),
    }
    return {name: value for name, value in shown.items() if value is not None}


def launch_url(app: InstalledApp, server: str) -> str | None:
    """Where the app is opened; None for one that has no page."""
    return _below(server + base_path(app.key), app.manifest.get("launch_path"))


def manifest_of(app: InstalledApp) -> Manifest:
    """What the app said of itself when it was installed."""
    return Manifest(app.key, app.name, app.short_name, app.version, app.app_type, app.manifest)


def list_authorities() -> dict[str, str]:
    """Every authority that an installed app brings along → a name for it; one query."""
    found: dict[str, str] = {}
    for app in InstalledApp.objects.order_by("key"):
        manifest = manifest_of(app)
        found |= {authority: authority for authority in named_authorities(manifest) if authority not in found}
        if app.key not in OPEN_KEYS:
            found[manifest.see_authority] = f"{app.name} app"
    return found


def _below(base_url: str, path: str | None) -> str | None:
    return f"{base_url}/{path.lstrip('/')}" if path else None


def _shortcut(shortcut: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    name = shortcut.get("name")
    translated = words["shortcuts"].get(name)
    return shortcut | {"displayName": translated or shortcut.get("displayName") or name}


def _localized(app: InstalledApp, locale: str) -> dict[str, Any]:
    """`title`, `description` and `shortcuts` in the exact locale; gaps come from its bare language."""
    by_locale = {entry.get("locale"): entry for entry in app.translations}
    found: dict[str, Any] = {"shortcuts": {}}
    for name in (locale.partition("_")[0], locale):
        entry = by_locale.get(name, {})
        found |= {word: entry[word] for word in ("title", "description") if word in entry}
        found["shortcuts"] |= entry.get("shortcuts", {})
    return found


def _parse_filter(text: str) -> Any:
    """A condition on app objects. Errors: 409, 400 as `list_apps`."""
    parts = text.split(":")
    if len(parts) != 3:
        raise ApiError(FILTER_INVALID, text)
    name, operator, value = parts
    if name in ("name", "shortName"):
        member = "short_name" if name == "shortName" else name
        if operator == "ilike":
            return lambda app: value.lower() in app[member].lower()
        return lambda app: operator == "eq" and app[member] == value
    if operator != "eq" or (name == "bundled" and value.lower() not in BOOLEANS):
        raise ApiError(FILTER_INVALID, text)
    if name == "appType":
        if value.upper() not in APP_TYPES:
            raise ApiError(PARAMETER_INVALID, value, "filter", f"Valid values are: [{', '.join(APP_TYPES)}]")
        return lambda app: app["appType"] == value.upper()
    if name == "pluginType":
        return lambda app: app.get("plugin_type") == value
    if name == "bundled":
        return lambda app: app["bundled"] is BOOLEANS[value.lower()]
    return lambda app: True
