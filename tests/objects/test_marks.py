"""Favourites and subscriptions."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.objects.documents import visualization
from tests.objects.imports import put_in
from tests.objects.payloads import create
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(api: ApiClient) -> str:
    payload = visualization()
    assert put_in(api, visualizations=[payload | {"sharing": {"public": "r-------"}}]).status == 200
    return payload["id"]


def test_a_reader_marks_a_favourite_and_takes_it_back(api: ApiClient, outsider: User, chart: str) -> None:
    path = f"/api/visualizations/{chart}"

    answer = api.post(f"{path}/favorite", user="outsider")

    assert (answer.status, answer.json["message"]) == (200, f"Object '{chart}' set as favorite for user 'outsider'")
    assert api.post(f"{path}/favorite", user="outsider").status == 200
    shown = api.get(f"{path}?fields=favorite,favorites", user="outsider").json
    assert shown == {"favorite": True, "favorites": [outsider.uid]}
    assert api.get(f"{path}?fields=favorite").json == {"favorite": False}

    answer = api.delete(f"{path}/favorite", user="outsider")

    assert answer.json["message"] == f"Object '{chart}' removed as favorite for user 'outsider'"
    assert api.get(f"{path}?fields=favorites").json == {"favorites": []}


def test_a_reader_subscribes_and_ends_it(api: ApiClient, outsider: User, chart: str) -> None:
    path = f"/api/visualizations/{chart}"

    answer = api.post(f"{path}/subscriber", user="outsider")

    assert answer.json["message"] == f"User 'outsider' subscribed to object '{chart}'"
    assert api.get(f"{path}?fields=subscribed,subscribers", user="outsider").json == {
        "subscribed": True, "subscribers": [outsider.uid],
    }  # fmt: skip
    answer = api.delete(f"{path}/subscriber", user="outsider")
    assert answer.json["message"] == f"User 'outsider' removed as subscriber of object '{chart}'"
    assert api.get(f"{path}?fields=subscribers").json == {"subscribers": []}


@pytest.mark.parametrize("method", ["post", "delete"])
def test_most_types_have_neither(api: ApiClient, method: str) -> None:
    uid = create(api, "dataElement")["id"]
    board = create(api, "dashboard")["id"]

    answer = getattr(api, method)(f"/api/dataElements/{uid}/favorite")
    assert (answer.status, answer.json["message"]) == (409, "Objects of this class cannot be set as favorite")
    answer = getattr(api, method)(f"/api/dashboards/{board}/subscriber")
    assert (answer.status, answer.json["message"]) == (409, "Objects of this class cannot be subscribed to")


def test_what_may_not_be_read_cannot_be_marked(api: ApiClient, outsider: User) -> None:
    hidden = visualization(sharing=private())
    assert put_in(api, visualizations=[hidden]).status == 200

    answer = api.post(f"/api/visualizations/{hidden['id']}/favorite", user="outsider")

    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")


def test_an_update_that_does_not_speak_of_favourites_keeps_them(api: ApiClient, chart: str) -> None:
    path = f"/api/visualizations/{chart}"
    assert api.post(f"{path}/favorite").status == 200

    assert api.put(path, {"name": "Renamed", "type": "PIE"}).status == 200

    assert api.get(f"{path}?fields=favorite,type").json == {"favorite": True, "type": "PIE"}
