"""What must not be got around by sending an object twice, or beside its own old shape."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.objects.imports import put_in
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("strategy", ["CREATE_AND_UPDATE", "DELETE"])
def test_an_object_sent_twice_is_no_way_around_a_guard(api: ApiClient, user_keeper: User, strategy: str) -> None:
    """E5004 refuses the second; the first is judged as if it were alone."""
    strong = persona("strong", ["F_USER_VIEW", "F_SYSTEM_SETTING"])
    taken = {
        "id": strong.uid, "username": "strong", "firstName": "Taken", "surname": "Over", "password": "Nouveau-2x",
        "userRoles": [{"id": role.uid} for role in user_keeper.user_roles.all()],
    }  # fmt: skip
    before = User.objects.filter(pk=strong.pk).values().get()

    path = f"/api/metadata?atomicMode=NONE&importStrategy={strategy}"
    answer = api.post(path, {"users": [taken, taken]}, user="user_keeper")

    assert answer.status == 409
    assert User.objects.filter(pk=strong.pk).values().get() == before


def test_a_flat_member_that_changed_wins_over_the_nested_one_that_did_not(api: ApiClient) -> None:
    clerk = persona("flat_clerk", ["F_DATAVALUE_ADD"])
    body = api.get(f"/api/users/{clerk.uid}").json

    assert api.put(f"/api/users/{clerk.uid}", body | {"disabled": True}).status == 200

    assert User.objects.get(pk=clerk.pk).disabled


def test_a_nested_member_that_changed_wins_over_the_flat_one(api: ApiClient) -> None:
    clerk = persona("nested_clerk", ["F_DATAVALUE_ADD"])
    body = api.get(f"/api/users/{clerk.uid}").json
    body["userCredentials"] |= {"disabled": True}

    assert api.put(f"/api/users/{clerk.uid}", body).status == 200

    assert User.objects.get(pk=clerk.pk).disabled


def test_units_sent_twice_close_no_circle(api: ApiClient) -> None:
    top = {"id": "twiceUnitAA", "name": "A", "shortName": "A", "openingDate": "2020-01-01"}
    below = top | {"id": "twiceUnitBB", "parent": {"id": "twiceUnitAA"}}
    assert put_in(api, organisationUnits=[top, below]).status == 200

    payload = {"organisationUnits": [top | {"parent": {"id": "twiceUnitBB"}}, top]}
    answer = api.post("/api/metadata?atomicMode=NONE", payload)

    assert answer.status == 409
    assert api.get("/api/organisationUnits/twiceUnitAA?fields=path,parent").json == {"path": "/twiceUnitAA"}


def test_a_refused_move_closes_no_circle(api: ApiClient) -> None:
    """With atomicMode=NONE the move that would have made room is refused for its name: the other must not stay."""
    top = {"id": "twiceUnitAA", "name": "A", "shortName": "A", "openingDate": "2020-01-01"}
    below = top | {"id": "twiceUnitBB", "parent": {"id": "twiceUnitAA"}}
    assert put_in(api, organisationUnits=[top, below]).status == 200

    payload = {
        "organisationUnits": [top | {"parent": {"id": "twiceUnitBB"}}, top | {"id": "twiceUnitBB", "name": None}]
    }
    answer = api.post("/api/metadata?atomicMode=NONE", payload)

    assert answer.status == 409
    assert api.get("/api/organisationUnits/twiceUnitAA?fields=path,parent").json == {"path": "/twiceUnitAA"}


@pytest.mark.parametrize(
    "query",
    [
        "users?filter=userRoles.authorities:gt:0",
        "dataSets?filter=organisationUnits.geometry:null",
        "dataElements?filter=categoryCombo.translations:empty",
        "dataElements?filter=categoryCombo.sharing:!null",
    ],
)
def test_filters_reach_json_members_through_references(api: ApiClient, query: str) -> None:
    assert api.get(f"/api/{query}").status == 200


def test_xml_has_a_smaller_bound_than_json(api: ApiClient) -> None:
    path = "paging=false&fields=id,parent[children[parent[children[parent[children[id]]]]]]"

    assert api.get(f"/api/organisationUnits.json?{path}").status == 200
    assert api.get(f"/api/organisationUnits.xml?{path}").status == 400
