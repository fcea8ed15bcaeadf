"""`/api/{type}/{id}/{collection}`: members come and go (DHIS2 2.42, metadata API, collections)."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.errors import NO_DELETE, NO_UPDATE
from dhis2api.objects.uids import generate_uid
from metadata.models import CategoryCombo, DataElement, DataElementGroup, OptionSet, OrganisationUnit
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import PUBLIC, element, group, store
from tests.objects.imports import put_in
from tests.objects.payloads import create
from tests.personas import persona, private
from users.models import User, UserGroup, UserRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def elements() -> list[DataElement]:
    return store([element(f"Member {number}") for number in range(4)])


@pytest.fixture
def some_group(elements: list[DataElement]) -> DataElementGroup:
    """A group of the first two."""
    return group("Some group", elements[:2])


def path(found: DataElementGroup, more: str = "") -> str:
    return f"/api/dataElementGroups/{found.uid}/dataElements{more}"


def ids(*rows: Any) -> dict[str, Any]:
    return {"identifiableObjects": [{"id": getattr(row, "uid", row)} for row in rows]}


def counts(answer: Answer) -> tuple[int, int, int]:
    """Updated, deleted, ignored."""
    found = answer.json["response"]["stats"]
    assert (found["created"], found["total"]) == (0, found["updated"] + found["deleted"] + found["ignored"])
    return found["updated"], found["deleted"], found["ignored"]


def members(found: DataElementGroup) -> set[str]:
    return set(found.data_elements.values_list("name", flat=True))


def test_a_member_is_added_and_removed_by_its_address(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    added = api.post(path(some_group, f"/{elements[2].uid}"))
    assert added.json == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "OK",
        "response": {
            "responseType": "TypeReport", "status": "OK",
            "stats": {"created": 0, "updated": 1, "deleted": 0, "ignored": 0, "total": 1}, "objectReports": [],
        },
    }  # fmt: skip
    assert members(some_group) == {"Member 0", "Member 1", "Member 2"}

    removed = api.delete(path(some_group, f"/{elements[0].uid}"))
    assert (removed.status, counts(removed)) == (200, (0, 1, 0))
    assert members(some_group) == {"Member 1", "Member 2"}


def test_what_is_there_already_or_gone_already_is_ignored(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    assert counts(api.post(path(some_group, f"/{elements[0].uid}"))) == (0, 0, 1)
    assert counts(api.delete(path(some_group, f"/{elements[3].uid}"))) == (0, 0, 1)


def test_an_unknown_item_is_skipped(api: ApiClient, some_group: DataElementGroup) -> None:
    answer = api.post(path(some_group, "/unknownUid1"))

    assert (answer.status, counts(answer)) == (200, (0, 0, 0))


@pytest.mark.parametrize(
    ("verb", "expected", "left"),
    [
        ("post", (1, 0, 1), {"Member 0", "Member 1", "Member 2"}),
        ("put", (2, 2, 0), {"Member 1", "Member 2"}),
        ("delete", (0, 1, 1), {"Member 0"}),
    ],
)
def test_many_at_once(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement], verb: str,
    expected: tuple[int, int, int], left: set[str],
) -> None:  # fmt: skip
    answer = getattr(api, verb)(path(some_group), ids(elements[1], elements[2], "unknownUid1"))

    assert (answer.status, counts(answer)) == (200, expected), answer
    assert members(some_group) == left


def test_deletions_come_before_additions(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    body = {
        "additions": [{"id": elements[3].uid}, {"id": elements[0].uid}],
        "deletions": [{"id": elements[0].uid}, {"id": elements[1].uid}],
    }

    assert counts(api.post(path(some_group), body)) == (2, 2, 0)
    assert members(some_group) == {"Member 0", "Member 3"}


def test_versions_up_to_36_answer_without_a_body(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    answer = api.post(path(some_group, f"/{elements[2].uid}").replace("/api/", "/api/36/"))

    assert (answer.status, answer.text) == (204, "")
    assert "Member 2" in members(some_group)


def test_an_ordered_collection_gains_members_at_its_end(api: ApiClient) -> None:
    first, second, third = (create(api, "dataElementGroup") for _ in range(3))
    made = create(api, "dataElementGroupSet", dataElementGroups=[{"id": second["id"]}, {"id": first["id"]}])
    address = f"/api/dataElementGroupSets/{made['id']}/dataElementGroups"

    assert api.post(f"{address}/{third['id']}").status == 200
    shown = api.get(f"{address}?fields=id").json["dataElementGroups"]
    assert [item["id"] for item in shown] == [second["id"], first["id"], third["id"]]


def test_the_other_side_changes_the_owner(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    address = f"/api/dataElements/{elements[3].uid}/dataElementGroups"
    before = some_group.last_updated

    assert counts(api.post(f"{address}/{some_group.uid}")) == (1, 0, 0)
    assert "Member 3" in members(some_group)
    some_group.refresh_from_db()
    assert some_group.last_updated > before

    assert counts(api.put(address, ids())) == (0, 1, 0)
    assert "Member 3" not in members(some_group)


def test_the_other_side_of_a_reference(api: ApiClient) -> None:
    made = create(api, "optionSet", valueType="TEXT")
    option = create(api, "option", code="A")
    address = f"/api/optionSets/{made['id']}/options"

    assert counts(api.post(f"{address}/{option['id']}")) == (1, 0, 0)
    assert OptionSet.objects.get(uid=made["id"]).options.get().code == "A"
    assert counts(api.delete(f"{address}/{option['id']}")) == (0, 1, 0)
    assert not OptionSet.objects.get(uid=made["id"]).options.exists()


def test_a_member_that_cannot_be_without_its_owner_stays(api: ApiClient) -> None:
    section = create(api, "section")
    data_set = api.get(f"/api/sections/{section['id']}?fields=dataSet").json["dataSet"]["id"]

    answer = api.delete(f"/api/dataSets/{data_set}/sections/{section['id']}")

    report = answer.json["response"]["objectReports"][0]["errorReports"][0]
    assert (answer.status, report["errorCode"]) == (409, "E1109")
    assert report["message"] == "Could not remove item from collection: Missing required property `dataSet`"
    assert api.get(f"/api/sections/{section['id']}").status == 200


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        ("post", "Only identifiable object collections can be added to."),
        ("put", "Only identifiable object collections can be replaced."),
        ("delete", "Only identifiable object collections can be removed from."),
    ],
)
@pytest.mark.parametrize("name", ["name", "translations", "sharing"])
def test_what_is_no_collection_of_objects(
    api: ApiClient, some_group: DataElementGroup, verb: str, message: str, name: str
) -> None:
    if verb == "put" and name in ("translations", "sharing"):
        return  # endpoints of their own
    answer = getattr(api, verb)(f"/api/dataElementGroups/{some_group.uid}/{name}", ids())

    assert (answer.status, answer.json["message"]) == (409, message)


def test_an_unknown_collection(api: ApiClient, some_group: DataElementGroup) -> None:
    for answer in (
        api.post(f"/api/dataElementGroups/{some_group.uid}/indicators", ids()),
        api.get(f"/api/dataElementGroups/{some_group.uid}/indicators"),
    ):
        expected = "Property indicators does not exist on org.hisp.dhis.dataelement.DataElementGroup"
        assert (answer.status, answer.json["message"]) == (404, expected)


@pytest.mark.parametrize(
    ("body", "place"),
    [([], "the list `identifiableObjects`"), ({"identifiableObjects": 1}, "the list `identifiableObjects`"),
     ({"identifiableObjects": [{"id": "a"}, {"code": "b"}]}, "`identifiableObjects[1]`"),
     ({"additions": [7]}, "`additions[0]`")],
)  # fmt: skip
def test_a_malformed_body_names_the_place(api: ApiClient, some_group: DataElementGroup, body: Any, place: str) -> None:
    answer = api.post(path(some_group), body)

    assert answer.status == 400
    assert place in answer.json["message"]


@pytest.mark.parametrize("body", [{}, {"dataElements": []}, {"additions": []}])
def test_a_replacement_that_names_no_list_empties_nothing(
    api: ApiClient, some_group: DataElementGroup, body: dict[str, Any]
) -> None:
    answer = api.put(path(some_group), body)

    assert (answer.status, answer.json["message"]) == (
        400, "The body must be a JSON object with the list `identifiableObjects`"
    )  # fmt: skip
    assert members(some_group) == {"Member 0", "Member 1"}


def test_who_may_not_change_the_object_is_refused(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement], outsider: User
) -> None:
    answer = api.post(path(some_group, f"/{elements[2].uid}"), user="outsider")

    assert (answer.status, answer.json["message"]) == (
        403, "You don't have the proper permissions to update this object."
    )  # fmt: skip
    DataElementGroup.objects.update(sharing=private())
    assert api.post(path(some_group, f"/{elements[2].uid}"), user="outsider").status == 404
    assert members(some_group) == {"Member 0", "Member 1"}


def test_the_other_side_is_no_way_around_the_owners_access(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement], editor: User
) -> None:
    DataElementGroup.objects.update(sharing=PUBLIC | {"public": "r-------"})

    answer = api.post(f"/api/dataElements/{elements[3].uid}/dataElementGroups/{some_group.uid}", user="editor")

    report = answer.json["response"]["objectReports"][0]
    assert (answer.status, report["uid"], counts(answer)) == (409, some_group.uid, (0, 0, 1))
    assert report["errorReports"][0]["errorCode"] == "E1108"
    assert report["errorReports"][0]["message"].startswith("Could not add item to collection: User `editor`")
    assert members(some_group) == {"Member 0", "Member 1"}


def test_a_refusal_does_not_name_what_the_caller_may_not_read(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement], editor: User
) -> None:
    DataElementGroup.objects.update(sharing=private())

    answer = api.post(f"/api/dataElements/{elements[3].uid}/dataElementGroups/{some_group.uid}", user="editor")

    assert answer.status == 409
    assert "Some group" not in answer.text


def test_an_unreadable_item_is_refused(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement], editor: User
) -> None:
    DataElement.objects.filter(pk=elements[3].pk).update(sharing=private())

    answer = api.post(path(some_group), ids(elements[2], elements[3]), user="editor")

    assert (answer.status, answer.json["response"]["status"]) == (409, "ERROR")
    assert members(some_group) == {"Member 0", "Member 1"}  # all or none


def test_rules_of_the_type_hold(api: ApiClient) -> None:
    """E1122 and its like are asked of what stands in the collection after the change."""
    combo = CategoryCombo.objects.exclude(name="default").first()
    more = [create(api, "category", categoryOptions=[{"id": "xYerKDKCefk"}])["id"] for _ in range(6)]

    answer = api.put(f"/api/categoryCombos/{combo.uid}/categories", ids(*more))

    assert answer.status == 409
    assert "Could not add item to collection" in answer.text


def test_moving_a_unit_by_the_children_of_another(api: ApiClient) -> None:
    units = OrganisationUnit.objects.filter(hierarchy_level=3).order_by("pk")
    moved, target = units.first(), OrganisationUnit.objects.filter(hierarchy_level=2).last()
    assert moved.parent_id != target.pk

    assert counts(api.post(f"/api/organisationUnits/{target.uid}/children", ids(moved))) == (1, 0, 0)
    moved.refresh_from_db()
    assert (moved.parent_id, moved.path) == (target.pk, f"{target.path}/{moved.uid}")


def test_legacy_faults_elsewhere_do_not_stand_in_the_way(
    api: ApiClient, some_group: DataElementGroup, elements: list[DataElement]
) -> None:
    """A new mandatory attribute must not lock the members of old groups."""
    create(api, "attribute", valueType="TEXT", mandatory=True, dataElementGroupAttribute=True)

    assert counts(api.post(path(some_group, f"/{elements[2].uid}"))) == (1, 0, 0)


class TestUsers:
    """Guards of users, roles and groups hold here too."""

    def test_a_role_is_given_and_taken_without_a_body(self, api: ApiClient) -> None:
        role = UserRole.objects.create(name="Given", authorities=[], sharing=PUBLIC)
        user = create(api, "user")["id"]
        address = f"/api/userRoles/{role.uid}/users/{user}"

        for verb in (api.post, api.put):
            answer = verb(address)
            assert (answer.status, answer.text) == (204, "")
            assert set(User.objects.get(uid=user).user_roles.values_list("name", flat=True)) >= {"Given"}
        assert api.delete(address).status == 204
        assert not User.objects.filter(user_roles=role).exists()

    def test_nobody_gives_a_role_beyond_his_own_rights(self, api: ApiClient, user_keeper: User) -> None:
        role = UserRole.objects.create(name="All", authorities=["ALL"], sharing=PUBLIC)
        user = create(api, "user")["id"]

        answer = api.post(f"/api/userRoles/{role.uid}/users/{user}", user="user_keeper")

        assert (answer.status, answer.json["message"]) == (403, NO_UPDATE.template)
        assert not User.objects.filter(user_roles=role).exists()

    @pytest.mark.parametrize("authorities", [[], ["F_USERROLE_PUBLIC_ADD"]], ids=["of users", "of roles, too"])
    def test_nobody_takes_a_role_that_he_could_not_give(self, api: ApiClient, authorities: list[str]) -> None:
        persona("keeper", ["F_USER_ADD", "F_USER_VIEW", *authorities])
        role = UserRole.objects.create(name="Strong", authorities=["F_SYSTEM_SETTING"], sharing=PUBLIC)
        user = create(api, "user")["id"]
        User.objects.get(uid=user).user_roles.add(role)

        given = api.post(f"/api/userRoles/{role.uid}/users/{user}", user="keeper")
        taken = api.delete(f"/api/userRoles/{role.uid}/users/{user}", user="keeper")

        assert (given.status, given.json["message"]) == (403, NO_UPDATE.template)
        assert (taken.status, taken.json["message"]) == (403, NO_DELETE.template)
        assert User.objects.filter(user_roles=role).exists()

    def test_a_role_is_given_to_users_that_there_are(self, api: ApiClient) -> None:
        role = UserRole.objects.create(name="Given", authorities=[], sharing=PUBLIC)

        for verb in (api.post, api.delete):
            answer = verb(f"/api/userRoles/{role.uid}/users/abcdefghij1")
            assert (answer.status, answer.json["message"]) == (404, "User does not exist: abcdefghij1")

    def test_the_rules_of_users_are_asked(self, api: ApiClient) -> None:
        """E4055: nobody is without a role."""
        role = UserRole.objects.create(name="Only one", authorities=[], sharing=PUBLIC)
        user = create(api, "user", userRoles=[{"id": role.uid}])["id"]

        answer = api.delete(f"/api/userRoles/{role.uid}/users/{user}")

        report = answer.json["response"]["objectReports"][0]["errorReports"][0]
        assert (answer.status, report["errorCode"]) == (409, "E1109")
        assert User.objects.get(uid=user).user_roles.get() == role

    def test_the_last_superuser_keeps_his_role(self, api: ApiClient, admin: User) -> None:
        role = admin.user_roles.get(authorities__contains=["ALL"])

        answer = api.delete(f"/api/userRoles/{role.uid}/users/{admin.uid}")

        assert answer.status == 409
        assert admin.user_roles.filter(pk=role.pk).exists()

    def test_groups_of_a_user_are_the_groups_own_affair(self, api: ApiClient, editor: User, admin: User) -> None:
        closed = UserGroup.objects.create(name="Closed", sharing=private(admin.uid))

        answer = api.post(f"/api/users/{editor.uid}/userGroups/{closed.uid}", user="editor")

        assert answer.status == 409
        assert not closed.users.exists()


@pytest.mark.parametrize("verb", ["post", "delete"])
def test_the_number_of_queries_does_not_grow_with_the_items(api: ApiClient, verb: str) -> None:
    found = []
    for size in (5, 500):
        rows = store([element(f"{verb} {size} {number}") for number in range(size)])
        made = group(f"{verb} {size}", rows if verb == "delete" else ())
        api.get("/api/me?fields=id")
        with query_counter() as few:
            answer = getattr(api, verb)(path(made), ids(*rows))
        assert answer.status == 200
        assert made.data_elements.count() == (size if verb == "post" else 0)
        found.append(few.count)
    assert found[0] == found[1]


def test_neither_with_the_owners_on_the_other_side(api: ApiClient) -> None:
    found = []
    for size in (5, 500):
        row = store([element(f"Popular {size}")])[0]
        groups = [group(f"Of {size} {number}") for number in range(size)]
        with query_counter() as few:
            answer = api.post(f"/api/dataElements/{row.uid}/dataElementGroups", ids(*groups))
        assert (answer.status, counts(answer)) == (200, (size, 0, 0))
        found.append(few.count)
    assert found[0] == found[1]


def test_put_in_still_counts_members_of_a_payload(api: ApiClient, some_group: DataElementGroup) -> None:
    """An import of the whole object replaces what the addresses changed."""
    shown = api.get(f"/api/dataElementGroups/{some_group.uid}?fields=:owner").json
    api.put(path(some_group), ids())

    assert put_in(api, dataElementGroups=[shown]).status == 200
    assert members(some_group) == {"Member 0", "Member 1"}


def test_up_to_36_a_member_is_read_through_its_collection(api: ApiClient, some_group: DataElementGroup) -> None:
    inside, outside = some_group.data_elements.first(), store([element("Outside")])[0]

    found = api.get(f"/api/36/dataElementGroups/{some_group.uid}/dataElements/{inside.uid}?fields=id,name")

    assert (found.status, found.json) == (200, {"id": inside.uid, "name": inside.name})
    assert api.get(f"/api/36/dataElementGroups/{some_group.uid}/dataElements/{outside.uid}").status == 404
    assert api.get(f"/api/36/dataElementGroups/{some_group.uid}/name/{inside.uid}").status == 404
    assert api.get(f"/api/36/dataElementGroups/{generate_uid()}/dataElements/{inside.uid}").status == 404
    assert api.get(f"/api/37/dataElementGroups/{some_group.uid}/dataElements/{inside.uid}").status == 404
