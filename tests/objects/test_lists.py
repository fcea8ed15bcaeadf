"""Lists: order, query, pages (DHIS2 2.42, metadata API, parameters)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.objects.elements import element, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
MINE = ("filter", "code:$like:L_")


@pytest.fixture
def elements(db: None) -> list[DataElement]:
    """`b` and `B` differ in case only; `a` has a French name that comes last."""
    return store([
        element("b", code="L_1", uid="listedElem1", value_type="TEXT"),
        element("C", code="L_2", uid="listedElem2", description="x"),
        element("B", code="L_3", uid="listedElem3"),
        element("a", code="L_4", uid="listedElem4", translations=[{"locale": "fr", "property": "NAME",
         "value": "zèbre"}]),
    ])  # fmt: skip


def names(api: ApiClient, *params: tuple[str, str], user: str = "admin") -> list[str]:
    answer = api.get("/api/dataElements?" + urlencode([MINE, ("fields", "name"), *params]), user=user)
    assert answer.status == 200, answer
    return [o["name"] for o in answer.json["dataElements"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", "BCab"), ("name:asc", "BCab"), ("name:desc", "baCB"), ("name:iasc", "abBC"), ("name:idesc", "CbBa"),
        ("name:DESC", "baCB"), ("", "abBC"), ("nothing:asc", "abBC"), ("name:sideways", "abBC"),
        ("categoryCombo", "abBC"),
        ("name:desc,name:asc", "baCB"), ("nothing,name:desc", "baCB"), ("valueType:asc,name:desc", "aCBb"),
        ("description,name", "CBab"), ("description:desc,name", "BabC"), ("code:desc", "aBCb"),
        ("displayName:idesc", "CbBa"), ("id:desc", "aBCb"),
    ],
)  # fmt: skip
def test_order(api: ApiClient, elements: list[DataElement], order: str, expected: str) -> None:
    assert "".join(names(api, ("order", order))) == expected


def test_order_by_translated_names(api: ApiClient, elements: list[DataElement]) -> None:
    french = (("translate", "true"), ("locale", "fr"))

    assert "".join(names(api, ("order", "displayName:iasc"), *french)) == "bBCa"


@pytest.mark.parametrize(
    ("query", "expected"), [("listedElem2", "C"), ("L_3", "B"), ("b", "bB"), ("zz", ""), ("L_", "")]
)
def test_query_is_an_id_a_code_or_a_part_of_the_name(
    api: ApiClient, elements: list[DataElement], query: str, expected: str
) -> None:
    assert "".join(names(api, ("query", query))) == expected


def test_query_is_text(api: ApiClient, elements: list[DataElement]) -> None:
    assert names(api, ("query", "%")) == names(api, ("query", "_")) == []


def page(api: ApiClient, **params: Any) -> dict[str, Any]:
    return api.get("/api/dataElements?" + urlencode([MINE, *params.items()])).json


def test_the_first_page(api: ApiClient, elements: list[DataElement]) -> None:
    base = "http://testserver/api/dataElements?"
    assert page(api, pageSize=3) == {
        "pager": {
            "page": 1, "total": 4, "pageSize": 3, "pageCount": 2,
            "nextPage": f"{base}page=2&pageSize=3&filter=code:%24like:L_",
        },
        "dataElements": [
            {"id": "listedElem4", "displayName": "a"}, {"id": "listedElem1", "displayName": "b"},
            {"id": "listedElem3", "displayName": "B"},
        ],
    }  # fmt: skip


def test_the_last_page_and_beyond(api: ApiClient, elements: list[DataElement]) -> None:
    last, beyond = page(api, pageSize=3, page=2), page(api, pageSize=3, page=9)

    assert last["pager"] == beyond["pager"]
    assert last["pager"]["prevPage"] == "http://testserver/api/dataElements?pageSize=3&filter=code:%24like:L_"
    assert "nextPage" not in last["pager"]
    assert [o["displayName"] for o in last["dataElements"]] == ["C"]
    assert beyond["dataElements"] == []


def test_a_page_below_one_is_the_first(api: ApiClient, elements: list[DataElement]) -> None:
    assert page(api, page=-3) == page(api)


@pytest.mark.parametrize(
    "query", ["page=99999999999999999999", "page=x", "pageSize=0", "pageSize=99999999999999999999"]
)
def test_unusable_pages_are_answered(api: ApiClient, query: str) -> None:
    assert api.get(f"/api/dataElements?{query}").status in (200, 400)


@pytest.mark.parametrize("query", ["paging=false", "skipPaging=true"])
def test_without_paging_there_is_no_pager(api: ApiClient, elements: list[DataElement], query: str) -> None:
    answer = api.get(f"/api/dataElements?{query}").json

    assert list(answer) == ["dataElements"]
    assert len(answer["dataElements"]) == DataElement.objects.count()


def test_totals_count_what_the_caller_may_read(api: ApiClient, elements: list[DataElement], outsider: User) -> None:
    DataElement.objects.filter(code="L_2").update(sharing=private())
    DataElement.objects.filter(code="L_3").update(sharing=private(outsider.uid))

    answer = api.get("/api/dataElements?" + urlencode([MINE]), user="outsider").json
    assert (answer["pager"]["total"], [o["displayName"] for o in answer["dataElements"]]) == (3, ["a", "b", "B"])


@pytest.mark.parametrize("uid", ["x", "listedElem1x", "listed_elem", "doesnotexis"])
def test_what_is_not_there_is_a_404(api: ApiClient, uid: str) -> None:
    assert api.get(f"/api/dataElements/{uid}").status == 404


def test_users_are_found_by_their_own_query(api: ApiClient, outsider: User, editor: User) -> None:
    found = api.get("/api/users?query=outsider%20pers&fields=username", user="editor").json["users"]

    assert found == [{"username": "outsider"}]
    refused = api.get("/api/users", user="outsider")
    assert (refused.status, refused.json["message"]) == (
        403, "You don't have the proper permissions to read objects of this type.",
    )  # fmt: skip
