"""`/api/sharing/search`: whom an object may be shared with."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.harness.client import ApiClient
from tests.sharing.shared import shared, user_group
from users.models import User

pytestmark = pytest.mark.django_db


def test_search_finds_users_and_groups_by_a_part_of_their_names(api: ApiClient, outsider: User) -> None:
    group = user_group("The outsiders")
    user_group("Outside and hidden", sharing=shared())

    found = api.get("/api/sharing/search?key=OUTSID", user="outsider").json

    assert found == {
        "users": [
            {"id": outsider.uid, "name": "Outsider Persona", "displayName": "Outsider Persona", "username": "outsider"},
        ],
        "userGroups": [{"id": group.uid, "name": "The outsiders", "displayName": "The outsiders"}],
    }  # fmt: skip


def test_search_across_first_and_last_name_and_for_wildcards(api: ApiClient, outsider: User) -> None:
    def names(key: str) -> list[str]:
        return [u["username"] for u in api.get(f"/api/sharing/search?key={key}").json["users"]]

    assert names("sider%20pers") == ["outsider"]
    assert names("%25") == names("_") == []


def test_search_without_matches_and_without_a_key(api: ApiClient) -> None:
    assert api.get("/api/sharing/search?key=zzzzzz").json == {"users": [], "userGroups": []}
    assert api.get("/api/sharing/search").status == 400
    assert api.get("/api/sharing/search?key=a&pageSize=0").status == 400


def test_search_is_bounded(api: ApiClient) -> None:
    for number in range(4):
        user_group(f"Many {number}")

    assert len(api.get("/api/sharing/search?key=many&pageSize=3").json["userGroups"]) == 3


def test_search_as_xml(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/sharing/search?key=outsider", headers={"Accept": "application/xml"})

    assert etree.fromstring(answer.content).xpath("//*[local-name()='user']/@username") == ["outsider"]
