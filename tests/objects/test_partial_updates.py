"""PATCH touches what it names: members of any number stay unread, and nothing else changes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from metadata.models import CategoryCombo, CategoryOptionCombo, DataElement, DataElementGroup
from tests.harness.client import Answer, ApiClient
from tests.harness.copies import copies
from tests.harness.queries import query_counter
from tests.objects.elements import DAY, PUBLIC, element, group, store
from tests.objects.imports import codes
from tests.objects.payloads import create
from users.models import User, UserGroup, UserRole

pytestmark = pytest.mark.django_db
PATCH = "application/json-patch+json"


def patch(api: ApiClient, path: str, *operations: Any) -> Answer:
    return api.patch(path, list(operations), content_type=PATCH)


def add(name: str, uid: str) -> dict[str, Any]:
    return {"op": "add", "path": f"/{name}/-", "value": {"id": uid}}


def remove(name: str, uid: str) -> dict[str, Any]:
    return {"op": "remove-by-id", "path": f"/{name}", "id": uid}


@pytest.fixture
def small() -> DataElementGroup:
    return group("Small", store([element("First"), element("Second")]))


def names(found: DataElementGroup) -> set[str]:
    return set(found.data_elements.values_list("name", flat=True))


def test_members_enter_and_leave_in_the_order_of_the_operations(api: ApiClient, small: DataElementGroup) -> None:
    third = store([element("Third")])[0]
    first = DataElement.objects.get(name="First")
    operations = [
        add("dataElements", third.uid), remove("dataElements", third.uid), remove("dataElements", first.uid),
        remove("dataElements", first.uid), add("dataElements", first.uid), add("dataElements", "unknownUid1"),
    ]  # fmt: skip

    refused = patch(api, f"/api/dataElementGroups/{small.uid}", *operations)
    assert (refused.status, codes(refused)) == (409, ["E5002"])

    answer = patch(api, f"/api/dataElementGroups/{small.uid}", *operations[:-1])
    assert answer.status == 200, answer
    assert names(small) == {"First", "Second"}


def test_a_bare_uid_is_a_reference_too(api: ApiClient, small: DataElementGroup) -> None:
    third = store([element("Third")])[0]

    answer = patch(
        api, f"/api/dataElementGroups/{small.uid}", {"op": "add", "path": "/dataElements/-", "value": third.uid}
    )

    assert answer.status == 200, answer
    assert names(small) == {"First", "Second", "Third"}


def test_an_index_speaks_of_the_stored_list(api: ApiClient) -> None:
    parts = [create(api, "dataElementGroup")["id"] for _ in range(3)]
    made = create(api, "dataElementGroupSet", dataElementGroups=[{"id": uid} for uid in parts[:2]])
    path = f"/api/dataElementGroupSets/{made['id']}"

    answer = patch(
        api, path, {"op": "add", "path": "/dataElementGroups/0", "value": {"id": parts[2]}},
        {"op": "remove", "path": "/dataElementGroups/1"},
    )  # fmt: skip

    assert answer.status == 200, answer
    shown = api.get(f"{path}?fields=dataElementGroups").json["dataElementGroups"]
    assert [item["id"] for item in shown] == [parts[2], parts[1]]


def test_what_is_not_named_stays(api: ApiClient) -> None:
    combo = create(api, "categoryCombo", categories=[{"id": "GLevLNI9wkl"}])["id"]
    made = create(api, "dataSet", categoryCombo={"id": combo}, formName="Form", organisationUnits=[],
                  dataSetElements=[{"dataElement": {"id": create(api, "dataElement")["id"]}}])  # fmt: skip
    before = api.get(f"/api/dataSets/{made['id']}?fields=:owner").json

    assert patch(api, f"/api/dataSets/{made['id']}", {"op": "replace", "path": "/name", "value": "New"}).status == 200

    after = api.get(f"/api/dataSets/{made['id']}?fields=:owner").json
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"name", "lastUpdated", "version"}


def test_a_patch_of_a_category_combo_generates_nothing(api: ApiClient) -> None:
    made = create(api, "categoryCombo", categories=[{"id": "GLevLNI9wkl"}])["id"]
    combos = CategoryOptionCombo.objects.filter(category_combo__uid=made)
    assert combos.count() == 1  # by POST
    combos.delete()

    assert patch(api, f"/api/categoryCombos/{made}", {"op": "replace", "path": "/code", "value": "C"}).status == 200
    assert not combos.exists()


def test_rules_see_what_the_patch_does_not_name(api: ApiClient) -> None:
    """E4055 asks for roles, which a patch of the name leaves alone."""
    made = create(api, "user")["id"]

    assert patch(api, f"/api/users/{made}", {"op": "replace", "path": "/surname", "value": "Other"}).status == 200
    role = User.objects.get(uid=made).user_roles.get().uid
    refused = patch(api, f"/api/users/{made}", remove("userRoles", role))
    assert (refused.status, codes(refused)) == (409, ["E4055"])


def test_legacy_sharing_is_changed_a_member_at_a_time(api: ApiClient, small: DataElementGroup, admin: User) -> None:
    people = UserGroup.objects.create(name="People", sharing=PUBLIC)
    grants = {"op": "replace", "path": "/userGroupAccesses", "value": [{"id": people.uid, "access": "r-------"}]}
    path = f"/api/dataElementGroups/{small.uid}"

    assert patch(api, path, grants).status == 200
    assert patch(api, path, {"op": "replace", "path": "/publicAccess", "value": "--------"}).status == 200

    sharing = DataElementGroup.objects.get(pk=small.pk).sharing
    assert sharing["public"] == "--------"
    assert sharing["userGroups"] == {people.uid: {"id": people.uid, "access": "r-------"}}
    assert sharing["owner"] == PUBLIC["owner"]


class TestOlderForm:
    """`PATCH` with a JSON object, as versions up to 2.36 have it."""

    def test_any_subset_of_the_members(self, api: ApiClient, small: DataElementGroup) -> None:
        body = {"id": "otherOther1", "name": "Renamed", "code": ""}

        answer = api.patch(f"/api/dataElementGroups/{small.uid}", body)

        assert (answer.status, answer.json["response"]["uid"]) == (200, small.uid)
        small.refresh_from_db()
        assert (small.name, small.code, names(small)) == ("Renamed", None, {"First", "Second"})

    def test_it_answers_without_a_body_up_to_36(self, api: ApiClient, small: DataElementGroup) -> None:
        answer = api.patch(f"/api/36/dataElementGroups/{small.uid}", {"name": "Renamed"})

        assert (answer.status, answer.text) == (204, "")

    def test_faults_are_reported(self, api: ApiClient, small: DataElementGroup) -> None:
        answer = api.patch(f"/api/36/dataElementGroups/{small.uid}", {"name": None})

        assert (answer.status, codes(answer)) == (409, ["E4000"])

    @pytest.mark.parametrize("verb", ["put", "patch"])
    def test_one_property_up_to_36(self, api: ApiClient, small: DataElementGroup, verb: str) -> None:
        path = f"/api/36/dataElementGroups/{small.uid}/name"

        assert getattr(api, verb)(path, {"name": "By property"}).status == 204
        assert getattr(api, verb)(path, {"other": "By property"}).status == 400
        small.refresh_from_db()
        assert (small.name, names(small)) == ("By property", {"First", "Second"})

    def test_later_versions_have_no_such_endpoint(self, api: ApiClient, small: DataElementGroup) -> None:
        assert api.patch(f"/api/dataElementGroups/{small.uid}/name", {"name": "x"}).status == 405


def test_one_member_is_read_alone(api: ApiClient, small: DataElementGroup) -> None:
    path = f"/api/dataElementGroups/{small.uid}"

    assert api.get(f"{path}/name").json == {"name": "Small"}
    shown = api.get(f"{path}/dataElements").json
    assert {item["name"] for item in shown["dataElements"]} == {"First", "Second"}
    inside = api.get(f"{path}/dataElements?fields=name,categoryCombo[name]").json["dataElements"]
    assert {"name": "First", "categoryCombo": {"name": "default"}} in inside
    assert set(api.get(f"{path}/sharing?fields=public").json["sharing"]) == {"public"}
    assert api.get(f"{path}/code").json == {}


class TestTranslations:
    """`PUT /api/{type}/{id}/translations`."""

    FRENCH = {"locale": "fr", "property": "NAME", "value": "Petit"}

    def test_all_are_replaced(self, api: ApiClient, small: DataElementGroup) -> None:
        path = f"/api/dataElementGroups/{small.uid}/translations"

        answer = api.put(path, {"translations": [self.FRENCH]})
        assert (answer.status, answer.text) == (204, "")
        assert api.get(path).json == {"translations": [self.FRENCH]}
        assert api.put(path, {"translations": []}).status == 204
        assert api.get(path).json == {"translations": []}

    def test_repeated_ones(self, api: ApiClient, small: DataElementGroup) -> None:
        answer = api.put(
            f"/api/dataElementGroups/{small.uid}/translations", {"translations": [self.FRENCH, self.FRENCH]}
        )

        assert (answer.status, answer.json["status"], codes(answer)) == (409, "WARNING", ["E1106"])

    def test_incomplete_ones(self, api: ApiClient, small: DataElementGroup) -> None:
        answer = api.put(f"/api/dataElementGroups/{small.uid}/translations", {"translations": [{"locale": "fr"}]})

        assert (answer.status, codes(answer)) == (409, ["E4000", "E4000"])

    def test_a_type_without_translations(self, api: ApiClient, admin: User) -> None:
        answer = api.put(f"/api/users/{admin.uid}/translations", {"translations": [self.FRENCH]})

        assert (answer.status, codes(answer)) == (409, ["E1107"])
        assert answer.json["response"]["errorReports"][0]["message"] == "Object type `User` is not translatable"

    @pytest.mark.parametrize("body", [[], {}, {"translations": "fr"}])
    def test_a_malformed_body(self, api: ApiClient, small: DataElementGroup, body: Any) -> None:
        assert api.put(f"/api/dataElementGroups/{small.uid}/translations", body).status == 400


def link(through: Any, column: str, owner: int, users: QuerySet[User]) -> None:
    """Users into a group or role, by one statement."""
    statement, values = users.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {through._meta.db_table} ({column}, user_id) SELECT %s, pk FROM ({statement}) found (pk)",
            (owner, *values),
        )


def fill_group(size: int) -> tuple[str, str]:
    """A user group of `size` users, and one more user."""
    other = User.objects.create(
        username=f"member{size}x0", first_name="A", surname="B", created=DAY, last_updated=DAY, attribute_values={}
    )
    members = copies(other, size, username=f"'member{size}x' || n")
    found = UserGroup.objects.create(name=f"Group of {size}", sharing=PUBLIC)
    link(UserGroup.users.through, "usergroup_id", found.pk, members)
    return f"/api/userGroups/{found.uid}", other.uid


def fill_role(size: int) -> tuple[str, str]:
    """A role that `size` users have, and one more user."""
    _, other = fill_group(size)
    role = UserRole.objects.create(name=f"Role of {size}", authorities=["F_A"], sharing=PUBLIC)
    holders = User.objects.filter(username__startswith=f"member{size}x").exclude(uid=other)
    link(User.user_roles.through, "userrole_id", role.pk, holders)
    User.objects.get(uid=other).user_roles.add(UserRole.objects.create(name=f"Own of {size}", sharing=PUBLIC))
    return f"/api/userRoles/{role.uid}", other


def measured(action: Any, *arguments: Any) -> tuple[Any, int]:
    """The count of queries and the peak of memory in KiB."""
    tracemalloc.start()
    with query_counter() as few:
        answer = action(*arguments)
    peak = tracemalloc.get_traced_memory()[1] // 1024
    tracemalloc.stop()
    assert answer.status in (200, 204), answer
    return few.count, peak


@pytest.mark.parametrize("fill", [fill_group, fill_role])
def test_costs_do_not_grow_with_the_members(api: ApiClient, fill: Any) -> None:
    """Of a patch, of one member more, of reading with narrow fields: statements, and memory within 256 KiB."""
    found = []
    for size in (10, 10_000):
        path, other = fill(size)
        api.get("/api/me?fields=id")
        rename = {"op": "replace", "path": "/name", "value": f"Renamed {size}"}
        found.append([
            measured(patch, api, path, rename),
            measured(api.post, f"{path}/users/{other}"),
            measured(api.get, f"{path}?fields=id,name,access"),
            measured(api.delete, f"{path}/users/{other}"),
        ])  # fmt: skip
    few, many = found
    for (queries, peak), (more_queries, more_peak) in zip(few, many, strict=True):
        assert queries == more_queries
        assert more_peak < peak + 256


def test_adding_and_removing_by_patch_neither(api: ApiClient) -> None:
    found = []
    for size in (10, 10_000):
        path, other = fill_group(size)
        api.get("/api/me?fields=id")
        found.append([
            measured(patch, api, path, add("users", other)),
            measured(patch, api, path, remove("users", other)),
        ])  # fmt: skip
        assert UserGroup.objects.get(name=f"Group of {size}").users.count() == size
    for (queries, peak), (more_queries, more_peak) in zip(*found, strict=True):
        assert queries == more_queries
        assert more_peak < peak + 256


def test_default_combos_stay_as_they_are(api: ApiClient) -> None:
    default = CategoryCombo.objects.get(name="default")

    answer = api.post(f"/api/categoryCombos/{default.uid}/categories", {"identifiableObjects": []})

    assert answer.status == 409


def test_what_a_payload_leaves_open_is_not_decided_by_a_patch(api: ApiClient) -> None:
    report = create(api, "eventReport", type="LINE_LIST")
    action = create(api, "programRuleAction", programRuleActionEvaluationEnvironments=["ANDROID"])

    assert api.patch(f"/api/eventReports/{report['id']}", {"name": "Renamed"}).status == 200
    assert patch(api, f"/api/programRuleActions/{action['id']}",
                 {"op": "replace", "path": "/content", "value": "Renamed"}).status == 200  # fmt: skip

    assert api.get(f"/api/eventReports/{report['id']}?fields=type").json == {"type": "LINE_LIST"}
    shown = api.get(f"/api/programRuleActions/{action['id']}?fields=evaluationEnvironments").json
    assert shown == {"evaluationEnvironments": ["ANDROID"]}


def test_a_number_that_no_integer_holds_can_be_read_again(api: ApiClient) -> None:
    made = create(api, "visualization", note={"value": 1e30, "row": [2**63]})
    path = f"/api/visualizations/{made['id']}"

    assert api.get(f"{path}?fields=note").json == {"note": {"value": 1e30, "row": [2**63]}}
    assert patch(api, path, {"op": "add", "path": "/note/more", "value": 1}).status == 200
    assert api.get("/api/visualizations?fields=:owner").status == 200
