"""Actions on one account: enable, disable, expire, replicate (DHIS2 2.42, users, writing)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from metadata.models import CaptureOrganisationUnit, OrganisationUnit
from tests.harness.client import PERSONA_PASSWORD, ApiClient
from tests.personas import persona
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db
NEW = "Nouveau-2x"


def test_a_disabled_account_is_closed_at_once_and_opens_again(api: ApiClient, admin: User, outsider: User) -> None:
    client = Client()
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    client.post("/api/auth/login", body, content_type="application/json")
    key = api.post("/api/apiToken", {}, user="outsider").json["response"]["key"]
    token = {"Authorization": f"ApiToken {key}"}
    assert api.get("/api/me", user=None, headers=token).status == 200

    assert api.post(f"/api/users/{outsider.uid}/disabled").status == 204
    assert client.get("/api/me").status_code == 401
    assert api.get("/api/me", user="outsider").json["message"] == "Account disabled"
    assert api.get("/api/me", user=None, headers=token).status == 401
    assert api.post(f"/api/users/{outsider.uid}/enabled").status == 204
    assert api.get("/api/me", user="outsider").status == 200
    assert api.get("/api/me", user=None, headers=token).status == 200


def test_an_account_expires_now_or_on_a_date_and_comes_back(api: ApiClient, admin: User, outsider: User) -> None:
    path = f"/api/users/{outsider.uid}"
    assert api.post(f"{path}/expired?date=2099-01-01").status == 204
    assert api.get("/api/me", user="outsider").status == 200
    assert api.post(f"{path}/expired").status == 204
    assert api.get("/api/me", user="outsider").json["message"] == "Account expired"
    assert api.post(f"{path}/unexpired").status == 204
    assert api.get("/api/me", user="outsider").status == 200
    assert api.post(f"{path}/expired?date=soon").status == 400


ACTIONS = ["disabled", "enabled", "expired", "unexpired"]


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_keep_to_the_reach_of_the_caller(
    api: ApiClient, admin: User, user_keeper: User, outsider: User, action: str
) -> None:
    assert api.post(f"/api/users/{outsider.uid}/{action}", user="outsider").status == 403
    assert api.post(f"/api/users/{admin.uid}/{action}", user="user_keeper").status == 409
    assert api.post(f"/api/users/zzzzzzzzzz1/{action}").status == 404
    assert api.post(f"/api/users/{outsider.uid}/{action}", user="user_keeper").status == 204


def test_the_last_superuser_stays(api: ApiClient, admin: User) -> None:
    for action in ("disabled", "expired"):
        answer = api.post(f"/api/users/{admin.uid}/{action}")
        assert (answer.status, answer.json["message"]) == (409, "Can not remove the last super user.")
    assert api.get("/api/me").status == 200


def test_a_manager_of_a_group_acts_on_its_users(api: ApiClient, outsider: User) -> None:
    manager = persona("manager", ["F_USER_ADD_WITHIN_MANAGED_GROUP", "F_USER_VIEW"], ["Managers"])
    assert api.post(f"/api/users/{outsider.uid}/disabled", user="manager").status == 409
    managed = UserGroup.objects.create(name="Managed")
    managed.users.add(outsider)
    manager.user_groups.get().managed_groups.add(managed)
    assert api.post(f"/api/users/{outsider.uid}/disabled", user="manager").status == 204


REPLICATOR = ["F_REPLICATE_USER", "F_USER_ADD", "F_USER_VIEW", "F_DATAVALUE_ADD"]


def replicate(api: ApiClient, uid: str, user: str = "admin", **body: Any) -> Any:
    return api.post(f"/api/users/{uid}/replica", {"username": "replica", "password": NEW} | body, user=user)


def test_a_replica_has_places_roles_groups_and_settings(api: ApiClient, admin: User) -> None:
    source = persona("source", ["F_DATAVALUE_ADD"], ["Sources"])
    unit = OrganisationUnit.objects.first()
    CaptureOrganisationUnit.objects.create(user=source, organisation_unit=unit)
    User.objects.filter(pk=source.pk).update(
        code="SRC", open_id="me@id.org", settings={"keyUiLocale": "fr"}, email="source@moh.gov"
    )
    answer = replicate(api, source.uid)

    assert (answer.status, answer.json["message"]) == (201, "User replica created"), answer
    uid = answer.json["response"]["uid"]
    assert answer.headers["Location"].endswith(f"/users/{uid}")
    shown = api.get(f"/api/users/{uid}").json
    assert (shown["username"], shown["email"]) == ("replica", "source@moh.gov")
    assert [g["id"] for g in shown["userGroups"]] == [source.user_groups.get().uid]
    assert [r["id"] for r in shown["userRoles"]] == [source.user_roles.get().uid]
    assert [u["id"] for u in shown["organisationUnits"]] == [unit.uid]
    assert shown.keys().isdisjoint({"code", "openId", "lastLogin"})
    me = api.get("/api/me?fields=settings[keyUiLocale]", user="replica", password=NEW)
    assert me.json == {"settings": {"keyUiLocale": "fr"}}


REFUSED = [
    ({"username": ""}, "Username must be specified"),
    ({"username": "a b"}, "Username is not valid"),
    ({"username": "Admin"}, "Username already taken: Admin"),
    ({"password": ""}, "Password must be specified"),
    ({"password": "nodigits-AAA"}, "Password must have at least one digit"),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_a_replica_needs_a_name_and_a_password(
    api: ApiClient, admin: User, outsider: User, body: dict[str, str], message: str
) -> None:
    answer = replicate(api, outsider.uid, **body)
    assert (answer.status, answer.json["message"]) == (409, message)
    assert not User.objects.filter(username="replica").exists()


def test_nobody_is_replicated(api: ApiClient, admin: User) -> None:
    answer = replicate(api, "zzzzzzzzzz1")
    assert (answer.status, answer.json["message"]) == (409, "User not found: zzzzzzzzzz1")


def test_replication_needs_its_authority(api: ApiClient, user_keeper: User, outsider: User) -> None:
    answer = replicate(api, outsider.uid, user="user_keeper")
    assert answer.status == 403
    assert answer.json["message"] == "Access is denied, requires one Authority from [F_REPLICATE_USER]"


def test_a_replica_is_no_way_to_more_authorities(api: ApiClient, admin: User) -> None:
    persona("replicator", REPLICATOR)
    persona("richer", ["F_SYSTEM_SETTING"])
    for name in ("admin", "richer"):
        source = User.objects.get(username=name)
        assert replicate(api, source.uid, user="replicator").status == 409
    assert not User.objects.filter(username="replica").exists()


def test_creating_a_user_in_version_36_answers_the_report_alone(api: ApiClient, admin: User, outsider: User) -> None:
    payload = {"firstName": "Some", "surname": "Body", "username": "somebody", "password": NEW}
    roles = [{"id": outsider.user_roles.get().uid}]
    answer = api.post("/api/36/users", payload | {"userRoles": roles})
    assert (answer.status, answer.json["status"], answer.json["stats"]["created"]) == (200, "OK", 1)
    refused = api.post("/api/36/users", payload | {"userRoles": roles, "username": "x"})
    assert (refused.status, refused.json["status"]) == (200, "ERROR")
