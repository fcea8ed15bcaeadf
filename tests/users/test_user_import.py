"""Users, roles and groups as objects: rules of the import, memberships, passwords (DHIS2 2.42, users, writing)."""

from __future__ import annotations

from typing import Any

import pytest

from configuration.settings import store_settings
from dhis2api.objects.uids import generate_uid
from metadata.models import CaptureOrganisationUnit, Category, CategoryConstraint, OrganisationUnit
from tests.harness.client import PERSONA_PASSWORD, Answer, ApiClient
from tests.objects.imports import codes, errors, put_in
from tests.personas import persona, private
from users.errors import NOT_MANAGED
from users.models import User, UserGroup, UserRole

pytestmark = pytest.mark.django_db
SUPERUSER_ROLE = "yrB6vc5Ip3r"
PASSWORD = "Nouveau-2x"


def role(name: str, *authorities: str) -> str:
    """The uid of a stored role that everybody may read."""
    return UserRole.objects.create(name=name, authorities=authorities, sharing=private() | {"public": "r-------"}).uid


@pytest.fixture
def plain_role(db: None) -> str:
    return role("Plain", "F_DATAVALUE_ADD")


def somebody(role_uid: str | None, **members: Any) -> dict[str, Any]:
    payload = {
        "id": generate_uid(),
        "firstName": "Some",
        "surname": "Body",
        "username": "somebody",
        "password": PASSWORD,
    }
    payload["userRoles"] = [{"id": role_uid}] if role_uid else []
    return payload | members


def create(api: ApiClient, payload: dict[str, Any], user: str = "user_keeper") -> Answer:
    return api.post("/api/users", payload, user=user)


