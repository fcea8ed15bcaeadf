"""Payloads of documents: a dashboard, what it shows, and what that refers to."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.uids import generate_uid
from tests.objects.imports import NUMBERS, data_element, unit


def visualization(*elements: str, **members: Any) -> dict[str, Any]:
    """A column chart of the data elements with these uids."""
    shown = [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": uid}} for uid in elements]
    payload = {
        "id": generate_uid(), "name": f"Chart {next(NUMBERS)}", "type": "COLUMN", "dataDimensionItems": shown,
    }  # fmt: skip
    return payload | members


def dashboard(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A dashboard of these items."""
    payload = {"id": generate_uid(), "name": f"Dashboard {next(NUMBERS)}"}
    return payload | {"dashboardItems": [{"id": generate_uid()} | item for item in items]} | members


def showing(name: str, uid: str, **members: Any) -> dict[str, Any]:
    """An item that shows one object: `showing("map", uid)`."""
    return {name: {"id": uid}} | members


def package() -> dict[str, list[dict[str, Any]]]:
    """One of each favourite, all members that clients write, some that no server knows; and what they refer to."""
    element, place = data_element(), unit()
    legend_set = {"id": generate_uid(), "name": f"Legends {next(NUMBERS)}", "legends": []}
    chart = visualization(
        element["id"],
        description="Coverage", title="Coverage by month", hideTitle=False, topLimit=10, baseLineValue=12.5,
        columns=[{"id": "dx", "items": [{"id": element["id"], "dimensionItemType": "DATA_ELEMENT"}]}],
        rows=[{"id": "pe", "items": [{"id": "LAST_12_MONTHS"}]}],
        filters=[{"id": "ou"}],
        columnDimensions=["dx"], rowDimensions=["pe"], filterDimensions=["ou"],
        relativePeriods={"last12Months": True, "thisYear": False},
        organisationUnits=[{"id": place["id"]}], organisationUnitLevels=[2, 3], periods=[{"id": "202601"}],
        legend={"set": {"id": legend_set["id"]}, "style": "FILL", "strategy": "FIXED", "showKey": True},
        axes=[{"index": 0, "type": "RANGE", "label": {"fontStyle": {"bold": True}}, "steps": 4}],
        series=[{"dimensionItem": element["id"], "axis": 1, "palette": "warm"}],
        sortOrder=-1, aggregationType="AVERAGE", startDate="2026-01-01T00:00:00.000",
        inventedByAPlugin={"deep": [{"er": None}, 1.5, "x"]},
    )  # fmt: skip
    view = {
        "id": generate_uid(), "layer": "thematic", "renderingStrategy": "SINGLE", "classes": 5, "opacity": 0.9,
        "dataDimensionItems": chart["dataDimensionItems"], "styleDataItem": {"id": "x"}, "noiseLevel": 3,
    }  # fmt: skip
    map_ = {
        "id": generate_uid(), "name": f"Map {next(NUMBERS)}", "longitude": -11.5, "latitude": 8.25, "zoom": 7,
        "basemap": "osmLight", "mapViews": [view],
    }  # fmt: skip
    board = dashboard(
        showing("visualization", chart["id"], type="VISUALIZATION", x=0, y=0, width=30, height=20, shape="NORMAL"),
        showing("map", map_["id"], type="MAP", x=30, y=0, width=30, height=20, halo="blue"),
        {"text": "Read this", "type": "TEXT"},
        layout={"spacer": {"size": 2}, "columns": [{"index": 0, "span": 1}]},
        itemConfig={"insertPosition": "END"}, restrictFilters=True, allowedFilters=["pe"], theme="dark",
    )  # fmt: skip
    return {
        "organisationUnits": [place], "legendSets": [legend_set], "dataElements": [element],
        "visualizations": [chart], "maps": [map_], "dashboards": [board],
    }  # fmt: skip
