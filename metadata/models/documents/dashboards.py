"""Dashboards, and the e-mails that show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.members import (
    Item,
    choice,
    flag,
    identity,
    integer,
    items,
    long_text,
    ref,
    refs,
    text,
    text_list,
    texts,
    whole,
)
from dhis2api.objects.models import ApiObject, Coded, Described, Document, Marked, Named, Shared, Translated
from metadata.enums import DashboardItemType
from metadata.models.documents.analytical import FAVORITE
from sharing.access import TypeRules

# What makes an item of which type, the first that is there; DHIS2's order.
TYPES = (
    ("visualization", DashboardItemType.VISUALIZATION),
    ("eventVisualization", DashboardItemType.EVENT_VISUALIZATION),
    ("eventChart", DashboardItemType.EVENT_CHART),
    ("map", DashboardItemType.MAP),
    ("eventReport", DashboardItemType.EVENT_REPORT),
    ("text", DashboardItemType.TEXT),
    ("users", DashboardItemType.USERS),
    ("reports", DashboardItemType.REPORTS),
    ("resources", DashboardItemType.RESOURCES),
    ("messages", DashboardItemType.MESSAGES),
    ("appKey", DashboardItemType.APP),
)
OBJECTS = ("visualization", "eventVisualization", "eventChart", "map", "eventReport")
COLLECTIONS = ("users", "reports", "resources")


def _derive_type(item: dict[str, Any], raw: dict[str, Any]) -> None:
    """The type follows from what the item shows; one that shows nothing known keeps what it says."""
    found = next((kind.value for name, kind in TYPES if item.get(name)), raw.get("type"))
    if isinstance(found, str):
        item["type"] = found


def _item_count(row: Mapping[str, Any], context: Any) -> int:
    return len(row.get("dashboardItems") or ())


DASHBOARD_ITEM = Item(
    "DashboardItem",
    "org.hisp.dhis.dashboard.DashboardItem",
    (
        identity(),
        choice("type", DashboardItemType, derived=True),
        *(ref(name) for name in OBJECTS),
        long_text("text"),
        refs("users", "user"),
        refs("reports", "report"),
        refs("resources", "document"),
        flag("messages"),
        text("appKey"),
        text("shape", 50),
        integer("x"),
        integer("y"),
        integer("height"),
        integer("width"),
    ),
    lives_by=OBJECTS + COLLECTIONS,
    complete=_derive_type,
)


class Dashboard(ApiObject, Coded, Named, Described, Shared, Translated, Marked, Document):
    """Favourites beside one another."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.dashboard.Dashboard"
        order = 3501
        access = TypeRules(
            shareable=True, default_private=True, implicit_private=True, create_public=("F_DASHBOARD_PUBLIC_ADD",),
            external=("F_DASHBOARD_PUBLIC_ADD",), is_personal=True,
        )  # fmt: skip
        favoritable = True
        members = (
            items("dashboardItems", DASHBOARD_ITEM),
            whole("layout"),
            whole("itemConfig"),
            flag("restrictFilters"),
            text_list("allowedFilters"),
            whole("embedded"),
        )
        computed = {"itemCount": Computed(_item_count, needs=("dashboardItems",), kind="INTEGER")} | FAVORITE


class PushAnalysis(ApiObject, Coded, Named, Translated, Document):
    """A dashboard that is sent to groups of users."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.pushanalysis.PushAnalysis"
        plural = "pushAnalysis"
        order = 3502
        access = TypeRules(create=("F_PUSH_ANALYSIS_ADD",), delete=("F_PUSH_ANALYSIS_DELETE",))
        members = (
            ref("dashboard"),
            *texts("title"),
            long_text("message"),
            refs("recipientUserGroups", "userGroup"),
        )
