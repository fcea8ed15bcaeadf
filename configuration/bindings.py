"""Secrets belong to the server they were set for: whoever moves a URL elsewhere does not take the secret along.

Who may change settings is not told the stored secrets, and must not have them sent to a server of his own. A secret
therefore remembers the server that its URL named when it was set (the first one named later, where there was none) and
by whom. Only who set it may name another server afterwards: he knows it. This server's own, no rule of DHIS2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from configuration.keys import KEYS
from configuration.models import SystemSetting

PORTS = {"http": 80, "https": 443}


def server_of(url: str) -> str:
    """Scheme, host and port of a URL, in one spelling; empty for what is none."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return ""
    port = PORTS.get(scheme) if port is None else port
    return f"{scheme}://{host}:{port}" if host and port else ""


def belongs_to(name: str) -> str:
    """The server that a secret was set for; empty where none was named yet."""
    bound = SystemSetting.objects.filter(name=name).values_list("bound", flat=True).first()
    return str(bound["server"]) if bound else ""


def servers_named() -> dict[str, str]:
    """The servers that URLs of secrets name now, by the names of the URLs."""
    urls = {key.secret_of for key in KEYS.values() if key.secret_of}
    stored = dict(SystemSetting.objects.filter(name__in=urls).values_list("name", "value"))
    return {name: server_of(str(stored.get(name) or "")) for name in urls}


def bind(given: Mapping[str, Any], before: Mapping[str, str], by: str) -> None:
    """After settings were stored by the user `by` (a uid, empty for the server itself); `before`: what was named."""
    concerned = {
        key.name: key.secret_of for key in KEYS.values() if key.secret_of and {key.name, key.secret_of} & given.keys()
    }
    if not concerned:
        return
    now = servers_named()
    for row in SystemSetting.objects.select_for_update().filter(name__in=concerned, value__isnull=False).order_by("pk"):
        url = concerned[row.name]
        bound = row.bound or {"server": before[url], "by": ""}
        if row.name in given:
            row.bound = {"server": now[url], "by": by}
        elif not bound["server"] or (by and by == bound["by"]):
            row.bound = bound | {"server": now[url] or bound["server"]}
        else:
            row.bound = bound
        row.save(update_fields=["bound"])
