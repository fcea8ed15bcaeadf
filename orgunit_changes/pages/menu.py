"""The review page in the menu that the headers of DHIS2's apps show."""

from __future__ import annotations

from typing import Any

from apps.catalogue import Viewer
from orgunit_changes.apps import REVIEW_AUTHORITY

NAME = "org-unit-changes"
TITLE = "Org unit changes"


def menu_module(viewer: Viewer) -> dict[str, Any] | None:
    """The page, for those who may review."""
    if not viewer.principal.has_any((REVIEW_AUTHORITY,)):
        return None
    return {
        "name": NAME, "namespace": "/orgunit-changes", "defaultAction": f"{viewer.server}/orgunit-changes/",
        "displayName": TITLE, "icon": f"{viewer.server}/static/orgunit_changes/icon.svg",
        "description": "Review changes that field workers propose", "shortcuts": [],
    }  # fmt: skip
