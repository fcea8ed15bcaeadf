"""The global shell, the app that frames all others, and which app a server starts with.

Without an installed shell, apps are opened directly. Source: DHIS2 2.42, apps, where an app is reached.
"""

from __future__ import annotations

from apps.catalogue import launch_url, may_open
from apps.keys import LOGIN
from apps.models import InstalledApp
from configuration.settings import system_settings
from sharing.access import Principal


def find_shell() -> InstalledApp | None:
    """The shell, if it is enabled and installed; two queries."""
    settings = system_settings("globalShellEnabled", "globalShellAppName")
    if not settings["globalShellEnabled"]:
        return None
    return InstalledApp.objects.filter(key=settings["globalShellAppName"]).first()


def is_framed(app: InstalledApp, path: str) -> bool:
    """Whether a page at `path` of the app is shown within the shell, where there is one."""
    if path not in ("/", "/index.html") or app.key == LOGIN:
        return False
    shell = find_shell()
    return shell is not None and shell.key != app.key


def start_url(server: str, principal: Principal | None) -> str | None:
    """Where to begin: the setting's app, else the shell's own start; None without either.

    Whoever has not logged in yet is sent to the app and asked there.
    """
    name = str(system_settings("startModule")["startModule"] or "")
    key = name.removeprefix("dhis-web-").removeprefix("app:")
    app = InstalledApp.objects.filter(key=key).first()
    if app is not None and (principal is None or may_open(app, principal)) and (url := launch_url(app, server)):
        return url
    return f"{server}/apps/" if find_shell() is not None else None
