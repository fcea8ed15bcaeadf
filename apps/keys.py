"""Names that mean something by themselves."""

from __future__ import annotations

# DHIS2 ships these and serves them below `/dhis-web-{key}`; here they have to be installed as any other.
CORE_KEYS = frozenset({
    "aggregate-data-entry", "approval", "app-management", "cache-cleaner", "capture", "dashboard",
    "data-administration", "data-visualizer", "data-quality", "datastore", "event-reports", "event-visualizer",
    "global-shell", "import-export", "interpretation", "line-listing", "login", "maintenance", "maps",
    "menu-management", "messaging", "pivot", "reports", "scheduler", "settings", "sms-configuration", "translations",
    "usage-analytics", "user", "user-profile",
})  # fmt: skip
LOGIN = "login"  # may be seen by those who are not logged in yet
OPEN_KEYS = frozenset({LOGIN, "global-shell", "user-profile"})  # may be seen by every user
RESERVED_KEYS = frozenset({"menu", "config"})  # addresses beside the apps


def base_path(key: str) -> str:
    """Where an app's files begin, below the context path."""
    return f"/dhis-web-{key}" if key in CORE_KEYS else f"/api/apps/{key}"
