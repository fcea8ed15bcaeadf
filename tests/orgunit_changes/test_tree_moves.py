"""A district moves with all that is below it: by few statements, and for who reads meanwhile all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from dhis2api.objects.reading import load
from metadata.models import OrganisationUnit
from tests.harness.client import Answer, ApiClient, basic
from tests.harness.databases import OwnDatabase
from tests.harness.queries import query_counter
from tests.orgunit_changes.trees import make_district
from tests.orgunit_changes.world import BO, CHANGES, ROOT, place, reviewer, stored_change

FIELDS = "fields=id,path,level,parent[id,path]"


def approve_move(district: OrganisationUnit, to: str) -> Answer:
    change = stored_change(district.uid, new_parent=place(to))
    body = {"status": "validated", "approved_fields": ["new_parent"]}
    return ApiClient().patch(f"{CHANGES}{change.pk}/", body, user="reviewer")


def elsewhere(work: Callable[[], Any]) -> Any:
    """What it returns, done to its end by somebody else, on a connection of his own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@contextmanager
def moving_in_between(district: OrganisationUnit, to: str, before: str) -> Iterator[list[int]]:
    """Whoever reads on this connection is overtaken by a move, once, just before such a statement of his."""
    moved: list[int] = []

    def overtake(execute: Any, sql: str, *rest: Any) -> Any:
        if before in sql and not moved:
            moved.append(0)
            moved[0] = elsewhere(lambda: approve_move(district, to)).status
        return execute(sql, *rest)

    with connection.execute_wrapper(overtake):
        yield moved


def place_of(units: list[dict[str, Any]], district: OrganisationUnit) -> str:
    """Above which unit the district stands, if all that is below it stands there, too, with its parents."""
    by_id = {unit["id"]: unit for unit in units}
    top = by_id[district.uid]["parent"]
    for unit in units:
        above = by_id[unit["parent"]["id"]] if unit["id"] != district.uid else top
        assert unit["parent"]["path"] == above["path"], "a parent is where it is not"
        assert unit["path"] == f"{above['path']}/{unit['id']}", "a unit is not below its parent"
        assert unit["level"] == unit["path"].count("/")
        assert unit["path"].startswith(f"{top['path']}/{district.uid}"), "a unit stayed behind"
    return top["id"]


def below(district: OrganisationUnit) -> str:
    """The list of a district and everything in it, however it is asked for."""
    return f"/api/organisationUnits?filter=path:like:{district.uid}&{FIELDS}&order=id"


@pytest.mark.django_db
def test_5000_descendants_take_as_many_statements_as_50() -> None:
    reviewer()

    def statements(size: int) -> int:
        district = make_district(BO, size)
        OrganisationUnit.objects.filter(pk=district.pk).update(name=f"District of {size}")
        with query_counter() as counter:
            assert approve_move(district, ROOT).status == 204
        moved = OrganisationUnit.objects.filter(path__startswith=f"/{ROOT}/{district.uid}/")
        assert moved.count() == size
        assert not moved.filter(last_updated__year=2001).exists()
        return counter.count

    statements(1)
    assert statements(50) == statements(5_000)


def test_a_page_is_of_before_or_after_a_move_never_both(own_database: OwnDatabase) -> None:
    """The rows are read; before their parents are, the district moves."""
    reviewer()
    district = make_district(BO, 300)
    api = ApiClient()

    with moving_in_between(district, ROOT, before='"metadata_organisationunit"."id" = ANY') as moved:
        units = api.get(f"{below(district)}&pageSize=400").json["organisationUnits"]

    assert moved == [204]
    assert len(units) == 301
    assert place_of(units, district) == BO
    after = api.get(f"{below(district)}&paging=false").json["organisationUnits"]
    assert place_of(after, district) == ROOT


@pytest.mark.parametrize("paging", ["paging=false", "pageSize=10000"])
def test_a_stream_is_of_before_or_after_a_move_never_both(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, paging: str
) -> None:
    """The first objects are sent; before the rest are read, the district moves."""
    monkeypatch.setattr(load, "LIGHT_CHUNK", 1_000)
    reviewer()
    district = make_district(BO, 5_000)
    response = Client().get(f"{below(district)}&{paging}", headers={"Authorization": basic("admin", "district")})
    assert (response.status_code, response.streaming) == (200, True)

    assert elsewhere(lambda: approve_move(district, ROOT)).status == 204

    units = orjson.loads(b"".join(response.streaming_content))["organisationUnits"]
    assert len(units) == 5_001
    assert place_of(units, district) == BO


def test_an_export_is_of_before_or_after_a_move_never_both(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHUNK", 1_000)
    reviewer()
    district = make_district(BO, 5_000)
    path = f"/api/metadata?organisationUnits=true&{FIELDS}&organisationUnits:filter=path:like:{district.uid}"
    response = Client().get(path, headers={"Authorization": basic("admin", "district")})

    assert elsewhere(lambda: approve_move(district, ROOT)).status == 204

    units = orjson.loads(b"".join(response.streaming_content))["organisationUnits"]
    assert len(units) == 5_001
    assert place_of(units, district) == BO


def test_what_is_below_a_unit_is_found_where_the_unit_was(own_database: OwnDatabase) -> None:
    """The unit's path is read first, then those whose paths begin with it."""
    reviewer()
    district = make_district(BO, 20)

    with moving_in_between(district, ROOT, before="SELECT COUNT") as moved:
        path = f"/api/organisationUnits/{district.uid}?includeDescendants=true&{FIELDS}&pageSize=50"
        units = ApiClient().get(path).json["organisationUnits"]

    assert moved == [204]
    assert len(units) == 21
    assert place_of(units, district) == BO


def test_one_unit_is_shown_with_its_parent_of_the_same_moment(own_database: OwnDatabase) -> None:
    reviewer()
    district = make_district(BO, 1)
    inside = OrganisationUnit.objects.get(parent=district)

    with moving_in_between(district, ROOT, before='"metadata_organisationunit"."id" = ANY') as moved:
        unit = ApiClient().get(f"/api/organisationUnits/{inside.uid}?{FIELDS}").json

    assert moved == [204]
    assert unit["path"] == f"{unit['parent']['path']}/{inside.uid}" == inside.path


def test_whoever_reads_while_a_district_moves_to_and_fro_sees_it_whole(own_database: OwnDatabase) -> None:
    reviewer()
    district = make_district(BO, 1_500)
    is_over = threading.Event()

    def move() -> list[int]:
        try:
            return [approve_move(district, to).status for to in (ROOT, BO) * 3]
        finally:
            is_over.set()
            connection.close()

    def read(query: str) -> set[str]:
        seen = set()
        try:
            while not is_over.is_set():
                seen.add(place_of(ApiClient().get(f"{below(district)}&{query}").json["organisationUnits"], district))
            return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read, query) for query in ("paging=false", "pageSize=2000")]
        assert pool.submit(move).result() == [204] * 6
        assert all(reader.result() <= {BO, ROOT} for reader in readers)


def test_a_stream_that_nobody_reads_gives_its_connection_back(own_database: OwnDatabase) -> None:
    make_district(BO, 1_100)

    def connections_open() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return cursor.fetchone()[0]

    credentials = {"Authorization": basic("admin", "district")}
    before = connections_open()
    response = Client().get("/api/organisationUnits?paging=false", headers=credentials)
    assert response.streaming
    assert connections_open() == before + 1

    response.close()
    del response
    for method in ("HEAD", "GET"):
        Client().generic(method, "/api/organisationUnits?paging=false", headers=credentials).close()

    # A server process ends a moment after its connection.
    assert any(connections_open() == before for _ in range(10_000))
