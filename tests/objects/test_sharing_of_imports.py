"""What sharing an imported object gets (DHIS2 2.42, sharing, defaults at creation)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.objects.imports import codes, data_element, put_in
from tests.personas import persona, private
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db


def stored(uid: str) -> dict[str, Any]:
    return DataElement.objects.get(uid=uid).sharing


def imported(api: ApiClient, user: str = "admin", query: str = "", **members: Any) -> dict[str, Any]:
    element = data_element(**members)
    answer = put_in(api, query, user=user, dataElements=[element])
    assert answer.status == 200, answer
    return stored(element["id"])


def test_without_sharing_the_importer_owns_a_public_object(api: ApiClient, admin: User) -> None:
    assert imported(api) == {"owner": admin.uid, "public": "rw------", "users": {}, "userGroups": {}}


def test_who_may_not_make_it_public_gets_a_private_one(api: ApiClient, private_author: User) -> None:
    expected = {"owner": private_author.uid, "public": "--------", "users": {}, "userGroups": {}}

    assert imported(api, "private_author") == expected


def test_grants_without_a_public_string_are_wiped(api: ApiClient, admin: User, outsider: User) -> None:
    users = {outsider.uid: {"id": outsider.uid, "access": "rw------"}}

    assert imported(api, sharing={"users": users})["users"] == {}
    assert imported(api, userAccesses=[{"id": outsider.uid, "access": "rw------"}])["users"] == {}


def test_what_is_sent_with_a_public_string_is_stored(api: ApiClient, outsider: User, editor: User) -> None:
    group = UserGroup.objects.get(name="Editors")
    sent = {
        "owner": outsider.uid, "public": "r-------", "external": True, "displayName": "x",
        "users": {outsider.uid: {"access": "rw------", "displayName": "x"}},
        "userGroups": {group.uid: {"id": group.uid}},
    }  # fmt: skip

    assert imported(api, sharing=sent) == {
        "owner": outsider.uid, "public": "r-------",
        "users": {outsider.uid: {"id": outsider.uid, "access": "rw------"}},
        "userGroups": {group.uid: {"id": group.uid, "access": "--------"}},
    }  # fmt: skip


def test_the_flat_members_of_older_versions(api: ApiClient, outsider: User, editor: User) -> None:
    group = UserGroup.objects.get(name="Editors")
    legacy = {
        "publicAccess": "r-------", "externalAccess": False,
        "userAccesses": [{"id": outsider.uid, "userUid": outsider.uid, "access": "rw------"}],
        "userGroupAccesses": [{"id": group.uid, "access": "r-------"}],
    }  # fmt: skip

    found = imported(api, **legacy)
    assert (found["public"], list(found["users"]), list(found["userGroups"])) == (
        "r-------",
        [outsider.uid],
        [group.uid],
    )
    assert imported(api, **legacy, sharing={"public": "--------"})["users"] == {}


@pytest.mark.parametrize("owner", [None, "", 7, {"id": "x"}, ["x"]])
def test_an_owner_that_is_no_text_is_the_importer(api: ApiClient, admin: User, owner: Any) -> None:
    assert imported(api, sharing={"owner": owner, "public": "--------"})["owner"] == admin.uid


@pytest.mark.parametrize(
    "sharing", ["text", 7, [], {}, {"public": None}, {"public": ""}, {"users": [], "userGroups": 7}]
)
def test_sharing_of_the_wrong_shape_is_reset(api: ApiClient, sharing: Any) -> None:
    assert imported(api, sharing=sharing)["public"] == "rw------"


def test_grants_of_the_wrong_shape_grant_nothing(api: ApiClient) -> None:
    for grants in ([], "x", {"a": "rw------"}, {"a": None}):
        assert imported(api, sharing={"public": "--------", "users": grants})["users"] == {}


def test_skipped_sharing(api: ApiClient, admin: User) -> None:
    """A new object is private whatever the payload says; an old one keeps what it has."""
    unknown = {"public": "rw------", "users": {"zzzzzzzzzz1": {"id": "zzzzzzzzzz1", "access": "rw------"}}}
    element = data_element(sharing=unknown)
    assert put_in(api, "skipSharing=true", dataElements=[element]).status == 200
    assert stored(element["id"]) == {"owner": admin.uid, "public": "--------", "users": {}, "userGroups": {}}

    kept = private()
    DataElement.objects.filter(uid=element["id"]).update(sharing=kept)
    assert put_in(api, "skipSharing=true", dataElements=[element]).status == 200
    assert stored(element["id"]) == kept


def test_an_export_may_leave_sharing_out(api: ApiClient) -> None:
    shown = api.get("/api/metadata?dataElements=true&skipSharing=true").json["dataElements"][0]

    assert {"sharing", "publicAccess", "userAccesses", "userGroupAccesses", "user"}.isdisjoint(shown)


def test_membership_counts_with_the_next_request(api: ApiClient, editor: User) -> None:
    group = UserGroup.objects.get(name="Editors")
    element = data_element(sharing=private() | {"userGroups": {group.uid: {"id": group.uid, "access": "r-------"}}})
    put_in(api, dataElements=[element])
    persona("newcomer")

    assert api.get(f"/api/dataElements/{element['id']}", user="newcomer").status == 404
    group.users.add(User.objects.get(username="newcomer"))
    assert api.get(f"/api/dataElements/{element['id']}", user="newcomer").status == 200
    group.users.clear()
    assert api.get(f"/api/dataElements/{element['id']}", user="newcomer").status == 404


def test_a_deleted_group_leaves_the_sharing_of_everything(api: ApiClient, editor: User) -> None:
    group = UserGroup.objects.get(name="Editors")
    element = data_element(sharing=private() | {"userGroups": {group.uid: {"id": group.uid, "access": "r-------"}}})
    put_in(api, dataElements=[element])

    assert api.delete(f"/api/userGroups/{group.uid}").status == 200
    assert stored(element["id"])["userGroups"] == {}


def test_e3009_private_objects_of_who_may_make_neither(api: ApiClient, outsider: User) -> None:
    assert "E3009" in codes(put_in(api, user="outsider", dataElements=[data_element(sharing={"public": "--------"})]))
