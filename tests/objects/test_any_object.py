"""`/api/identifiableObjects/{uid}`: an object by its uid alone."""

from __future__ import annotations

import pytest

from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
UID = "anyElement1"


@pytest.fixture
def stored(db: None) -> DataElement:
    """One data element."""
    return store([element("Any", uid=UID)])[0]


@pytest.mark.parametrize(("uid", "name"), [(UID, "Any"), ("bjDvmb4bfuf", "default")])
def test_an_object_of_any_type(api: ApiClient, stored: DataElement, uid: str, name: str) -> None:
    shown = api.get(f"/api/identifiableObjects/{uid}").json

    assert (shown["id"], shown["name"]) == (uid, name)
    assert "href" in shown and "access" in shown


def test_fields(api: ApiClient, stored: DataElement) -> None:
    assert api.get(f"/api/identifiableObjects/{UID}?fields=name,href").json == {
        "name": "Any", "href": f"http://testserver/api/dataElements/{UID}",
    }  # fmt: skip


@pytest.mark.parametrize("uid", ["nothingHere", "x", "too_long_for_a_uid"])
def test_what_is_not_there(api: ApiClient, uid: str) -> None:
    answer = api.get(f"/api/identifiableObjects/{uid}")

    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")
    assert answer.json["message"] == f"IdentifiableObject with id {uid} could not be found."


def test_what_the_caller_may_not_read_is_not_there(
    api: ApiClient, stored: DataElement, outsider: User, editor: User
) -> None:
    assert api.get(f"/api/identifiableObjects/{UID}", user="outsider").status == 200
    DataElement.objects.update(sharing=private())
    assert api.get(f"/api/identifiableObjects/{UID}", user="outsider").status == 404
    assert api.get(f"/api/identifiableObjects/{editor.uid}", user="outsider").status == 404
    assert api.get(f"/api/identifiableObjects/{editor.uid}", user="editor").status == 200


def test_all_types_are_asked_at_once(api: ApiClient, stored: DataElement) -> None:
    api.get("/api/me?fields=id")
    with query_counter() as few:
        api.get(f"/api/identifiableObjects/{UID}?fields=id")

    assert few.count <= 6
