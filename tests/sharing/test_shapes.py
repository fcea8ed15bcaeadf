"""Sharing in its two shapes, in and out: `sharing`, and the flat members of versions up to 2.40 beside it."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import all_schemas, endpoint_schemas
from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes, data_element, put_in
from tests.objects.payloads import create
from tests.personas import persona
from tests.sharing.shared import dialog, grants, save, shared, sharing_of, stored_element, user_group
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db

NOWHERE = "zzzzzzzzzz1"


def test_objects_answer_both_shapes(api: ApiClient, outsider: User) -> None:
    group = user_group("Group")
    row = stored_element(public="r-------", users={outsider.uid: "rw------"}, groups={group.uid: "r-------"})

    shown = api.get(f"/api/dataElements/{row.uid}").json

    assert shown["sharing"] == {
        "owner": row.sharing["owner"], "external": False, "public": "r-------",
        "users": {outsider.uid: {"id": outsider.uid, "access": "rw------", "displayName": "Outsider Persona"}},
        "userGroups": {group.uid: {"id": group.uid, "access": "r-------", "displayName": "Group"}},
    }  # fmt: skip
    assert {name: shown[name] for name in ("publicAccess", "externalAccess", "userAccesses", "userGroupAccesses")} == {
        "publicAccess": "r-------", "externalAccess": False,
        "userAccesses": [
            {"access": "rw------", "userUid": outsider.uid, "displayName": "Outsider Persona", "id": outsider.uid},
        ],
        "userGroupAccesses": [
            {"access": "r-------", "userGroupUid": group.uid, "displayName": "Group", "id": group.uid},
        ],
    }  # fmt: skip


@pytest.mark.parametrize("schema", [s for s in endpoint_schemas() if s.shareable], ids=lambda s: s.singular)
def test_every_shareable_type_has_both_shapes(schema: Any) -> None:
    flat = {"publicAccess", "externalAccess", "userAccesses", "userGroupAccesses"}

    assert flat | {"sharing", "access"} <= set(schema.properties)


def test_names_of_grantees_stand_in_nested_objects_too(api: ApiClient, outsider: User) -> None:
    program = create(api, "program")
    sharing = {"public": "rw------", "users": {outsider.uid: {"id": outsider.uid, "access": "r-------"}}}
    create(api, "programStage", program={"id": program["id"]}, sharing=sharing)

    shown = api.get(f"/api/programs/{program['id']}?fields=programStages[sharing]").json

    assert shown["programStages"][0]["sharing"]["users"][outsider.uid]["displayName"] == "Outsider Persona"


def legacy(user: User) -> dict[str, Any]:
    return {"publicAccess": "r-------", "userAccesses": [{"id": user.uid, "access": "rw------"}]}


def current(user: User) -> dict[str, Any]:
    return {"sharing": {"public": "r-------", "users": {user.uid: {"id": user.uid, "access": "rw------"}}}}


@pytest.mark.parametrize("shape", [legacy, current])
@pytest.mark.parametrize("way", ["POST", "PUT", "PATCH", "import"])
def test_both_shapes_are_accepted_everywhere(api: ApiClient, admin: User, outsider: User, way: str, shape: Any) -> None:
    payload = data_element() | shape(outsider)
    path = f"/api/dataElements/{payload['id']}"
    if way in ("PUT", "PATCH"):
        assert put_in(api, dataElements=[payload | {"publicAccess": None, "sharing": None}]).status == 200

    if way == "POST":
        answer = api.post("/api/dataElements", payload)
    elif way == "import":
        answer = put_in(api, dataElements=[payload])
    elif way == "PUT":
        answer = api.put(path, payload)
    else:
        operations = [{"op": "replace", "path": f"/{name}", "value": v} for name, v in shape(outsider).items()]
        answer = api.patch(path, operations)

    assert answer.status in (200, 201), answer
    found = DataElement.objects.get(uid=payload["id"])
    assert sharing_of(found) == shared("r-------", admin.uid, {outsider.uid: "rw------"})


def test_the_present_shape_wins(api: ApiClient, outsider: User) -> None:
    payload = data_element(sharing={"public": "--------"}, **legacy(outsider))

    assert put_in(api, dataElements=[payload]).status == 200
    assert DataElement.objects.get(uid=payload["id"]).sharing == shared(
        owner=DataElement.objects.get(uid=payload["id"]).sharing["owner"]
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("users:empty", {"none"}), ("users:eq:1", {"one"}), ("users:gt:0", {"one", "two"}),
        ("users:lt:2", {"none", "one"}),
        ("users:ge:2", {"two"}), ("userGroups:empty", {"none", "one", "two"}), ("userGroups:gt:0", set()),
    ],
)  # fmt: skip
def test_filters_by_the_number_of_grants(
    api: ApiClient, outsider: User, editor: User, condition: str, expected: set[str]
) -> None:
    stored_element("none")
    stored_element("one", users={outsider.uid: "r-------"})
    stored_element("two", users={outsider.uid: "r-------", editor.uid: "r-------"})

    answer = api.get(f"/api/dataElements?filter=sharing.{condition}&filter=name:in:[none,one,two]&fields=name")

    assert {row["name"] for row in answer.json["dataElements"]} == expected


@pytest.mark.parametrize("schema", [s for s in all_schemas() if s.rules.default_private], ids=lambda s: s.singular)
def test_types_that_are_private_unless_said_otherwise(api: ApiClient, schema: Any) -> None:
    if not schema.wire.endpoint or schema.wire.own_views or schema.wire.read_only:
        pytest.skip("no generic endpoint")
    payload = create(api, schema.singular)

    assert schema.model._base_manager.get(uid=payload["id"]).sharing["public"] == "--------"


def test_a_new_data_set_shares_no_data_with_anybody(api: ApiClient) -> None:
    author = persona("author", ["F_DATASET_PUBLIC_ADD"])
    uid = create(api, "dataSet", sharing={"owner": author.uid})["id"]

    shown = api.get(f"/api/dataSets/{uid}?fields=publicAccess,access", user="author").json

    assert shown["publicAccess"] == "rw------"
    assert shown["access"]["data"] == {"read": False, "write": False}


def test_a_user_that_is_gone_takes_his_grants_along(api: ApiClient) -> None:
    """In DHIS2 they stay, and keep every document that shows them from going in again."""
    gone = persona("gone")
    row = stored_element(public="r-------", users={gone.uid: "rw------"})

    assert api.delete(f"/api/users/{gone.uid}").status == 200
    shown = api.get(f"/api/dataElements/{row.uid}?fields=:owner").json
    assert shown["sharing"]["users"] == {}
    assert put_in(api, dataElements=[shown]).status == 200


def test_grants_of_somebody_unknown_that_were_stored_all_the_same(api: ApiClient) -> None:
    """Hidden by the dialog and dropped by its next save; a document that names him does not go in."""
    row = stored_element(public="r-------", users={NOWHERE: "rw------"})

    shown = api.get(f"/api/dataElements/{row.uid}?fields=:owner").json
    assert codes(put_in(api, dataElements=[shown])) == ["E5002"]

    answered = api.get(f"/api/sharing?type=dataElement&id={row.uid}").json
    assert answered["object"]["userAccesses"] == []
    assert save(api, row, answered).status == 200
    assert sharing_of(row)["users"] == {}


def test_a_group_that_is_gone_takes_its_grants_along(api: ApiClient) -> None:
    group, other = user_group("Going"), user_group("Staying")
    row = stored_element(groups={group.uid: "rw------", other.uid: "r-------"})

    assert api.delete(f"/api/userGroups/{group.uid}").status == 200
    assert sharing_of(row)["userGroups"] == grants(**{other.uid: "r-------"})


def test_e5002_grants_to_nobody(api: ApiClient) -> None:
    for member, association in (("users", "userAccesses"), ("userGroups", "userGroupAccesses")):
        sharing = {"public": "r-------", member: {NOWHERE: {"id": NOWHERE, "access": "r-------"}}}
        report = put_in(api, dataElements=[data_element(sharing=sharing)]).json["response"]["typeReports"][0]

        error = report["objectReports"][0]["errorReports"][0]
        assert (error["errorCode"], error["errorProperty"]) == ("E5002", association)


def test_membership_counts_with_the_next_request(api: ApiClient) -> None:
    persona("newcomer", groups=["Group"])
    group = UserGroup.objects.get(name="Group")
    row = stored_element(groups={group.uid: "r-------"})
    path = f"/api/dataElements/{row.uid}"

    assert api.get(path, user="newcomer").status == 200
    group.users.clear()
    assert api.get(path, user="newcomer").status == 404


def test_visualizations_are_private_without_the_authority(api: ApiClient, outsider: User) -> None:
    chart = {"name": "Mine", "type": "COLUMN"}

    created = api.post("/api/visualizations", chart, user="outsider")
    public = api.post("/api/visualizations", chart | {"sharing": {"public": "r-------"}}, user="outsider")

    assert created.status == 201, created
    shown = api.get(f"/api/visualizations/{created.json['response']['uid']}?fields=publicAccess", user="outsider").json
    assert shown == {"publicAccess": "--------"}
    assert (public.status, codes(public)) == (409, ["E3008"])


def test_a_list_of_many_grants_asks_for_names_once(api: ApiClient) -> None:
    def queries(size: int) -> int:
        for number in range(size):
            people = {persona(f"p{size}x{number}").uid: "r-------"}
            stored_element(f"S{size} {number}", users=people, groups={user_group(f"G{size} {number}").uid: "r-------"})
        with query_counter() as counter:
            answer = api.get(f"/api/dataElements?filter=name:like:S{size}&fields=sharing,userAccesses&paging=false")
        assert len(answer.json["dataElements"]) == size
        return counter.count

    api.get("/api/me")  # the first login looks at more
    assert queries(1) == queries(9)


def test_the_dialog_and_the_object_tell_the_same(api: ApiClient, outsider: User) -> None:
    row = stored_element()
    save(api, row, dialog("r-------", [(outsider.uid, "rw------")]))

    shown = api.get(f"/api/dataElements/{row.uid}?fields=sharing").json["sharing"]

    assert (shown["public"], shown["users"][outsider.uid]["access"]) == ("r-------", "rw------")
