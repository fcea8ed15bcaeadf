"""`manifest.webapp`: what an app says of itself, read leniently where DHIS2 is lenient, and what follows from it.

Source: DHIS2 2.42, apps, manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.errors import MANIFEST_INVALID, MANIFEST_MISSING, NAMESPACE_INCOMPLETE
from apps.keys import CORE_KEYS, RESERVED_KEYS
from dhis2api.errors import ApiError
from dhis2api.web.bodies import UTF8_BOM, decode_json

APP_TYPES = ("APP", "RESOURCE", "DASHBOARD_WIDGET")
MAX_KEY = 230  # characters, of names as well
MAX_NAMESPACE = 255  # characters; the data store has none longer
MANAGEMENT = "M_dhis-web-app-management"

_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9\s-]")
_NOT_IN_AUTHORITIES = re.compile(r"[^A-Za-z0-9\s]")
_SPACES = re.compile(r"\s+")

# Members that the app object shows as they stand in the manifest, with the shape that they must have. Of an object
# its own members; of a list that of its items. What has another shape, or is not named, is left out.
TEXT, FLAG = str, bool
NAMESPACE = {"namespace": TEXT, "authorities": [TEXT], "readOnlyAuthorities": [TEXT]}
SHOWN: dict[str, Any] = {
    "app_hub_id": TEXT, "description": TEXT, "launch_path": TEXT, "plugin_launch_path": TEXT, "plugin_type": TEXT,
    "installs_allowed_from": [TEXT], "default_locale": TEXT, "icons": {"16": TEXT, "48": TEXT, "128": TEXT},
    "developer": {"name": TEXT, "url": TEXT, "email": TEXT, "company": TEXT},
    "activities": {"dhis": {"href": TEXT, "namespace": TEXT, "additionalNamespaces": [NAMESPACE]}},
    "authorities": [TEXT], "shortcuts": [{"name": TEXT, "displayName": TEXT, "url": TEXT}],
    "settings": {"dashboardWidget": {"hideTitle": FLAG}}, "core_app": FLAG,
}  # fmt: skip
TRANSLATION = {"locale": TEXT, "title": TEXT, "description": TEXT}


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace of the data store that a manifest reserves."""

    name: str
    read_authorities: tuple[str, ...]
    write_authorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest. `members` are those of `SHOWN` that it has."""

    key: str
    name: str
    short_name: str
    version: str | None
    app_type: str
    members: dict[str, Any]

    @property
    def see_authority(self) -> str:
        """The authority that lets a user open the app."""
        return see_authority(self.key, self.short_name)

    @property
    def main_namespace(self) -> str | None:
        """The one whose data can go with the app."""
        return self.activity.get("namespace")

    @property
    def namespace_names(self) -> list[str]:
        """All that it names, whether they can be reserved or not."""
        additional = (entry.get("namespace") for entry in self.activity.get("additionalNamespaces", ()))
        return [name for name in (self.main_namespace, *additional) if name is not None]

    @property
    def activity(self) -> dict[str, Any]:
        """`activities.dhis`."""
        return self.members.get("activities", {}).get("dhis", {})


def parse_manifest(content: bytes) -> Manifest:
    """Errors: ApiError 409 for what is not a JSON object, as if there were none, or has no name to make a key of."""
    try:
        found = decode_json(content.removeprefix(UTF8_BOM))
    except ApiError as error:
        raise ApiError(MANIFEST_MISSING) from error
    if not isinstance(found, dict):
        raise ApiError(MANIFEST_MISSING)
    short_name = _text(found, "short_name") or _text(found, "name")
    name = _text(found, "name") or short_name
    if name is None or short_name is None:
        raise ApiError(MANIFEST_INVALID)
    key = app_key(short_name)
    if not key or key in RESERVED_KEYS or max(len(name), len(short_name)) > MAX_KEY:
        raise ApiError(MANIFEST_INVALID)
    members = _shaped(found, SHOWN)
    app_type = _text(found, "appType") or "APP"
    if app_type not in APP_TYPES:
        raise ApiError(MANIFEST_INVALID)
    manifest = Manifest(key, name, short_name, _version(found), app_type, members)
    if any(len(namespace) > MAX_NAMESPACE for namespace in manifest.namespace_names):
        raise ApiError(MANIFEST_INVALID)
    return manifest


def parse_translations(content: bytes) -> list[dict[str, Any]]:
    """`manifest.webapp.translations.json`: what the app is called in other languages, each with its `shortcuts`.

    A broken file is ignored, as in DHIS2, and so is what has another shape than it must have.
    """
    try:
        found = decode_json(content.removeprefix(UTF8_BOM))
    except ApiError:
        return []
    entries = found if isinstance(found, list) else []
    return [_translation(entry) for entry in entries if isinstance(entry, dict) and _text(entry, "locale")]


def app_key(short_name: str) -> str:
    """`My app!` as `My-app`: how addresses name the app."""
    return _SPACES.sub("-", _NOT_IN_KEYS.sub("", short_name.strip()))


def see_authority(key: str, short_name: str) -> str:
    """`Test App` as `M_Test_App`; of DHIS2's own apps `M_dhis-web-` and the short name."""
    if key in CORE_KEYS:
        return f"M_dhis-web-{short_name}"
    return "M_" + _SPACES.sub("_", _NOT_IN_AUTHORITIES.sub("", short_name))


