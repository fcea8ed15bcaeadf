"""Who may read and write which entry: their sharing decides (DHIS2 2.42, data store, access control)."""

from __future__ import annotations

from typing import Any

import pytest

from datastore.models import DatastoreEntry
from tests.datastore.test_entries import PETS, told
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db: None) -> User:
    """Writes the entries of these tests; no authorities."""
    return persona("owner", groups=["Vets"])


def share(key: str, **sharing: Any) -> None:
    entry = DatastoreEntry.objects.get(namespace="pets", key=key)
    entry.sharing = {"users": {}, "userGroups": {}} | entry.sharing | sharing
    DatastoreEntry.objects.filter(pk=entry.pk).update(sharing=entry.sharing)


def grants(*uids: str, access: str = "rw------") -> dict[str, Any]:
    return {uid: {"id": uid, "access": access} for uid in uids}


def test_by_default_everybody_reads_changes_and_deletes(api: ApiClient, owner: User, outsider: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")

    assert api.get(f"{PETS}/cat", user="outsider").json == 1
    assert api.put(f"{PETS}/cat", 2, user="outsider").status == 200
    assert api.delete(f"{PETS}/cat", user="outsider").status == 200


def test_who_has_no_part_in_an_entry_does_not_see_it(api: ApiClient, owner: User, outsider: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", public="--------")

    for path in (PETS, f"{PETS}/keys", f"{PETS}?fields=.&headless=true"):
        answer = api.get(path, user="outsider")
        assert (answer.status, answer.json) == (200, [])
    assert api.get(f"{PETS}?fields=.", user="outsider").json["entries"] == []
    assert "pets" in api.get("/api/dataStore", user="outsider").json


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "cat", None), ("GET", "cat/metaData", None), ("POST", "cat", 1), ("PUT", "cat", 1),
     ("DELETE", "cat", None)],
)  # fmt: skip
def test_without_read_access_every_way_is_closed(
    api: ApiClient, owner: User, outsider: User, method: str, path: str, body: Any
) -> None:
    api.post(f"{PETS}/cat", 7, user="owner")
    share("cat", public="-w------")

    answer = api.request(method, f"{PETS}/{path}", body, user="outsider")
    assert told(answer) == (403, "Access denied for key 'cat' in namespace 'pets'", "E1006")
    assert api.get(f"{PETS}/cat", user="owner").json == 7


@pytest.mark.parametrize(("method", "body"), [("PUT", 1), ("PUT", None), ("DELETE", None)])
def test_who_only_reads_does_not_write(api: ApiClient, owner: User, outsider: User, method: str, body: Any) -> None:
    """The refusal of a write alone has no code."""
    api.post(f"{PETS}/cat", 7, user="owner")
    share("cat", public="r-------")

    answer = api.request(method, f"{PETS}/cat", body, user="outsider")
    assert told(answer) == (403, "Access denied for key 'cat' in namespace 'pets'", None)
    assert api.get(f"{PETS}/cat", user="outsider").json == 7


def test_a_namespace_with_one_entry_of_others_stays_whole(api: ApiClient, owner: User, outsider: User) -> None:
    """Also where the caller does not even read that entry."""
    for key in ("cat", "cow", "dog"):
        api.post(f"{PETS}/{key}", 1, user="owner")
    share("cow", public="--------")

    answer = api.delete(PETS, user="outsider")
    assert told(answer) == (403, "Access denied for key 'cow' in namespace 'pets'", None)
    assert api.get(PETS, user="owner").json == ["cat", "cow", "dog"]
    assert api.delete(PETS, user="owner").status == 200


def test_grants_of_users_and_groups(api: ApiClient, owner: User, outsider: User) -> None:
    reader, writer = persona("reader"), persona("writer", groups=["Writers"])
    group = UserGroup.objects.get(name="Writers")
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", public="--------", users=grants(reader.uid, access="r-------"), userGroups=grants(group.uid))

    assert [api.get(f"{PETS}/cat", user=u).status for u in ("reader", "writer", "outsider")] == [200, 200, 403]
    assert [api.put(f"{PETS}/cat", 2, user=u).status for u in ("reader", "writer")] == [403, 200]
    assert api.get(PETS, user="writer").json == ["cat"]
    assert writer.uid not in DatastoreEntry.objects.get().sharing["users"]


@pytest.mark.parametrize("kind", ["user", "group"])
def test_an_entry_is_shared_by_its_dialog(api: ApiClient, owner: User, outsider: User, kind: str) -> None:
    """As apps do it; the body may leave out `externalAccess`."""
    friend = persona("friend", groups=["Friends"])
    UserGroup.objects.update(sharing={"owner": friend.uid, "public": "r-------", "users": {}, "userGroups": {}})
    api.post(f"{PETS}/cat", {"name": "Miao"}, user="owner")
    uid = api.get(f"{PETS}/cat/metaData", user="owner").json["id"]
    member = "userAccesses" if kind == "user" else "userGroupAccesses"
    grantee = friend.uid if kind == "user" else UserGroup.objects.get(name="Friends").uid
    body = {"object": {"publicAccess": "--------", member: [{"id": grantee, "access": "rw------"}]}}

    answer = api.post(f"/api/sharing?type=dataStore&id={uid}", body, user="owner")

    assert told(answer) == (200, "Access control set", None)
    for user, keys, status in (("friend", ["cat"], 200), ("outsider", [], 403), ("admin", ["cat"], 200)):
        assert api.get(f"{PETS}/keys", user=user).json == api.get(PETS, user=user).json == keys
        assert len(api.get(f"{PETS}?fields=.", user=user).json["entries"]) == len(keys)
        assert api.get(f"{PETS}/cat", user=user).status == status
    assert api.put(f"{PETS}/cat", 1, user="friend").status == 200
    assert api.get(f"/api/sharing?type=dataStore&id={uid}", user="owner").json["object"][member][0]["id"] == grantee


