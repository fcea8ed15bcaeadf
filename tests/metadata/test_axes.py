"""Favourites are sent in one of two forms, and read in both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.objects.documents import visualization
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db
AXES = "columns,rows,filters"


def stored(api: ApiClient, plural: str, payload: dict[str, Any], fields: str) -> dict[str, Any]:
    answer = api.post(f"/api/{plural}", payload)
    assert answer.status == 201, answer
    return api.get(f"/api/{plural}/{payload['id']}?fields={fields}").json


def test_axes_follow_from_lists_of_items(api: ApiClient) -> None:
    element, unit, group = (create(api, t)["id"] for t in ("dataElement", "organisationUnit", "organisationUnitGroup"))
    payload = visualization(
        element, columnDimensions=["dx"], rowDimensions=["pe"], filterDimensions=["ou"],
        relativePeriods={"last12Months": True, "thisYear": False}, periods=[{"id": "202601"}],
        organisationUnits=[{"id": unit}], userOrganisationUnit=True, organisationUnitLevels=[2],
        itemOrganisationUnitGroups=[{"id": group}],
    )  # fmt: skip

    assert stored(api, "visualizations", payload, AXES) == {
        "columns": [{"id": "dx", "items": [{"id": element}]}],
        "rows": [{"id": "pe", "items": [{"id": "LAST_12_MONTHS"}, {"id": "202601"}]}],
        "filters": [{"id": "ou", "items": [
            {"id": "USER_ORGUNIT"}, {"id": unit}, {"id": "LEVEL-2"}, {"id": f"OU_GROUP-{group}"},
        ]}],
    }  # fmt: skip


def test_a_dimension_of_its_own_shows_what_its_list_says(api: ApiClient) -> None:
    option = create(api, "categoryOption")
    category = create(api, "category", categoryOptions=[{"id": option["id"]}])["id"]
    lists = [{"category": {"id": category}, "categoryOptions": [{"id": option["id"]}]}]
    payload = visualization(columnDimensions=[category], categoryDimensions=lists)

    shown = stored(api, "visualizations", payload, "columns")

    assert shown == {"columns": [{"id": category, "items": [{"id": option["id"]}]}]}


def test_lists_follow_from_axes(api: ApiClient) -> None:
    element, unit = create(api, "dataElement")["id"], create(api, "organisationUnit")["id"]
    payload = visualization(
        dataDimensionItems=None,
        columns=[{"id": "dx", "items": [{"id": element, "dimensionItemType": "DATA_ELEMENT"}]}],
        rows=[{"id": "pe", "items": [{"id": "LAST_12_MONTHS"}, {"id": "202601"}]}],
        filters=[{"id": "ou", "items": [{"id": unit}, {"id": "USER_ORGUNIT"}, {"id": "LEVEL-3"}]}],
    )
    fields = "columnDimensions,rowDimensions,filterDimensions,dataDimensionItems[dataElement],periods,rawPeriods,"
    fields += "relativePeriods,organisationUnits,userOrganisationUnit,organisationUnitLevels"

    assert stored(api, "visualizations", payload, fields) == {
        "columnDimensions": ["dx"], "rowDimensions": ["pe"], "filterDimensions": ["ou"],
        "dataDimensionItems": [{"dataElement": {"id": element}}],
        "periods": [{"id": "202601"}], "rawPeriods": ["LAST_12_MONTHS", "202601"],
        "relativePeriods": {"last12Months": True},
        "organisationUnits": [{"id": unit}], "userOrganisationUnit": True, "organisationUnitLevels": [3],
    }  # fmt: skip


def test_the_views_of_a_map_are_completed_too(api: ApiClient) -> None:
    view = {
        "layer": "thematic", "renderingStrategy": "SINGLE", "filterDimensions": ["pe"],
        "relativePeriods": {"thisYear": True},
    }  # fmt: skip
    map_ = create(api, "map", mapViews=[view])

    shown = api.get(f"/api/maps/{map_['id']}?fields=mapViews[filters]").json

    assert shown == {"mapViews": [{"filters": [{"id": "pe", "items": [{"id": "THIS_YEAR"}]}]}]}


def test_what_an_axis_names_must_exist(api: ApiClient) -> None:
    axis = {"id": "ou", "items": [{"id": "abcdefghij1"}]}

    assert codes(put_in(api, visualizations=[visualization(dataDimensionItems=None, columns=[axis])])) == ["E5002"]


def test_a_payload_with_both_forms_keeps_both(api: ApiClient) -> None:
    payload = visualization(columnDimensions=["dx"], columns=[{"id": "pe", "items": [{"id": "TODAY"}]}])

    shown = stored(api, "visualizations", payload, "columnDimensions,columns")

    assert shown == {"columnDimensions": ["dx"], "columns": [{"id": "pe", "items": [{"id": "TODAY"}]}]}


def test_a_patch_changes_what_it_names(api: ApiClient) -> None:
    rows = [{"id": "pe", "items": [{"id": "TODAY"}]}]
    payload = visualization(columns=[{"id": "dx"}], rows=rows, columnDimensions=["dx"], rowDimensions=["pe"])
    assert api.post("/api/visualizations", payload).status == 201

    patch = [{"op": "replace", "path": "/columnDimensions", "value": ["ou"]}]
    path = f"/api/visualizations/{payload['id']}"
    assert api.patch(path, patch, content_type="application/json-patch+json").status == 200

    assert api.get(f"{path}?fields=columnDimensions,rowDimensions,rows").json == {
        "columnDimensions": ["ou"], "rowDimensions": ["pe"], "rows": rows,
    }  # fmt: skip


@pytest.mark.parametrize("level", ["²", "9" * 5000, "x"])
def test_a_level_that_is_no_number(api: ApiClient, level: str) -> None:
    element = create(api, "dataElement")["id"]
    units = [{"id": "ou", "items": [{"id": f"LEVEL-{level}"}]}]

    assert api.post("/api/visualizations", visualization(element, columns=units)).status == 201
