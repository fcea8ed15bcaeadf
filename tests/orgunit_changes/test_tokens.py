"""`/api/token`: how phones log in, and how long they stay so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from tests.harness.client import PERSONA_PASSWORD, Answer, ApiClient
from tests.orgunit_changes.world import CHANGES, change_body, worker
from users.models import User

pytestmark = pytest.mark.django_db

NO_ACCOUNT = {"detail": "No active account found with the given credentials"}
GIVEN = {"username": "worker", "password": PERSONA_PASSWORD}


@pytest.fixture
def me() -> User:
    return worker()


def log_in(api: ApiClient, path: str = "/api/token/", **members: object) -> Answer:
    return api.post(path, GIVEN | members, user=None)


def get(api: ApiClient, token: str, path: str = CHANGES, scheme: str = "Bearer") -> Answer:
    return api.get(path, user=None, headers={"Authorization": f"{scheme} {token}"})


@pytest.mark.parametrize("path", ["/api/token/", "/api/token", "/api/42/token/", "/api/token/?app_id=default"])
def test_a_password_brings_a_pair_of_tokens(api: ApiClient, me: User, path: str) -> None:
    answer = log_in(api, path)

    assert (answer.status, set(answer.json)) == (200, {"refresh", "access"})
    assert get(api, answer.json["access"]).status == 200


def test_a_token_uploads(api: ApiClient, me: User) -> None:
    token = log_in(api).json["access"]

    answer = api.post(CHANGES, change_body(new_name="X"), user=None, headers={"Authorization": f"Bearer {token}"})

    assert answer.status == 201


def test_a_long_token_brings_a_new_pair(api: ApiClient, me: User) -> None:
    refresh = log_in(api).json["refresh"]

    answer = api.post("/api/token/refresh/", {"refresh": refresh}, user=None)

    assert (answer.status, set(answer.json)) == (200, {"refresh", "access"})
    assert get(api, answer.json["access"]).status == 200


@pytest.mark.parametrize("members", [{"password": "wrong"}, {"username": "nobody"}, {"username": "Worker"}])
def test_wrong_credentials_are_refused(api: ApiClient, me: User, members: dict[str, str]) -> None:
    answer = log_in(api, **members)

    assert (answer.status, answer.json) == (401, NO_ACCOUNT)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("columns", [{"disabled": True}, {"account_expiry": timezone.now() - timedelta(days=1)}])
def test_a_closed_account_gets_no_token_and_its_tokens_end(
    api: ApiClient, me: User, columns: dict[str, object]
) -> None:
    tokens = log_in(api).json
    User.objects.filter(pk=me.pk).update(**columns)

    assert log_in(api).status == 401
    assert get(api, tokens["access"]).status == 401
    assert api.post("/api/token/refresh", {"refresh": tokens["refresh"]}, user=None).status == 401


def test_a_new_password_ends_all_tokens(api: ApiClient, me: User) -> None:
    tokens = log_in(api).json
    User.objects.filter(pk=me.pk).update(password="another")

    assert get(api, tokens["access"]).status == 401
    assert api.post("/api/token/refresh", {"refresh": tokens["refresh"]}, user=None).status == 401


def test_failures_lock_this_door_too(api: ApiClient, me: User) -> None:
    api.post("/api/systemSettings/keyLockMultipleFailedLogins?value=true")
    for _ in range(4):
        log_in(api, password="wrong")

    assert log_in(api).status == 401


def test_who_needs_a_second_factor_gets_no_token_for_a_password(api: ApiClient, me: User) -> None:
    User.objects.filter(pk=me.pk).update(two_factor_type="TOTP_ENABLED")

    assert log_in(api).status == 401


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ({}, {"username": ["This field is required."], "password": ["This field is required."]}),
        (GIVEN | {"password": None}, {"password": ["This field may not be null."]}),
        (GIVEN | {"username": ""}, {"username": ["This field may not be blank."]}),
        (GIVEN | {"username": []}, {"username": ["Not a valid string."]}),
    ],
)
def test_a_login_names_what_it_lacks(api: ApiClient, body: object, answered: object) -> None:
    answer = api.post("/api/token/", body, user=None)

    assert (answer.status, answer.json) == (400, answered)


def test_an_unknown_project_is_not_found(api: ApiClient, me: User) -> None:
    assert log_in(api, "/api/token/?app_id=unknown").status == 404


@pytest.mark.parametrize("token", ["", "x", "x.y.z", "a b"])
def test_a_wrong_token_is_refused(api: ApiClient, token: str) -> None:
    answer = get(api, token)

    assert (answer.status, list(answer.json)) == (401, ["detail"])


def test_a_long_token_opens_nothing_itself(api: ApiClient, me: User) -> None:
    assert get(api, log_in(api).json["refresh"]).status == 401


def test_a_short_token_brings_no_other(api: ApiClient, me: User) -> None:
    access = log_in(api).json["access"]

    assert api.post("/api/token/refresh/", {"refresh": access}, user=None).status == 401


def test_a_token_that_is_over_is_refused(api: ApiClient, me: User) -> None:
    token = AccessToken(log_in(api).json["access"])
    token.set_exp(lifetime=-timedelta(seconds=5))

    assert get(api, str(token)).status == 401


def test_a_token_of_somebody_deleted_is_refused(api: ApiClient, me: User) -> None:
    tokens = log_in(api).json
    me.delete()

    assert get(api, tokens["access"]).status == 401


def test_a_token_of_phones_does_not_open_the_web_api(api: ApiClient, me: User) -> None:
    assert get(api, log_in(api).json["access"], "/api/me").status == 401
