"""Long lists go out while they are read: the same bytes, whatever their length."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from django.test import Client

from dhis2api.objects.json_chunks import list_chunks
from dhis2api.objects.reading import listing
from dhis2api.web.renderers import encode_json
from tests.harness.client import ApiClient, basic
from tests.objects.elements import element, store

pytestmark = pytest.mark.django_db
MINE = "filter=name:$like:Long%20list&order=name"
COUNT = 30


@pytest.fixture
def elements(db: None) -> None:
    store([element(f"Long list {n:03}") for n in range(COUNT)])


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1000, 1003])
@pytest.mark.parametrize("head", [{}, {"pager": {"page": 1, "total": 7}}])
def test_pieces_are_the_document(count: int, head: dict[str, object]) -> None:
    objects = [{"id": str(n), "name": None} for n in range(count)]

    assert b"".join(list_chunks(head, "things", iter(objects))) == encode_json(head | {"things": objects})


@pytest.mark.parametrize("query", ["paging=false", "pageSize=35", "pageSize=25", "pageSize=25&page=2"])
@pytest.mark.parametrize("suffix", ["", ".xml", ".json.gz"])
def test_streamed_lists_are_the_same(
    api: ApiClient, elements: None, monkeypatch: pytest.MonkeyPatch, query: str, suffix: str
) -> None:
    path = f"/api/dataElements{suffix}?{MINE}&fields=:owner&{query}"
    whole = api.get(path)
    monkeypatch.setattr(listing, "STREAMED", 3)
    streamed = api.get(path)

    assert streamed.status == whole.status == 200
    unpacked = gzip.decompress if suffix == ".json.gz" else bytes
    assert unpacked(streamed.content) == unpacked(whole.content)
    for name in ("Content-Type", "Content-Disposition", "Vary", "Cache-Control"):
        assert streamed.headers.get(name) == whole.headers.get(name)


@pytest.mark.parametrize(("threshold", "streams"), [(COUNT, False), (COUNT - 1, True)])
def test_only_long_lists_are_streamed(
    elements: None, monkeypatch: pytest.MonkeyPatch, threshold: int, streams: bool
) -> None:
    monkeypatch.setattr(listing, "STREAMED", threshold)
    headers = {"Authorization": basic("admin", "district")}

    response = Client().get(f"/api/dataElements?{MINE}&paging=false", headers=headers)
    assert response.streaming is streams
    assert response.has_header("ETag") is not streams
    assert isinstance(response.streaming_content if streams else iter(()), Iterator)
