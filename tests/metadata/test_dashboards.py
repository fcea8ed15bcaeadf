"""Dashboards: whose they are, what their items may show, how wide they may be."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from tests.harness.client import ApiClient
from tests.objects.documents import dashboard, showing, visualization
from tests.objects.imports import codes, errors, put_in
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db


def test_anybody_makes_a_private_dashboard(api: ApiClient, outsider: User) -> None:
    board = dashboard({"text": "Mine"})

    answer = api.post("/api/dashboards", board, user="outsider")

    assert answer.status == 201, answer
    shown = api.get(f"/api/dashboards/{board['id']}?fields=sharing[owner,public],access[write]", user="outsider").json
    assert shown == {"sharing": {"owner": outsider.uid, "public": "--------"}, "access": {"write": True}}
    assert api.put(f"/api/dashboards/{board['id']}", board | {"name": "Renamed"}, user="outsider").status == 200
    assert api.delete(f"/api/dashboards/{board['id']}", user="outsider").status == 200


def test_a_public_dashboard_needs_the_authority(api: ApiClient, outsider: User) -> None:
    board = dashboard(sharing={"public": "rw------"})

    assert codes(api.post("/api/dashboards", board, user="outsider")) == ["E3008"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"text": "x"}, "TEXT"), ({"messages": True}, "MESSAGES"), ({"appKey": "bulletin"}, "APP"),
        ({"type": "SOMETHING_NEWER", "text": "x"}, "TEXT"),
    ],
)  # fmt: skip
def test_the_type_of_an_item_follows_from_what_it_shows(api: ApiClient, item: dict[str, Any], expected: str) -> None:
    board = dashboard(item)
    assert put_in(api, dashboards=[board]).status == 200

    shown = api.get(f"/api/dashboards/{board['id']}?fields=dashboardItems[type],itemCount").json

    assert shown == {"dashboardItems": [{"type": expected}], "itemCount": 1}


def test_items_without_an_id_get_one(api: ApiClient) -> None:
    board = {"id": generate_uid(), "name": "Board", "dashboardItems": [{"text": "a"}, {"text": "b"}]}
    assert put_in(api, dashboards=[board]).status == 200

    shown = api.get(f"/api/dashboards/{board['id']}?fields=dashboardItems~pluck").json["dashboardItems"]

    assert len(set(shown)) == 2


def test_a_new_dashboard_that_shows_what_is_not_there(api: ApiClient) -> None:
    assert errors(put_in(api, dashboards=[dashboard(showing("map", "nonexistent"))])) == [("E5002", "map")]


def test_an_updated_dashboard_that_shows_what_is_not_there(api: ApiClient) -> None:
    """E4061 names the item, the member and the object."""
    board = dashboard({"text": "x"})
    assert put_in(api, dashboards=[board]).status == 200
    board["dashboardItems"].append({"id": "itemOfNoMap"} | showing("map", "nonexistent"))

    answer = put_in(api, dashboards=[board])

    assert errors(answer) == [("E4061", "map")]
    assert "Dashboard item `itemOfNoMap` object reference `map` with id `nonexistent` not found" in answer.text


def test_an_updated_dashboard_that_shows_what_the_user_may_not_read(api: ApiClient, outsider: User) -> None:
    hidden = visualization(sharing=private())
    assert put_in(api, visualizations=[hidden]).status == 200
    board = dashboard({"text": "x"})
    assert api.post("/api/dashboards", board, user="outsider").status == 201
    board["dashboardItems"].append(showing("visualization", hidden["id"]))

    answer = api.put(f"/api/dashboards/{board['id']}", board, user="outsider")

    assert codes(answer) == ["E4069"]


def test_a_layout_has_sixty_columns_at_most(api: ApiClient) -> None:
    def columns(count: int) -> dict[str, Any]:
        return {"columns": [{"index": n} for n in range(count)]}

    assert put_in(api, dashboards=[dashboard(layout=columns(60))]).status == 200
    assert codes(put_in(api, dashboards=[dashboard(layout=columns(61))])) == ["E4070"]
