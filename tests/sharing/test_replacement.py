"""`PUT /api/{type}/{id}/sharing`, and JSON patches below `/sharing` of one object."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import CategoryOption, DataSet
from tests.harness.client import Answer, ApiClient
from tests.objects.payloads import create
from tests.personas import persona
from tests.sharing.shared import grants, shared, sharing_of, stored_element, user_group
from users.models import User

pytestmark = pytest.mark.django_db

NOWHERE = "zzzzzzzzzz1"


def put(api: ApiClient, row: Any, body: Any, user: str = "admin", plural: str = "dataElements") -> Answer:
    return api.put(f"/api/{plural}/{row.uid}/sharing", body, user=user)


def patch(api: ApiClient, row: Any, *operations: dict[str, Any], user: str = "admin") -> Answer:
    path = f"/api/dataElements/{row.uid}"
    return api.patch(path, list(operations), user=user, content_type="application/json-patch+json")


def reported(answer: Answer) -> list[tuple[str, str]]:
    """Codes and messages of the type report."""
    assert answer.status == 409, answer
    assert answer.json["message"] == "One or more errors occurred, please see full details in import report."
    report = answer.json["response"]
    assert report["responseType"] == "TypeReport"
    found = [error for item in report["objectReports"] for error in item["errorReports"]]
    assert {error["errorKlass"] for error in found} == {report["klass"]}
    return [(error["errorCode"], error["message"]) for error in found]


def a_data_set(api: ApiClient) -> DataSet:
    return DataSet.objects.get(uid=create(api, "dataSet")["id"])


def test_the_member_is_replaced(api: ApiClient, admin: User, outsider: User) -> None:
    group = user_group("Group")
    row = stored_element(public="r-------", users={admin.uid: "rw------"})
    body = {
        "owner": outsider.uid, "external": True, "public": "rw------",
        "users": {outsider.uid: {"id": outsider.uid, "access": "r-------", "displayName": "ignored"}},
        "userGroups": {group.uid: {"access": "rw------"}, NOWHERE: {"id": NOWHERE, "access": "r-------"}},
    }  # fmt: skip

    answer = put(api, row, body)

    assert (answer.status, answer.content) == (204, b"")
    expected = shared("rw------", outsider.uid, {outsider.uid: "r-------"}, {group.uid: "rw------"})
    assert sharing_of(row) == expected
    row.refresh_from_db()
    assert row.last_updated_by == admin


def test_an_absent_owner_stays(api: ApiClient, outsider: User) -> None:
    """DHIS2 stores null, which lets everybody pass for the owner."""
    row = stored_element(owner=outsider.uid)

    assert put(api, row, {"public": "r-------"}).status == 204
    assert sharing_of(row) == shared("r-------", outsider.uid)


def test_an_absent_public_string_stays_where_data_is_shared(api: ApiClient, outsider: User) -> None:
    row = a_data_set(api)

    assert put(api, row, {"users": {outsider.uid: {"id": outsider.uid}}}, plural="dataSets").status == 204
    assert sharing_of(row) == row.sharing | {"users": grants(**{outsider.uid: "--------"})}


def test_who_may_not_make_public_keeps_the_public_string(api: ApiClient, private_author: User) -> None:
    row = stored_element(owner=private_author.uid)

    assert put(api, row, {"public": "rw------"}, "private_author").status == 204
    assert sharing_of(row) == shared(owner=private_author.uid)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"public": "rwx"}, [("E3015", "Invalid public access string: `rwx`")]),
        ({"public": "rwrw----"}, [("E3016", "Data sharing is not enabled for this object")]),
        ({}, [("E3016", "Data sharing is not enabled for this object")]),
        (
            {"public": "--------", "users": {NOWHERE: {"id": NOWHERE}}},
            [("E3016", "Data sharing is not enabled for this object")],
        ),
        (
            {"public": "--------", "userGroups": {NOWHERE: {"id": NOWHERE, "access": "--r-----"}}},
            [("E3016", "Data sharing is not enabled for this object")],
        ),
        (
            {"public": "", "userGroups": {NOWHERE: {"access": "a"}}, "users": {NOWHERE: {"access": "b"}}},
            [
                ("E3015", "Invalid public access string: ``"),
                ("E3017", "Invalid user group access string: `a`"),
                ("E3018", "Invalid user access string: `b`"),
            ],
        ),
    ],
)
def test_what_is_wrong_is_reported_and_nothing_stored(
    api: ApiClient, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    row = stored_element(public="r-------")

    assert reported(put(api, row, body)) == expected
    assert sharing_of(row) == row.sharing


def test_e3013_system_defaults(api: ApiClient) -> None:
    row = CategoryOption.objects.get(name="default")

    assert reported(put(api, row, {"public": "rwrw----"}, plural="categoryOptions")) == [
        ("E3013", "Sharing settings of system default metadata object of type `categoryOption` cannot be modified."),
    ]


def test_who_may_not(api: ApiClient, outsider: User) -> None:
    hidden, public = stored_element("Hidden"), stored_element("Public", public="rw------")

    missing = put(api, hidden, {"public": "nonsense"}, "outsider")
    refused = put(api, public, {"public": "nonsense"}, "outsider")

    assert (missing.status, missing.json["errorCode"]) == (404, "E1005")
    assert missing.json["message"] == f"DataElement with id {hidden.uid} could not be found."
    assert (refused.status, refused.json["errorCode"]) == (403, "E1006")
    assert api.put(f"/api/dataElements/{NOWHERE}/sharing", {}).json["errorCode"] == "E1005"


def test_types_without_sharing(api: ApiClient) -> None:
    answer = api.put(f"/api/organisationUnits/{NOWHERE}/sharing", {})

    assert (answer.status, answer.json["errorCode"]) == (409, "E3019")
    assert answer.json["message"] == "Sharing is not enabled for this object `organisationUnit`"


@pytest.mark.parametrize("body", [[], "x", {"owner": 7}, {"users": []}, {"users": {NOWHERE: "rw------"}}], ids=str)
def test_bodies_of_another_shape(api: ApiClient, body: Any) -> None:
    row = stored_element()

    answer = put(api, row, body)

    assert answer.status == (400 if body != {"users": []} else 409)
    assert sharing_of(row) == row.sharing


def test_the_member_is_read_as_any_other(api: ApiClient, outsider: User) -> None:
    row = stored_element(public="r-------", users={outsider.uid: "rw------", NOWHERE: "r-------"})

    shown = api.get(f"/api/dataElements/{row.uid}/sharing").json["sharing"]

    assert shown == row.sharing | {
        "external": False,
        "users": {
            outsider.uid: {"id": outsider.uid, "access": "rw------", "displayName": "Outsider Persona"},
            NOWHERE: {"id": NOWHERE, "access": "r-------"},
        },
    }


def test_a_patch_changes_what_it_names(api: ApiClient, outsider: User, editor: User) -> None:
    row = stored_element(public="r-------", users={outsider.uid: "rw------"})

    added = {"op": "add", "path": f"/sharing/users/{editor.uid}", "value": {"id": editor.uid, "access": "r-------"}}
    assert patch(api, row, added).status == 200
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "rw------", editor.uid: "r-------"})

    assert patch(api, row, {"op": "remove", "path": f"/sharing/users/{outsider.uid}"}).status == 200
    assert patch(api, row, {"op": "remove", "path": f"/sharing/users/{NOWHERE}"}).status == 200
    assert patch(api, row, {"op": "replace", "path": "/sharing/public", "value": "rw------"}).status == 200
    assert sharing_of(row) == shared("rw------", row.sharing["owner"], {editor.uid: "r-------"})

    whole = {"op": "add", "path": "/sharing/users", "value": {outsider.uid: {"id": outsider.uid, "access": "r-------"}}}
    assert patch(api, row, whole).status == 200
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})


def test_a_patch_of_the_older_members(api: ApiClient, outsider: User) -> None:
    row = stored_element(public="r-------", users={outsider.uid: "rw------"})

    assert patch(api, row, {"op": "replace", "path": "/publicAccess", "value": "rw------"}).status == 200
    assert sharing_of(row) == shared("rw------", row.sharing["owner"], {outsider.uid: "rw------"})
    grant = {"id": outsider.uid, "access": "r-------"}
    assert patch(api, row, {"op": "replace", "path": "/userAccesses", "value": [grant]}).status == 200
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})


def test_external_access_by_every_way(api: ApiClient) -> None:
    """Stored where the type has an authority that the caller holds, passed over where not."""
    persona("mapper", ["F_MAP_PUBLIC_ADD"])
    path = "/api/maps/externalMap"

    def external() -> tuple[bool, bool, bool]:
        found = api.get(f"{path}?fields=externalAccess,sharing[external],access[externalize]").json
        return found["externalAccess"], found["sharing"]["external"], found["access"]["externalize"]

    create(api, "map", id="externalMap", publicAccess="rw------", externalAccess=True)
    assert external() == (True, True, True)

    body = {"name": "Map", "sharing": {"public": "rw------", "external": False}, "externalAccess": True}
    assert api.put(path, body).status == 200
    assert external() == (False, False, True)
    assert api.patch(path, [{"op": "replace", "path": "/externalAccess", "value": True}]).status == 200
    assert external()[0] is True

    # Who lacks the authority neither sets nor resets it.
    assert (
        api.put(path, {"name": "Map", "publicAccess": "rw------", "externalAccess": False}, user="mapper").status == 200
    )
    assert external()[0] is True
    assert api.put(f"{path}/sharing", {"public": "rw------", "external": False}, user="mapper").status == 204
    assert external()[0] is True
    assert api.get(f"{path}?fields=access[externalize]", user="mapper").json == {"access": {"externalize": False}}

    assert api.put(f"{path}/sharing", {"public": "rw------"}).status == 204
    assert external()[0] is False
    api.patch(path, [{"op": "add", "path": "/sharing/external", "value": True}], user="mapper")
    assert external()[0] is False


def test_external_access_never_opens_a_way_without_login(api: ApiClient) -> None:
    create(api, "map", id="externalMap", publicAccess="--------", externalAccess=True)

    assert api.get("/api/maps/externalMap", user=None).status == 401


@pytest.mark.parametrize("path", ["/sharing/users/x/y/z", "/sharing/public/x"])
def test_a_path_that_does_not_exist(api: ApiClient, path: str) -> None:
    row = stored_element(public="r-------")

    assert patch(api, row, {"op": "add", "path": path, "value": "r-------"}).status == 400
    assert sharing_of(row) == row.sharing
