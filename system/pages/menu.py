"""The page of jobs in the menu that the headers of DHIS2's apps show."""

from __future__ import annotations

from typing import Any

from apps.catalogue import Viewer
from scheduling.wire import ADMIN_AUTHORITY, LOG_AUTHORITY, MAINTENANCE_AUTHORITY


def menu_module(viewer: Viewer) -> dict[str, Any] | None:
    """The page, for those who schedule jobs or read their logs."""
    if not viewer.principal.has_any((ADMIN_AUTHORITY, LOG_AUTHORITY, MAINTENANCE_AUTHORITY)):
        return None
    return {
        "name": "jobs", "namespace": "/jobs", "defaultAction": f"{viewer.server}/jobs/", "displayName": "Jobs",
        "icon": f"{viewer.server}/static/system/icon.svg", "description": "What runs, what will, and what came of it",
        "shortcuts": [],
    }  # fmt: skip
