"""The pager: numbers, links, and what stands in them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client


def pager(web: Client, query: str = "", address: str = "/api/test/list") -> dict[str, Any]:
    return web.get(f"{address}{query}").json()["pager"]


def test_the_first_of_three_pages(web: Client) -> None:
    assert pager(web) == {
        "page": 1, "total": 120, "pageSize": 50, "pageCount": 3,
        "nextPage": "http://testserver/api/test/list?page=2",
    }  # fmt: skip


def test_links_keep_other_parameters_and_leave_defaults_out(web: Client) -> None:
    found = pager(web, "?page=2&fields=id,name[x]&filter=a:eq:1&filter=b%20c&pageSize=50", "/api/33/test/list.json")

    base = "http://testserver/api/33/test/list"
    assert found["prevPage"] == f"{base}?fields=id,name[x]&filter=a:eq:1&filter=b+c"
    assert found["nextPage"] == f"{base}?page=3&fields=id,name[x]&filter=a:eq:1&filter=b+c"


def test_the_last_page_has_no_next(web: Client) -> None:
    found = pager(web, "?page=12&pageSize=10")

    assert "nextPage" not in found
    assert found["prevPage"] == "http://testserver/api/test/list?page=11&pageSize=10"


@pytest.mark.parametrize(("page", "shown"), [("0", 1), ("-5", 1), ("4", 3), ("2147483647", 3)])
def test_a_page_outside_is_shown_as_the_nearest(web: Client, page: str, shown: int) -> None:
    assert pager(web, f"?page={page}")["page"] == shown


def test_a_page_of_nothing_is_refused(web: Client) -> None:
    assert web.get("/api/test/list?pageSize=0").status_code == 400
