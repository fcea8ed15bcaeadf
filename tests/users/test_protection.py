"""Who may take over, lock out or log out whom (DHIS2 2.42, users, writing; authorities, roles, groups)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from configuration.settings import store_settings
from tests.harness.client import PERSONA_PASSWORD, Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import codes, errors, put_in
from tests.personas import persona, private
from users.errors import LAST_SUPERUSER, NOT_MANAGED
from users.models import User, UserGroup, UserRole

PASSWORD = "Nouveau-2x"


@pytest.fixture
def strong(db: None) -> User:
    """Holds an authority that `user_keeper` has not."""
    return persona("strong", ["F_USER_VIEW", "F_SYSTEM_SETTING"])


@pytest.fixture
def weak_role(db: None) -> str:
    """The uid of a role whose authorities `user_keeper` holds."""
    sharing = private() | {"public": "r-------"}
    return UserRole.objects.create(name="Weak", authorities=["F_DATAVALUE_ADD"], sharing=sharing).uid


def taking_over(user: User, role: str) -> dict[str, Any]:
    return {
        "id": user.uid, "username": user.username, "firstName": "Taken", "surname": "Over", "password": PASSWORD,
        "userRoles": [{"id": role}],
    }  # fmt: skip


def by_put(api: ApiClient, user: User, role: str) -> Answer:
    return api.put(f"/api/users/{user.uid}", taking_over(user, role), user="user_keeper")


def by_password(api: ApiClient, user: User, role: str) -> Answer:
    operations = [{"op": "replace", "path": "/password", "value": PASSWORD}]
    return api.patch(f"/api/users/{user.uid}", operations, user="user_keeper")


def by_disabling(api: ApiClient, user: User, role: str) -> Answer:
    operations = [{"op": "replace", "path": "/disabled", "value": True}]
    return api.patch(f"/api/users/{user.uid}", operations, user="user_keeper")


def by_deleting(api: ApiClient, user: User, role: str) -> Answer:
    return api.delete(f"/api/users/{user.uid}", user="user_keeper")


@pytest.mark.parametrize("attempt", [by_put, by_password, by_disabling, by_deleting])
@pytest.mark.parametrize("victim", ["strong", "admin"])
def test_nobody_takes_over_a_user_with_more_authorities(
    api: ApiClient, strong: User, weak_role: str, user_keeper: User, victim: str, attempt: Callable[..., Answer]
) -> None:
    user = User.objects.get(username=victim)
    before = User.objects.filter(pk=user.pk).values().get()

    refused = attempt(api, user, weak_role)

    assert (refused.status, refused.json["message"]) == (409, NOT_MANAGED.template)
    assert User.objects.filter(pk=user.pk).values().get() == before


@pytest.mark.parametrize(("victim", "code"), [("strong", "E3003"), ("admin", "E3041")])
@pytest.mark.parametrize("strategy", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("mode", ["ALL", "NONE"])
def test_nor_by_a_metadata_import(
    api: ApiClient, strong: User, weak_role: str, user_keeper: User, victim: str, code: str, strategy: str, mode: str
) -> None:
    user = User.objects.get(username=victim)
    before = User.objects.filter(pk=user.pk).values().get()

    query = f"importStrategy={strategy}&atomicMode={mode}"
    refused = put_in(api, query, "user_keeper", users=[taking_over(user, weak_role)])

    assert codes(refused) == [code]
    assert User.objects.filter(pk=user.pk).values().get() == before


def test_equals_are_managed(api: ApiClient, weak_role: str, user_keeper: User) -> None:
    equal = persona("equal", ["F_USER_VIEW"])

    assert by_put(api, equal, weak_role).status == 200
    assert api.get("/api/me", user="equal", password=PASSWORD).status == 200


def patched(path: str, value: object) -> Callable[[ApiClient, User, UserRole], Answer]:
    def attempt(api: ApiClient, admin: User, role: UserRole) -> Answer:
        return api.patch(f"/api/users/{admin.uid}", [{"op": "replace", "path": path, "value": value}])

    return attempt


def emptied_role(api: ApiClient, admin: User, role: UserRole) -> Answer:
    return api.put(f"/api/userRoles/{role.uid}", {"name": role.name, "authorities": ["F_USER_VIEW"]})


def other_roles(api: ApiClient, admin: User, role: UserRole) -> Answer:
    weak = UserRole.objects.create(name="Weak", authorities=[], sharing=private())
    return patched("/userRoles", [{"id": weak.uid}])(api, admin, role)


def imported(query: str) -> Callable[[ApiClient, User, UserRole], Answer]:
    def attempt(api: ApiClient, admin: User, role: UserRole) -> Answer:
        stored = api.get(f"/api/users/{admin.uid}?fields=:owner").json
        return put_in(api, query, users=[stored | {"disabled": True}])

    return attempt


LAST = {
    "disabled": patched("/disabled", True),
    "expired": patched("/accountExpiry", "2020-01-01"),
    "role emptied": emptied_role,
    "other roles": other_roles,
    "deleted": lambda api, admin, role: api.delete(f"/api/users/{admin.uid}"),
    "imported": imported(""),
    "validated": imported("importMode=VALIDATE"),
    "imported in parts": imported("atomicMode=NONE"),
}


@pytest.mark.parametrize("attempt", LAST.values(), ids=LAST)
def test_the_last_superuser_stays(
    api: ApiClient, admin: User, attempt: Callable[[ApiClient, User, UserRole], Answer]
) -> None:
    """Those beside him do not count: one is disabled, one expired, one has no password."""
    for username, state in (
        ("gone", {"disabled": True}), ("over", {"account_expiry": timezone.now()}), ("mute", {"password": None})
    ):  # fmt: skip
        User.objects.filter(pk=persona(username, ["ALL"]).pk).update(**state)
    role = admin.user_roles.get()

    refused = attempt(api, admin, role)

    assert (refused.status, refused.json["message"]) == (409, LAST_SUPERUSER.template)
    assert api.get("/api/me?fields=authorities").json == {"authorities": ["ALL"]}


@pytest.mark.parametrize("name", ["disabled", "role emptied", "other roles", "imported"])
def test_one_of_two_superusers_may_go(api: ApiClient, admin: User, name: str) -> None:
    second = persona("second", ["ALL"])

    assert LAST[name](api, admin, admin.user_roles.get()).status == 200
    last = api.delete(f"/api/users/{second.uid}", user="second")
    assert (last.status, last.json["message"]) == (409, LAST_SUPERUSER.template)


def test_a_superuser_beside_another_is_deleted(api: ApiClient, admin: User) -> None:
    assert api.delete(f"/api/users/{persona('second', ['ALL']).uid}").status == 200


def test_two_superusers_who_disable_each_other_at_once(own_database: OwnDatabase, api: ApiClient) -> None:
    """Each alone may; the second to commit must see what the first one did."""
    users = [User.objects.get(username="admin"), persona("second", ["ALL"])]
    operations = [{"op": "replace", "path": "/disabled", "value": True}]

    def disable(user: User, caller: User) -> int:
        try:
            return api.patch(f"/api/users/{user.uid}", operations, user=caller.username).status
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(disable, users, reversed(users)))

    assert User.objects.filter(pk__in=[user.pk for user in users], disabled=False).exists(), statuses
    assert 200 in statuses


def test_a_password_is_patched_and_never_shown(api: ApiClient, outsider: User) -> None:
    path = f"/api/users/{outsider.uid}"
    weak = api.patch(path, [{"op": "add", "path": "/password", "value": "weakling"}])
    assert (weak.status, errors(weak), "weakling" in weak.text) == (409, [("E4005", "password")], False)

    answer = api.patch(path, [{"op": "add", "path": "/password", "value": PASSWORD}])

    assert (answer.status, PASSWORD in answer.text) == (200, False)
    assert api.get("/api/me", user="outsider", password=PASSWORD).status == 200
    assert api.get("/api/me", user="outsider", password=PERSONA_PASSWORD).status == 401
    assert "password" not in api.get(f"{path}?fields=*,password").json
    assert api.get("/api/users?filter=password:like:argon").status == 400


def test_put_answers_an_import_report_and_patch_an_object_report(api: ApiClient, outsider: User) -> None:
    path = f"/api/users/{outsider.uid}"
    stored = api.get(f"{path}?fields=:owner").json

    done, refused = api.put(path, stored), api.put(path, stored | {"email": "nobody"})
    assert (done.status, done.json["status"], done.json["response"]["responseType"]) == (200, "OK", "ImportReport")
    assert (refused.status, refused.json["status"], refused.json["response"]["responseType"]) == (
        409, "WARNING", "ImportReport",
    )  # fmt: skip
    assert errors(refused) == [("E4003", "email")]
    patch = api.patch(path, [{"op": "replace", "path": "/email", "value": "nobody"}])
    assert (patch.json["status"], patch.json["response"]["responseType"]) == ("ERROR", "ObjectReport")


def change_roles(user: User) -> None:
    user.user_roles.set([UserRole.objects.create(name="Other", authorities=[], sharing=private())])


CHANGES = {
    "roles": change_roles,
    "authorities": lambda user: user.user_roles.update(authorities=["F_SYSTEM_SETTING"]),
    "password": lambda user: User.objects.filter(pk=user.pk).update(password="argon2$other"),
    "disabled": lambda user: User.objects.filter(pk=user.pk).update(disabled=True),
    "expiry": lambda user: User.objects.filter(pk=user.pk).update(account_expiry=timezone.now() + timedelta(days=1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_session_ends_with_the_state_that_it_began_in(outsider: User, change: Callable[[User], None]) -> None:
    client = Client()
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    client.post("/api/auth/login", body, content_type="application/json")
    assert client.get("/api/me").status_code == 200

    change(outsider)

    assert client.get("/api/me").status_code == 401


def test_a_failed_login_of_somebody_else_ends_no_session(outsider: User) -> None:
    store_settings({"keyLockMultipleFailedLogins": True})
    client = Client()
    body = {"username": "outsider", "password": PERSONA_PASSWORD}
    client.post("/api/auth/login", body, content_type="application/json")
    Client().post("/api/auth/login", body | {"password": "wrong"}, content_type="application/json")

    assert client.get("/api/me").status_code == 200


def test_a_group_manages_just_what_its_writer_may_change(api: ApiClient, editor: User) -> None:
    """Who manages a group may change its users: writing one's own group must not be a way to others'."""
    own = UserGroup.objects.create(name="Own", sharing=private(editor.uid))
    foreign = UserGroup.objects.create(name="Foreign", sharing=private() | {"public": "r-------"})
    path = f"/api/userGroups/{own.uid}"
    body = {"name": "Own", "managedGroups": [{"id": foreign.uid}]}

    assert api.post(f"{path}/managedGroups/{foreign.uid}", user="editor").status == 409
    assert api.put(path, body, user="editor").status == 409
    assert api.post(f"/api/userGroups/{foreign.uid}/managedByGroups/{own.uid}", user="editor").status in (403, 409)
    assert not own.managed_groups.exists()
    assert api.put(path, body | {"sharing": own.sharing}).status == 200
    assert api.put(path, body | {"name": "Renamed", "sharing": own.sharing}, user="editor").status == 200
