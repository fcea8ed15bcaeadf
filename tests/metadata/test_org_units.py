"""The org unit tree: paths and levels follow from parents (DHIS2 2.42, metadata API, org units)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.hierarchy import Scope
from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.objects.imports import codes, errors, put_in, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(api: ApiClient) -> dict[str, dict[str, Any]]:
    """`a` over `b` over `c`, and `d` beside `a`."""
    a, d = unit(id="treeUnitAAA"), unit(id="treeUnitDDD")
    b = unit("treeUnitAAA", id="treeUnitBBB")
    c = unit("treeUnitBBB", id="treeUnitCCC")
    assert put_in(api, organisationUnits=[c, b, a, d]).status == 200
    return {"a": a, "b": b, "c": c, "d": d}


def place(letter: str) -> tuple[str, int]:
    stored = OrganisationUnit.objects.get(uid=f"treeUnit{letter.upper() * 3}")
    return stored.path.replace("treeUnit", ""), stored.hierarchy_level


def test_paths_and_levels(api: ApiClient, tree: dict[str, Any]) -> None:
    assert [place(x) for x in "abcd"] == [("/AAA", 1), ("/AAA/BBB", 2), ("/AAA/BBB/CCC", 3), ("/DDD", 1)]
    shown = api.get("/api/organisationUnits/treeUnitBBB?fields=path,level,leaf,parent,children,ancestors[id]").json
    assert shown == {
        "path": "/treeUnitAAA/treeUnitBBB", "level": 2, "leaf": False, "parent": {"id": "treeUnitAAA"},
        "children": [{"id": "treeUnitCCC"}], "ancestors": [{"id": "treeUnitAAA"}],
    }  # fmt: skip


def test_a_subtree_moves_with_its_top(api: ApiClient, tree: dict[str, Any]) -> None:
    """What moved has changed, so that incremental sync sees the new paths."""
    before = OrganisationUnit.objects.get(uid="treeUnitCCC").last_updated

    answer = api.put("/api/organisationUnits/treeUnitBBB", tree["b"] | {"parent": {"id": "treeUnitDDD"}})

    assert answer.status == 200
    assert [place(x) for x in "abcd"] == [("/AAA", 1), ("/DDD/BBB", 2), ("/DDD/BBB/CCC", 3), ("/DDD", 1)]
    assert OrganisationUnit.objects.get(uid="treeUnitCCC").last_updated > before


def test_a_unit_becomes_a_root(api: ApiClient, tree: dict[str, Any]) -> None:
    assert api.patch("/api/organisationUnits/treeUnitBBB", [{"op": "remove", "path": "/parent"}]).status == 200
    assert [place(x) for x in "bc"] == [("/BBB", 1), ("/BBB/CCC", 2)]


def test_a_tree_turned_upside_down(api: ApiClient, tree: dict[str, Any]) -> None:
    """All parents change in one payload."""
    turned = [tree["c"] | {"parent": None}, tree["b"] | {"parent": {"id": "treeUnitCCC"}},
              tree["a"] | {"parent": {"id": "treeUnitBBB"}}]  # fmt: skip

    assert put_in(api, organisationUnits=turned).status == 200
    assert [place(x) for x in "abc"] == [("/CCC/BBB/AAA", 3), ("/CCC/BBB", 2), ("/CCC", 1)]


def test_what_a_payload_says_of_path_and_level_is_not_believed(api: ApiClient) -> None:
    put_in(
        api,
        organisationUnits=[unit(id="treeUnitAAA", path="/x", level=7, leaf=False, children=[{"id": "ImspTQPwCqd"}])],
    )

    assert place("a") == ("/AAA", 1)
    assert OrganisationUnit.objects.get(uid="ImspTQPwCqd").parent is None


def test_no_unit_is_its_own_ancestor(api: ApiClient, tree: dict[str, Any]) -> None:
    stored = api.put("/api/organisationUnits/treeUnitAAA", tree["a"] | {"parent": {"id": "treeUnitCCC"}})
    assert (stored.status, codes(stored)) == (409, ["E6022"])
    first, second = unit(), unit()
    circle = [first | {"parent": {"id": second["id"]}}, second | {"parent": {"id": first["id"]}}]
    sent = put_in(api, organisationUnits=circle)
    assert (sent.status, errors(sent)) == (409, [("E6022", "parent")] * 2)
    assert place("a") == ("/AAA", 1)


def test_a_unit_with_children_stays(api: ApiClient, tree: dict[str, Any]) -> None:
    answer = api.delete("/api/organisationUnits/treeUnitBBB")

    (report,) = answer.json["response"]["errorReports"]
    name = tree["c"]["name"]
    assert (answer.status, report["message"].partition(": ")[2]) == (409, f"OrganisationUnit ({name})")
    both = put_in(api, "importStrategy=DELETE", organisationUnits=[tree["b"], tree["c"]])
    assert both.summary["stats"]["deleted"] == 2


def test_a_scope_covers_its_tops_and_what_lies_below(tree: dict[str, Any]) -> None:
    scope = Scope(("/treeUnitAAA", "/treeUnitDDD"))

    covered = OrganisationUnit.objects.filter(scope.to_q(), uid__startswith="treeUnit").values_list("uid", flat=True)
    assert {uid[-1] for uid in covered} == set("ABCD")
    assert [scope.covers(p) for p in ("/treeUnitAAA", "/treeUnitAAA/x", "/treeUnitAAAx", "/x", None)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert not OrganisationUnit.objects.filter(Scope(()).to_q()).exists()


def test_geometry_is_kept_and_bounded(api: ApiClient) -> None:
    point = {"type": "Point", "coordinates": [-13.2, 8.5]}
    answer = put_in(api, organisationUnits=[unit(id="treeUnitAAA", geometry=point)])
    assert answer.status == 200
    assert api.get("/api/organisationUnits/treeUnitAAA?fields=geometry").json == {"geometry": point}
    long = {"type": "MultiPoint", "coordinates": [[1.5, 2.5]] * 20_000}
    assert errors(put_in(api, organisationUnits=[unit(geometry=long)])) == [("E4001", "geometry")]
