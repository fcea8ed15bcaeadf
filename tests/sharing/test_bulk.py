"""Patches of the sharing of many objects: `PATCH /api/{type}/sharing` and `/api/metadata/sharing`."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import CategoryOption, DataElement, DataElementGroup
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, group, store
from tests.objects.imports import codes, stats
from tests.personas import persona
from tests.sharing.shared import grants, shared, sharing_of, stored_element
from users.models import User

pytestmark = pytest.mark.django_db

NOWHERE = "zzzzzzzzzz1"
JSON_PATCH = "application/json-patch+json"


def add(user: User, access: str = "r-------") -> dict[str, Any]:
    return {"op": "add", "path": f"/sharing/users/{user.uid}", "value": {"access": access, "id": user.uid}}


def alike(api: ApiClient, rows: list[Any], *operations: Any, query: str = "", user: str = "admin") -> Answer:
    body = {"dataElements": [getattr(row, "uid", row) for row in rows], "patch": list(operations)}
    return api.patch(f"/api/dataElements/sharing?{query}", body, user=user, content_type=JSON_PATCH)


def each(api: ApiClient, query: str = "", user: str = "admin", **patches: dict[str, Any]) -> Answer:
    return api.patch(f"/api/metadata/sharing?{query}", patches, user=user, content_type=JSON_PATCH)


def outcome(answer: Answer) -> tuple[int, str, str, list[str]]:
    """HTTP status, the envelope's, the report's, and the codes."""
    return answer.status, answer.json["status"], answer.json["response"]["status"], codes(answer)


def messages(answer: Answer) -> list[str]:
    reports = answer.json["response"]["typeReports"]
    return [e["message"] for t in reports for o in t["objectReports"] for e in o["errorReports"]]


def test_one_patch_for_many(api: ApiClient, outsider: User, editor: User) -> None:
    rows = [stored_element(f"E{n}", public="r-------", users={editor.uid: "rw------"}) for n in range(3)]
    removed = {"op": "remove", "path": f"/sharing/users/{editor.uid}"}

    answer = alike(api, rows, add(outsider), removed)

    assert outcome(answer) == (200, "OK", "OK", [])
    assert answer.json["response"]["responseType"] == "ImportReport"
    assert stats(answer) == (0, 3, 0, 0)
    for row in rows:
        assert sharing_of(row) == shared("r-------", row.sharing["owner"], {outsider.uid: "r-------"})


def test_a_patch_for_each_of_many_types(api: ApiClient, outsider: User) -> None:
    row, other = stored_element("One"), group("Other")

    answer = each(
        api, dataElements={row.uid: [add(outsider)]}, dataElementGroups={other.uid: [add(outsider, "rw------")]}
    )

    assert outcome(answer) == (200, "OK", "OK", [])
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})
    assert sharing_of(other)["users"] == grants(**{outsider.uid: "rw------"})


def test_one_object_of_many_that_cannot_be_changed(api: ApiClient, outsider: User) -> None:
    row = stored_element()

    answer = alike(api, [NOWHERE, row], add(outsider))

    assert outcome(answer) == (409, "WARNING", "WARNING", ["E4014"])
    assert messages(answer) == [f"Invalid UID `{NOWHERE}` for property `dataElement`"]
    assert stats(answer) == (0, 1, 0, 1)
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})


@pytest.mark.parametrize("path", ["dataElements", "metadata"])
def test_atomic_patches_change_all_or_nothing(api: ApiClient, outsider: User, path: str) -> None:
    row = stored_element()

    def send(*uids: str) -> Answer:
        if path == "metadata":
            return each(api, "atomic=true", dataElements={uid: [add(outsider)] for uid in uids})
        return alike(api, list(uids), add(outsider), query="atomic=true")

    assert outcome(send(NOWHERE, row.uid)) == (409, "WARNING", "ERROR", ["E4014"])
    assert sharing_of(row) == row.sharing
    assert outcome(send(row.uid)) == (200, "OK", "OK", [])
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})


def test_nothing_that_can_be_changed(api: ApiClient, outsider: User) -> None:
    assert outcome(alike(api, [NOWHERE], add(outsider))) == (409, "WARNING", "ERROR", ["E4014"])


def test_e3019_types_without_sharing(api: ApiClient, outsider: User) -> None:
    answer = api.patch("/api/organisationUnits/sharing", {"organisationUnits": [NOWHERE], "patch": [add(outsider)]})

    assert outcome(answer) == (409, "WARNING", "ERROR", ["E3019"])
    assert messages(answer) == ["Sharing is not enabled for this object `organisationUnit`"]
    assert codes(each(api, organisationUnits={NOWHERE: [add(outsider)]})) == ["E3019"]


def test_e4032_paths_that_lead_elsewhere(api: ApiClient, outsider: User) -> None:
    row, other = stored_element("One"), stored_element("Other")
    elsewhere = {"op": "replace", "path": "/name", "value": "Renamed"}

    answer = each(api, dataElements={row.uid: [elsewhere, add(outsider)], other.uid: [add(outsider)]})

    assert outcome(answer) == (409, "WARNING", "WARNING", ["E4032"])
    assert messages(answer) == ["Patch path `/name` is not supported."]
    assert (sharing_of(row), DataElement.objects.get(pk=row.pk).name) == (row.sharing, "One")
    assert sharing_of(other)["users"] == grants(**{outsider.uid: "r-------"})
    assert codes(alike(api, [row], {"op": "remove", "path": "/sharingOfOthers"}, {"op": "remove"})) == ["E4032"] * 2


def test_e6002_unknown_types(api: ApiClient, outsider: User) -> None:
    answer = each(api, nothings={NOWHERE: [add(outsider)]})

    assert (answer.status, answer.json["errorCode"]) == (409, "E6002")
    assert answer.json["message"] == "Class name nothings is not supported."


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "fly", "path": "/sharing/public"}, {"op": "add", "path": "/sharing/public/x/y", "value": 1},
        {"op": "add", "path": "/sharing/users/x/y/z", "value": 1},
    ],
    ids=str,
)  # fmt: skip
def test_e6003_patches_that_cannot_be_applied(api: ApiClient, operation: dict[str, Any]) -> None:
    row = stored_element(public="r-------")

    answer = alike(api, [row], operation)

    assert outcome(answer) == (409, "WARNING", "ERROR", ["E6003"])
    assert messages(answer) == [f"Could not patch object with id {row.uid}."]


def test_e3001_what_may_be_read_but_not_changed(api: ApiClient, outsider: User, private_author: User) -> None:
    read_only = stored_element("Read only", users={private_author.uid: "r-------"})
    mine, hidden = stored_element("Mine", owner=private_author.uid), stored_element("Hidden")

    answer = alike(api, [read_only, mine, hidden], add(outsider), user="private_author")

    assert outcome(answer) == (409, "WARNING", "WARNING", ["E3001", "E4014"])
    assert [sharing_of(row) for row in (read_only, hidden)] == [read_only.sharing, hidden.sharing]
    assert sharing_of(mine)["users"] == grants(**{outsider.uid: "r-------"})


def test_e3013_system_defaults(api: ApiClient, outsider: User) -> None:
    default = CategoryOption.objects.get(name="default")

    assert codes(each(api, categoryOptions={default.uid: [add(outsider)]})) == ["E3013"]


def test_the_rules_of_imports_hold(api: ApiClient, outsider: User, private_author: User) -> None:
    """Strings, grantees, who may make public, and of what data is shared."""
    mine = stored_element(owner=private_author.uid)

    def refused(**value: Any) -> list[str]:
        operation = {"op": "replace", "path": "/sharing/public", "value": "r-------"} | value
        return codes(alike(api, [mine], operation, user="private_author"))

    assert refused(value="nonsense") == ["E3010"]
    assert refused() == ["E3008"]
    assert refused(path=f"/sharing/users/{outsider.uid}", value={"access": "r-r-----"}) == ["E3011"]
    assert refused(path=f"/sharing/users/{NOWHERE}", value={"access": "r-------"}) == ["E5002"]
    assert sharing_of(mine) == mine.sharing


def test_values_of_one_patch_are_not_shared_between_objects(api: ApiClient, outsider: User, editor: User) -> None:
    rows = [stored_element(f"E{n}") for n in range(2)]
    whole = {"op": "add", "path": "/sharing/users", "value": {outsider.uid: {"access": "r-------"}}}

    assert alike(api, rows, whole, add(editor)).status == 200
    assert [set(sharing_of(row)["users"]) for row in rows] == [{outsider.uid, editor.uid}] * 2


@pytest.mark.parametrize(
    "body", [[], {}, {"dataElements": {}}, {"dataElements": [1], "patch": []}, {"dataElements": [NOWHERE]},
             {"dataElements": [NOWHERE], "patch": {}}], ids=str,
)  # fmt: skip
def test_bodies_of_another_shape(api: ApiClient, body: Any) -> None:
    assert api.patch("/api/dataElements/sharing", body, content_type=JSON_PATCH).status == 400


@pytest.mark.parametrize("body", [[], "x", {"dataElements": []}, {"dataElements": {NOWHERE: {}}}], ids=str)
def test_bodies_of_another_shape_for_many_types(api: ApiClient, body: Any) -> None:
    assert api.patch("/api/metadata/sharing", body, content_type=JSON_PATCH).status == 400


@pytest.mark.parametrize(
    "operation",
    [{"op": "remove", "path": "/sharing/public"}, {"op": "replace", "path": "/sharing/public", "value": None},
     {"op": "replace", "path": "/sharing", "value": {}}, {"op": "remove", "path": "/sharing"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["dataElements/sharing", "dataElements"])
def test_no_patch_opens_an_object_by_leaving_something_out(
    api: ApiClient, outsider: User, path: str, operation: dict[str, Any]
) -> None:
    """An import without a public string resets sharing; a patch leaves what it does not set."""
    row = stored_element(owner=outsider.uid)

    if path == "dataElements":
        answer = api.patch(f"/api/dataElements/{row.uid}", [operation], content_type=JSON_PATCH)
    else:
        answer = alike(api, [row], operation)

    assert answer.status == 200, answer
    assert sharing_of(row)["public"] == "--------"


def test_a_patch_of_the_public_string_alone_keeps_the_grants(api: ApiClient, outsider: User) -> None:
    row = stored_element(users={outsider.uid: "r-------"})

    assert alike(api, [row], {"op": "remove", "path": "/sharing/public"}).status == 200
    assert sharing_of(row)["users"] == grants(**{outsider.uid: "r-------"})


def test_a_large_patch_is_not_copied_for_everything(api: ApiClient) -> None:
    """Few bytes, many objects: each would have its own copy of what is patched in."""
    users = {f"u{n}": {"id": f"u{n}", "access": "r-------"} for n in range(1_000)}

    answer = alike(api, [f"x{n}" for n in range(1_000)], {"op": "add", "path": "/sharing/users", "value": users})

    assert answer.status == 400
    assert "2000000 values" in answer.json["message"]


def test_what_was_stored_before_a_rule_does_not_stand_in_the_way(api: ApiClient, outsider: User) -> None:
    """Sharing alone is judged: an object without a short name can be shared."""
    row = stored_element()
    DataElement.objects.filter(pk=row.pk).update(short_name="")

    assert alike(api, [row], add(outsider)).status == 200


def test_the_number_of_statements_does_not_depend_on_the_objects(api: ApiClient, outsider: User) -> None:
    author = persona("author", ["F_DATAELEMENT_PUBLIC_ADD", "F_DATAELEMENTGROUP_PUBLIC_ADD"])
    api.get("/api/me", user="author")  # the first login looks at more

    def statements(size: int) -> int:
        mine = shared("r-------", author.uid)
        rows = store([element(f"{size} {n}", sharing=mine) for n in range(size)])
        groups = [group(f"G {size} {n}", rows, sharing=mine) for n in range(size)]
        with query_counter() as counter:
            answer = each(
                api, user="author", dataElements={row.uid: [add(outsider)] for row in rows},
                dataElementGroups={row.uid: [add(outsider)] for row in groups},
            )  # fmt: skip
        assert answer.status == 200, answer
        return counter.count

    assert statements(1) == statements(40)
    assert DataElementGroup.objects.filter(sharing__users__has_key=outsider.uid).count() == 41


def test_a_type_that_is_patched_is_still_listed(api: ApiClient) -> None:
    assert api.get("/api/dataElements/sharing").status in (404, 405)