def test_a_user_is_created_and_logs_in(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    payload = somebody(plain_role, email="some@body.org")

    answer = create(api, payload)

    assert (answer.status, answer.json["response"]["klass"]) == (201, "org.hisp.dhis.user.User"), answer
    assert api.get("/api/me?fields=username", user="somebody", password=PASSWORD).json == {"username": "somebody"}


def test_an_open_id_is_one_users(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    first = somebody(plain_role, openId="me@id.org")
    assert create(api, first).status == 201
    assert create(api, somebody(plain_role, username="another")).status == 201
    assert errors(create(api, somebody(plain_role, username="third", openId="me@id.org"))) == [("E4054", "openId")]
    assert api.put(f"/api/users/{first['id']}", first | {"surname": "New"}, user="admin").status == 200


def test_no_password_is_ever_shown(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    payload = somebody(plain_role)
    create(api, payload)
    stored = User.objects.get(username="somebody").password

    for path in ("users?fields=*,password&paging=false", f"users/{payload['id']}", "metadata?users=true",
     "me?fields=*,password",
                 f"users/{payload['id']}?fields=password,userCredentials[password]", "schemas/user"):  # fmt: skip
        text = api.get(f"/api/{path}", user="admin").text
        assert PASSWORD not in text
        assert stored not in text
        assert '"password"' not in text
    refused = create(api, somebody(plain_role, username="another", password="tellnobody"))
    assert "tellnobody" not in refused.text


REFUSED = [
    ("E4049", "username", {"username": "abc"}), ("E4049", "username", {"username": "a b c d"}),
    ("E4049", "username", {"username": "_abcd"}), ("E4049", "username", {"username": "ab..cd"}),
    ("E4000", "username", {"username": None}), ("E4000", "surname", {"surname": None}),
    ("E4003", "email", {"email": "nobody"}), ("E4054", "username", {"username": "admin"}),
    ("E4055", "userRoles", {"userRoles": []}), ("E5002", "userRole", {"userRoles": [{"id": "zzzzzzzzzz1"}]}),
    ("E4005", "password", {"password": "short"}), ("E4005", "password", {"password": "nodigits-AAA"}),
    ("E4005", "password", {"password": 12345678}), ("E4014", None, {"id": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "prop", "members"), REFUSED, ids=[f"{c} {m}" for c, _, m in REFUSED])
def test_refused_content(
    api: ApiClient, plain_role: str, user_keeper: User, code: str, prop: str | None, members: dict[str, Any]
) -> None:
    answer = create(api, somebody(plain_role, **members))

    assert answer.status == 409
    assert (code, prop) in errors(answer)
    assert not User.objects.filter(username="somebody").exists()


def test_e4054_two_users_of_one_payload(api: ApiClient) -> None:
    answer = put_in(api, users=[somebody(SUPERUSER_ROLE), somebody(SUPERUSER_ROLE)])

    assert codes(answer) == ["E4054"]


def test_e4056_a_username_stays(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    payload = somebody(plain_role)
    create(api, payload)

    answer = api.put(f"/api/users/{payload['id']}", payload | {"username": "changed"}, user="user_keeper")
    assert errors(answer) == [("E4056", "username")]


def test_e3003_roles_with_more_than_the_caller_has(api: ApiClient, user_keeper: User) -> None:
    strong = role("Strong", "F_DATAVALUE_ADD", "F_SYSTEM_SETTING")
    own = user_keeper.user_roles.get()

    assert errors(create(api, somebody(strong))) == [("E3003", "userRoles")]
    assert errors(create(api, somebody(own.uid))) == [("E3003", "userRoles")]


def test_e3032_the_superusers_role_and_e3041_a_superuser(api: ApiClient, admin: User, user_keeper: User) -> None:
    UserRole.objects.filter(uid=SUPERUSER_ROLE).update(sharing=private() | {"public": "r-------"})

    assert errors(create(api, somebody(SUPERUSER_ROLE))) == [("E3032", "userRoles")]
    stored = api.get(f"/api/users/{admin.uid}?fields=:owner", user="user_keeper").json
    taken = put_in(api, user="user_keeper", users=[stored | {"password": PASSWORD}])
    assert {"E3032", "E3041"} <= set(codes(taken))
    assert api.get("/api/me", user="admin").status == 200


@pytest.mark.parametrize("authorities", [["ALL"], ["F_SYSTEM_SETTING"]])
def test_nobody_writes_into_a_role_what_he_has_not(api: ApiClient, editor: User, authorities: list[str]) -> None:
    answer = api.post("/api/userRoles", {"name": "Better", "authorities": authorities}, user="editor")

    assert codes(answer) == ["E3032" if "ALL" in authorities else "E3003"]
    assert api.post("/api/userRoles", {"name": "Equal", "authorities": ["F_USER_VIEW"]}, user="editor").status == 201


def test_e7617_org_units_of_the_own_hierarchy_only(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    bo = OrganisationUnit.objects.get(uid="O6uvpzGd5pu")
    CaptureOrganisationUnit.objects.create(user=user_keeper, organisation_unit=bo)
    root, below = {"id": "ImspTQPwCqd"}, {"id": bo.children.first().uid}

    outside = create(api, somebody(plain_role, organisationUnits=[root], dataViewOrganisationUnits=[root, below]))
    assert errors(outside) == [("E7617", "organisationUnits"), ("E7617", "dataViewOrganisationUnits")]
    assert create(api, somebody(plain_role, organisationUnits=[below])).status == 201


def test_credentials_of_older_versions(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    nested = {"username": "nested", "password": PASSWORD, "userRoles": [{"id": plain_role}], "disabled": False}
    payload = {"id": generate_uid(), "firstName": "Old", "surname": "Client", "userCredentials": nested}

    assert create(api, payload).status == 201
    shown = api.get(f"/api/users/{payload['id']}?fields=username,userCredentials").json
    assert (shown["username"], shown["userCredentials"]["username"]) == ("nested", "nested")
    assert shown["userCredentials"]["userRoles"] == [{"id": plain_role}]
    assert api.get("/api/me", user="nested", password=PASSWORD).status == 200


def test_an_update_without_password_keeps_it(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    payload = somebody(plain_role)
    create(api, payload)
    del payload["password"]

    assert api.put(f"/api/users/{payload['id']}", payload | {"surname": "Other"}, user="user_keeper").status == 200
    assert api.get("/api/me?fields=surname", user="somebody", password=PASSWORD).json == {"surname": "Other"}
    assert (
        api.patch(f"/api/users/{payload['id']}", [{"op": "replace", "path": "/surname", "value": "Third"}]).status
        == 200
    )
    assert api.get("/api/me?fields=surname", user="somebody", password=PASSWORD).json == {"surname": "Third"}


def test_what_the_server_keeps_of_a_user_is_not_written(api: ApiClient, plain_role: str) -> None:
    payload = somebody(
        plain_role, lastLogin="2001-01-01", failedLogins=9, passwordLastUpdated="2001-01-01", settings={"a": 1}
    )
    create(api, payload, "admin")

    user = User.objects.get(username="somebody")
    assert (user.last_login, user.failed_logins, user.settings) == (None, 0, {})
    assert user.password_last_updated.year > 2001


def test_groups_of_a_single_user_follow_the_payload(api: ApiClient, plain_role: str) -> None:
    first, second = (UserGroup.objects.create(name=n, sharing=private()) for n in ("First", "Second"))
    payload = somebody(plain_role, userGroups=[{"id": first.uid}])
    create(api, payload, "admin")
    assert list(first.users.values_list("username", flat=True)) == ["somebody"]

    put_in(api, users=[payload | {"userGroups": [{"id": second.uid}]}])
    assert first.users.exists()  # /api/metadata leaves membership to the groups
    api.put(f"/api/users/{payload['id']}", payload | {"userGroups": [{"id": second.uid}]})
    assert not first.users.exists()
    assert second.users.exists()


def test_groups_that_the_caller_may_not_change(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    """Nobody reaches what is shared with a group by putting a user into it."""
    foreign = UserGroup.objects.create(name="Foreign", sharing=private() | {"public": "r-------"})
    payload = somebody(plain_role, userGroups=[{"id": foreign.uid}])

    refused = create(api, payload)
    assert (refused.status, refused.json["message"]) == (
        409, f"You don't have permissions to add user to user group: {foreign.uid}",
    )  # fmt: skip
    assert create(api, payload, "admin").status == 201
    assert api.put(f"/api/users/{payload['id']}", payload | {"userGroups": []}, user="user_keeper").status == 200
    assert foreign.users.filter(username="somebody").exists()


def test_users_within_managed_groups(api: ApiClient, plain_role: str) -> None:
    """F_USER_ADD_WITHIN_MANAGED_GROUP: only users of a group that one of the caller's own groups manages."""
    caller = persona("manager", ["F_USER_ADD_WITHIN_MANAGED_GROUP", "F_USER_VIEW", "F_DATAVALUE_ADD",
                                 "F_USERGROUP_PRIVATE_ADD"], ["Managers"])  # fmt: skip
    managed = UserGroup.objects.create(name="Managed", sharing=private(caller.uid))
    payload = somebody(plain_role)

    refused = create(api, payload, "manager")
    assert (refused.status, refused.json["message"]) == (
        409, "You must have permissions to create user, or ability to manage at least one user group for the user.",
    )  # fmt: skip
    UserGroup.objects.get(name="Managers").managed_groups.add(managed)
    assert create(api, payload | {"userGroups": [{"id": managed.uid}]}, "manager").status == 201


def test_only_who_may_reads_and_exports_users(api: ApiClient, outsider: User) -> None:
    persona("exporter", ["F_METADATA_EXPORT"])

    assert api.get(f"/api/users/{outsider.uid}", user="outsider").status == 403
    refused = api.get("/api/metadata?users=true", user="outsider")
    assert (refused.status, refused.json["message"]) == (
        409, "Exporting user metadata requires the 'F_USER_VIEW' authority.",
    )  # fmt: skip
    refused = api.get("/api/metadata", user="outsider")
    assert (refused.status, refused.json["message"]) == (
        409, "Unfiltered access to metadata export requires super user or 'F_METADATA_EXPORT' authority.",
    )  # fmt: skip
    assert api.get("/api/metadata?dataElements=true", user="outsider").status == 200


def test_deleting_users_is_guarded_as_changing_them_is(api: ApiClient, admin: User, user_keeper: User) -> None:
    persona("second_superuser", ["ALL"])
    persona("remover", ["F_USER_DELETE_WITHIN_MANAGED_GROUP", "F_USER_VIEW"])

    assert api.delete(f"/api/users/{admin.uid}", user="user_keeper").json["message"] == NOT_MANAGED.template
    removal = put_in(api, "importStrategy=DELETE", "user_keeper", users=[{"id": admin.uid}])
    assert codes(removal) == ["E3041"]
    refused = api.delete(f"/api/users/{user_keeper.uid}", user="remover")
    assert (refused.status, refused.json["message"][:43]) == (409, "You must have permissions to create user, o")
    assert User.objects.filter(pk__in=[admin.pk, user_keeper.pk]).count() == 2


def test_e3005_in_a_metadata_import(api: ApiClient, plain_role: str) -> None:
    persona("manager", ["F_USER_ADD_WITHIN_MANAGED_GROUP", "F_DATAVALUE_ADD"], ["Managers"])

    assert errors(put_in(api, user="manager", users=[somebody(plain_role)])) == [("E3005", "userGroups")]


def test_a_role_that_somebody_has_stays(api: ApiClient, outsider: User) -> None:
    held = outsider.user_roles.get()

    answer = api.delete(f"/api/userRoles/{held.uid}")
    assert (answer.status, codes(answer)) == (409, ["E4030"])


def test_a_deleted_user_is_gone(api: ApiClient, outsider: User) -> None:
    assert api.delete(f"/api/users/{outsider.uid}").status == 200
    assert api.get("/api/me", user="outsider", password=PERSONA_PASSWORD).status == 401


def test_patches_of_groups_touch_no_others(api: ApiClient, plain_role: str) -> None:
    first, second, third = (UserGroup.objects.create(name=n, sharing=private()) for n in ("First", "Second", "Third"))
    payload = somebody(plain_role, userGroups=[{"id": first.uid}, {"id": second.uid}])
    create(api, payload, "admin")
    path = f"/api/users/{payload['id']}"

    def groups_after(*operations: dict[str, Any]) -> set[str]:
        answer = api.patch(path, list(operations), content_type="application/json-patch+json")
        assert answer.status == 200, answer
        return set(UserGroup.objects.filter(users__username="somebody").values_list("name", flat=True))

    assert groups_after({"op": "remove-by-id", "path": "/userGroups", "id": first.uid}) == {"Second"}
    assert groups_after({"op": "add", "path": "/userGroups/-", "value": {"id": third.uid}}) == {"Second", "Third"}
    assert groups_after({"op": "add", "path": "/userGroups", "value": [{"id": first.uid}]}) == {"First"}


def test_new_users_inherit_the_limits_of_their_creator(api: ApiClient, plain_role: str, user_keeper: User) -> None:
    category = Category.objects.order_by("pk").first()
    CategoryConstraint.objects.create(user=user_keeper, category=category)
    payload = somebody(plain_role, catDimensionConstraints=[])
    assert create(api, payload).status == 201
    shown = api.get(f"/api/users/{payload['id']}?fields=catDimensionConstraints").json
    assert shown == {"catDimensionConstraints": [{"id": category.uid}]}


def test_own_roles_are_given_where_the_system_lets_their_holders(
    api: ApiClient, plain_role: str, user_keeper: User
) -> None:
    own = role("Own", "F_DATAVALUE_ADD")
    user_keeper.user_roles.add(UserRole.objects.get(uid=own))
    assert errors(create(api, somebody(own))) == [("E3003", "userRoles")]
    store_settings({"keyCanGrantOwnUserAuthorityGroups": True})
    assert create(api, somebody(own)).status == 201
    beyond = role("Beyond", "F_SYSTEM_SETTING")
    assert errors(create(api, somebody(beyond, username="somebody_else"))) == [("E3003", "userRoles")]
