"""What is deleted leaves the documents that refer to it, or stays because of them."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import DataElement, Visualization
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from tests.objects.documents import dashboard, showing, visualization
from tests.objects.elements import element, store
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


def shown(api: ApiClient, plural: str, uid: str, fields: str = ":owner") -> dict[str, Any]:
    answer = api.get(f"/api/{plural}/{uid}?fields={fields}")
    assert answer.status == 200, answer
    return answer.json


def test_what_is_deleted_leaves_the_favourites(api: ApiClient) -> None:
    """A chart loses the element, a dashboard the item that showed nothing else."""
    kept, gone = store([element("Kept in charts"), element("Gone from charts")])
    axis = {"id": "dx", "items": [{"id": kept.uid}, {"id": gone.uid}, {"id": "LAST_12_MONTHS"}]}
    chart = visualization(kept.uid, gone.uid, columns=[axis])
    view = {"layer": "thematic", "renderingStrategy": "SINGLE", "dataDimensionItems": chart["dataDimensionItems"]}
    map_ = {"id": generate_uid(), "name": "Map of what goes", "mapViews": [view]}
    board = dashboard(showing("visualization", chart["id"]), showing("map", map_["id"]))
    assert put_in(api, visualizations=[chart], maps=[map_], dashboards=[board]).status == 200

    assert api.delete(f"/api/dataElements/{gone.uid}").status == 200
    left = [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": kept.uid}}]
    after = shown(api, "visualizations", chart["id"])
    assert after["dataDimensionItems"] == left
    assert after["columns"] == [{"id": "dx", "items": [{"id": kept.uid}, {"id": "LAST_12_MONTHS"}]}]
    assert shown(api, "maps", map_["id"])["mapViews"][0]["dataDimensionItems"] == left

    assert api.delete(f"/api/visualizations/{chart['id']}").status == 200
    assert [i["type"] for i in shown(api, "dashboards", board["id"])["dashboardItems"]] == ["MAP"]


def test_what_goes_along_with_something_deleted_leaves_the_favourites_too(api: ApiClient) -> None:
    """A stage goes with its program; a list of a program cannot be without it."""
    stage = create(api, "programStage")
    events = {
        "id": generate_uid(), "name": "Events", "type": "LINE_LIST", "programStage": {"id": stage["id"]},
        "program": stage["program"],
    }  # fmt: skip
    saved = {"id": generate_uid(), "name": "Open", "program": stage["program"]}
    assert put_in(api, eventVisualizations=[events], trackedEntityInstanceFilters=[saved]).status == 200

    assert api.delete(f"/api/programs/{stage['program']['id']}").status == 200

    assert not {"program", "programStage"} & shown(api, "eventVisualizations", events["id"]).keys()
    assert api.get(f"/api/trackedEntityInstanceFilters/{saved['id']}").status == 404


def test_deleting_asks_as_often_for_many_favourites_as_for_few(api: ApiClient) -> None:
    counts: list[QueryCount] = []
    for size in (2, 100):
        [gone] = store([element(f"In {size} charts")])
        assert put_in(api, visualizations=[visualization(gone.uid) for _ in range(size)]).status == 200
        with query_counter() as few:
            assert api.delete(f"/api/dataElements/{gone.uid}").status == 200
        counts.append(few.count)

    assert counts[0] == counts[1]
    assert not DataElement.objects.filter(pk=gone.pk).exists()
    assert not Visualization.objects.filter(content__icontains=gone.uid).exists()


def test_a_category_stays_while_a_favourite_shows_it(api: ApiClient) -> None:
    category = create(api, "category")
    chart = visualization(name="By sex", categoryDimensions=[{"category": {"id": category["id"]}}])
    assert put_in(api, visualizations=[chart]).status == 200

    answer = api.delete(f"/api/categories/{category['id']}")

    assert answer.status == 409
    assert codes(answer) == ["E4030"]
    assert "Visualization (By sex)" in str(answer.json)
    assert api.delete(f"/api/visualizations/{chart['id']}").status == 200
    assert api.delete(f"/api/categories/{category['id']}").status == 200