def test_who_may_not_write_an_entry_does_not_share_it(api: ApiClient, owner: User, outsider: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", public="r-------")
    uid = api.get(f"{PETS}/cat/metaData", user="owner").json["id"]

    assert api.post(f"/api/sharing?type=dataStore&id={uid}", {"object": {}}, user="outsider").status == 403


def test_superusers_pass_everywhere(api: ApiClient, owner: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", public="--------")

    assert api.get(f"{PETS}/cat").json == 1
    assert api.get(PETS).json == ["cat"]
    assert api.put(f"{PETS}/cat", 2).status == api.delete(PETS).status == 200


def test_access_is_computed_for_the_caller(api: ApiClient, owner: User, outsider: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", public="r-------")

    access = api.get(f"{PETS}/cat/metaData", user="outsider").json["access"]
    assert [access[name] for name in ("read", "write", "update", "delete", "manage")] == [True, *[False] * 4]


def test_a_deleted_group_leaves_the_sharing_of_entries(api: ApiClient, owner: User) -> None:
    group = UserGroup.objects.get(name="Vets")
    api.post(f"{PETS}/cat", 1)
    share("cat", userGroups=grants(group.uid))

    assert api.delete(f"/api/userGroups/{group.uid}").status == 200
    assert DatastoreEntry.objects.get().sharing["userGroups"] == {}


def test_a_deleted_user_leaves_the_sharing_of_entries_and_what_he_wrote(api: ApiClient, owner: User) -> None:
    api.post(f"{PETS}/cat", 1, user="owner")
    share("cat", users=grants(owner.uid))
    for _ in range(2):
        api.put(f"{PETS}/dog", 1, user="owner")

    assert api.delete(f"/api/users/{owner.uid}").status == 200
    assert DatastoreEntry.objects.get(key="cat").sharing["users"] == {}
    assert api.get(f"{PETS}/dog").json == 1
    assert "createdBy" not in api.get(f"{PETS}/dog/metaData").json


def shared_by(api: ApiClient, uid: str, user: str) -> list[int]:
    """What reading, setting and patching the sharing of an entry answer."""
    path, patch = (
        f"/api/sharing?type=dataStore&id={uid}",
        [{"op": "replace", "path": "/sharing/public", "value": "--------"}],
    )
    return [
        api.get(path, user=user).status,
        api.post(path, {"object": {"publicAccess": "--------"}}, user=user).status,
        api.put(path, {"object": {"publicAccess": "--------"}}, user=user).status,
        api.request("PATCH", "/api/metadata/sharing", {"dataStores": {uid: patch}},
                    content_type="application/json-patch+json", user=user).status,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("namespace", "authority", "statuses"),
    [
        # Everybody reads the settings of Android, and so the identifiers of their entries.
        ("ANDROID_SETTINGS_APP", "M_androidsettingsapp", [200, 403, 403, 409]),
        ("sms-config", "F_MOBILE_SENDSMS", [403, 403, 403, 409]),
        ("METADATASTORE", "F_METADATA_MANAGE", [404, 404, 404, 409]),
    ],
)
def test_sharing_is_no_way_around_a_protection(
    api: ApiClient, outsider: User, namespace: str, authority: str, statuses: list[int]
) -> None:
    """Who may not write to a namespace would otherwise hide its entries from those who may."""
    persona("keeper", [authority])
    api.post(f"/api/dataStore/{namespace}/k", 7)
    entry = DatastoreEntry.objects.get()

    assert shared_by(api, entry.uid, "outsider") == statuses
    assert DatastoreEntry.objects.get().sharing == entry.sharing
    assert shared_by(api, entry.uid, "keeper") == [200, 200, 403, 409]
    assert DatastoreEntry.objects.get().sharing["public"] == "--------"
    assert shared_by(api, entry.uid, "admin") == [200] * 4


def test_an_entry_of_a_hidden_namespace_cannot_be_told_from_none(api: ApiClient, outsider: User) -> None:
    api.post("/api/dataStore/METADATASTORE/k", 7)
    uid = DatastoreEntry.objects.get().uid

    def answers(one: str) -> list[str]:
        path, patch = f"/api/sharing?type=dataStore&id={one}", {"dataStores": {one: []}}
        found = [api.get(path, user="outsider"), api.post(path, {}, user="outsider"),
                 api.request("PATCH", "/api/metadata/sharing", patch, content_type="application/json-patch+json",
                             user="outsider")]  # fmt: skip
        return [answer.text.replace(one, "?") for answer in found]

    assert answers(uid) == answers("zzzzzzzzzz1")