def namespaces_of(manifest: Manifest) -> Iterator[Namespace]:
    """What the manifest reserves, the main namespace first.

    A namespace that names readers alone is written by superusers: an empty list would open it to everybody.
    Errors: ApiError 409 for an additional one without name or authorities.
    """
    if manifest.main_namespace is not None:
        allowed = (MANAGEMENT, manifest.see_authority)
        yield Namespace(manifest.main_namespace, allowed, allowed)
    for entry in manifest.activity.get("additionalNamespaces", ()):
        if "namespace" not in entry:
            raise ApiError(NAMESPACE_INCOMPLETE)
        write, read = tuple(entry.get("authorities", ())), tuple(entry.get("readOnlyAuthorities", ()))
        if not write and not read:
            raise ApiError(NAMESPACE_INCOMPLETE)
        yield Namespace(entry["namespace"], tuple(dict.fromkeys(write + read)), write or ("ALL",))


def named_authorities(manifest: Manifest) -> set[str]:
    """All authorities that the app uses, but the one to see it."""
    found = set(manifest.members.get("authorities", ()))
    for entry in manifest.activity.get("additionalNamespaces", ()):
        found.update(entry.get("authorities", ()), entry.get("readOnlyAuthorities", ()))
    return found


def _shaped(value: Any, shape: Any) -> Any:
    """`value` cut down to `shape`; None where it has another. Empty texts count as absent."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return None
        members = {name: _shaped(value.get(name), inner) for name, inner in shape.items()}
        return {name: member for name, member in members.items() if member is not None}
    if isinstance(shape, list):
        items = [_shaped(item, shape[0]) for item in value] if isinstance(value, list) else None
        return items if items is None else [item for item in items if item is not None]
    if isinstance(value, str):
        value = value.strip()
    return value if isinstance(value, shape) and value != "" else None


def _translation(entry: dict[str, Any]) -> dict[str, Any]:
    given = entry.get("shortcuts")
    shortcuts = given.items() if isinstance(given, dict) else ()
    texts = {name: text for name, text in shortcuts if isinstance(text, str) and text}
    return _shaped(entry, TRANSLATION) | {"shortcuts": texts}


def _text(found: dict[str, Any], name: str) -> str | None:
    value = found.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _version(found: dict[str, Any]) -> str | None:
    version = found.get("version")
    return str(version)[:255] if isinstance(version, str | int | float) and version != "" else None
