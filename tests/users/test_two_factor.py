"""The second factor: codes of an app, codes by mail (DHIS2 2.42, two-factor authentication)."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.harness.client import PERSONA_PASSWORD, Answer, ApiClient
from tests.harness.mail import Mailbox
from tests.personas import persona
from users.models import TwoFactorType, User

pytestmark = pytest.mark.django_db
LOGIN = "/api/auth/login"


def login(
    api: ApiClient, code: str | None = None, username: str = "outsider", password: str = PERSONA_PASSWORD
) -> Answer:
    body = {"username": username, "password": password} | ({"twoFactorCode": code} if code else {})
    return api.post(LOGIN, body, user=None)


def now(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now(), counter_offset=steps)


@pytest.fixture
def secret(api: ApiClient, outsider: User) -> str:
    """Of `outsider`, who has enabled the second factor."""
    api.post("/api/2fa/enrollTOTP2FA", user="outsider")
    found = api.get("/api/2fa/qrCodeJson", user="outsider").json["base32Secret"]
    assert api.post("/api/2fa/enable", {"code": now(found, -1)}, user="outsider").status == 200
    return found


def session(secret: str, steps: int = 0) -> Client:
    client = Client()
    body = {"username": "outsider", "password": PERSONA_PASSWORD, "twoFactorCode": now(secret, steps)}
    assert client.post(LOGIN, body, content_type="application/json").json()["loginStatus"] == "SUCCESS"
    return client


def test_enrolling_and_enabling(api: ApiClient, outsider: User) -> None:
    assert api.get("/api/2fa/enabled", user="outsider").json is False
    assert api.post("/api/2fa/enrollTOTP2FA", user="outsider").status == 200
    assert api.get("/api/me?fields=twoFactorType", user="outsider").json == {"twoFactorType": "ENROLLING_TOTP"}
    found = api.get("/api/2fa/qrCodeJson", user="outsider").json["base32Secret"]
    answer = api.post("/api/2fa/enable", {"code": now(found)}, user="outsider")

    assert (answer.status, answer.json["message"]) == (200, "2FA was enabled successfully")
    assert User.objects.get(pk=outsider.pk).two_factor_type == TwoFactorType.TOTP_ENABLED


@pytest.mark.parametrize("path", ["qrCodePng", "qrCode"])
def test_the_qr_code_is_a_picture(api: ApiClient, outsider: User, path: str) -> None:
    api.post("/api/2fa/enrollTOTP2FA", user="outsider")
    answer = api.get(f"/api/2fa/{path}", user="outsider")
    assert (answer.headers["Content-Type"], answer.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    text = api.get("/api/2fa/qrCodeJson", user="outsider").json["base64QRImage"]
    assert base64.b64decode(text) == answer.content


def test_the_secret_lies_encrypted_and_is_shown_while_enrolling_alone(api: ApiClient, secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT users_user::text FROM users_user WHERE username = 'outsider'")
        assert secret not in cursor.fetchone()[0]
    client = session(secret)
    answer = client.get("/api/2fa/qrCodeJson")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "E3047")


def test_a_login_needs_the_code(api: ApiClient, secret: str) -> None:
    assert login(api).json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_TOTP"}
    assert login(api, "000000").json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_TOTP"}
    assert login(api, now(secret)).json["loginStatus"] == "SUCCESS"


def test_a_code_without_the_password_is_nothing(api: ApiClient, secret: str) -> None:
    assert login(api, now(secret), password="wrong").status == 401


def test_a_code_is_good_once(api: ApiClient, secret: str) -> None:
    code = now(secret)
    assert login(api, code).json["loginStatus"] == "SUCCESS"
    assert login(api, code).json["loginStatus"] == "INCORRECT_TWO_FACTOR_CODE_TOTP"


def test_a_password_alone_is_not_enough_for_basic(api: ApiClient, secret: str) -> None:
    assert api.get("/api/me", user="outsider").status == 401


def test_enabling_ends_what_was_verified_before(api: ApiClient, outsider: User) -> None:
    client = Client()
    client.post(LOGIN, {"username": "outsider", "password": PERSONA_PASSWORD}, content_type="application/json")
    assert api.get("/api/me", user="outsider").status == 200
    User.objects.filter(pk=outsider.pk).update(two_factor_type=TwoFactorType.TOTP_ENABLED)
    assert (client.get("/api/me").status_code, api.get("/api/me", user="outsider").status) == (401, 401)


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}], ids=["plain", "empty header"])
def test_the_session_that_enables_goes_on(api: ApiClient, outsider: User, headers: dict[str, str]) -> None:
    """Some clients send an empty Authorization header along with the session."""
    client = Client(headers=headers)
    client.post(LOGIN, {"username": "outsider", "password": PERSONA_PASSWORD}, content_type="application/json")
    client.post("/api/2fa/enrollTOTP2FA")
    found = client.get("/api/2fa/qrCodeJson").json()["base32Secret"]
    assert client.post("/api/2fa/enable", {"code": now(found)}, content_type="application/json").status_code == 200
    assert client.get("/api/2fa/enabled").json() is True


def test_disabling_needs_a_code(api: ApiClient, secret: str) -> None:
    client = session(secret)
    refused = client.post("/api/2fa/disable", {"code": "000000"}, content_type="application/json")
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "E3023")
    empty = client.post("/api/2fa/disable", {}, content_type="application/json")
    assert (empty.status_code, empty.json()["errorCode"]) == (409, "E3050")
    answer = client.post("/api/2fa/disable", {"code": now(secret, 1)}, content_type="application/json")
    assert answer.json()["message"] == "2FA was disabled successfully"
    assert api.get("/api/me", user="outsider").status == 200


def test_four_wrong_codes_end_disabling_until_a_login(api: ApiClient, secret: str) -> None:
    client = session(secret)
    for _ in range(4):
        client.post("/api/2fa/disable", {"code": "000000"}, content_type="application/json")
    answer = client.post("/api/2fa/disable", {"code": now(secret, 1)}, content_type="application/json")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "E3042")


CODES = [
    ("enrollTOTP2FA", {"two_factor_type": "TOTP_ENABLED"}, {}, "E3022"),
    ("enrollEmail2FA", {"two_factor_type": "TOTP_ENABLED"}, {}, "E3022"),
    ("enrollEmail2FA", {"email": "a@b.org"}, {}, "E3043"),
    ("enable", {"two_factor_type": "TOTP_ENABLED"}, {"code": "1"}, "E3022"),
    ("enable", {}, {"code": "1"}, "E3029"),
    ("enable", {"two_factor_type": "ENROLLING_TOTP"}, {}, "E3050"),
    ("disable", {}, {"code": "1"}, "E3031"),
]


@pytest.mark.parametrize(("path", "columns", "body", "code"), CODES)
def test_refusals(outsider: User, path: str, columns: dict[str, Any], body: dict[str, Any], code: str) -> None:
    User.objects.filter(pk=outsider.pk).update(**columns)
    client = Client()
    client.force_login(User.objects.get(pk=outsider.pk))
    answer = client.post(f"/api/2fa/{path}", body, content_type="application/json")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, code)


def test_a_wrong_code_enables_nothing(api: ApiClient, outsider: User) -> None:
    api.post("/api/2fa/enrollTOTP2FA", user="outsider")
    answer = api.post("/api/2fa/enabled", {"code": "000000"}, user="outsider")
    assert (answer.status, answer.json["errorCode"]) == (403, "E3023")


def test_a_role_may_demand_a_second_factor(api: ApiClient, outsider: User) -> None:
    outsider.user_roles.update(restrictions=["R_ENABLE_2FA"])
    assert login(api).json == {"loginStatus": "REQUIRES_TWO_FACTOR_ENROLMENT"}


def test_codes_by_mail(api: ApiClient, outsider: User, mailbox: Mailbox) -> None:
    User.objects.filter(pk=outsider.pk).update(email="out@side.org", verified_email="out@side.org")
    assert api.post("/api/2fa/enrollEmail2FA", user="outsider").status == 200
    assert api.post("/api/2fa/enable", {"code": mailed(mailbox)}, user="outsider").status == 200

    assert login(api).json == {"loginStatus": "EMAIL_TWO_FACTOR_CODE_SENT"}
    code = mailed(mailbox)
    assert login(api, "wrong").json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_EMAIL"}
    assert login(api, code).json["loginStatus"] == "SUCCESS"
    assert login(api, code).json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_EMAIL"}


def test_a_mailed_code_stands_four_guesses(api: ApiClient, mail_user: User, mailbox: Mailbox) -> None:
    login(api)
    code = mailed(mailbox)
    for _ in range(4):
        login(api, "wrong")
    assert login(api, code).json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_EMAIL"}


def test_a_mailed_code_expires(api: ApiClient, mail_user: User, mailbox: Mailbox) -> None:
    login(api)
    User.objects.filter(pk=mail_user.pk).update(two_factor_code_expires=timezone.now() - timedelta(seconds=1))
    assert login(api, mailed(mailbox)).json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_EMAIL"}


def test_a_code_that_cannot_be_mailed(api: ApiClient, mail_user: User) -> None:
    assert login(api).json == {"loginStatus": "INCORRECT_TWO_FACTOR_CODE_EMAIL"}


def test_disabling_codes_by_mail_mails_one(api: ApiClient, mail_user: User, mailbox: Mailbox) -> None:
    client = Client()
    client.force_login(mail_user)
    answer = client.post("/api/2fa/disable", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "E3051")
    answer = client.post("/api/2fa/disable", {"code": mailed(mailbox)}, content_type="application/json")
    assert answer.status_code == 200


def test_the_address_of_codes_stays(api: ApiClient, admin: User, mail_user: User) -> None:
    payload = api.get(f"/api/users/{mail_user.uid}").json | {"email": "new@side.org"}
    answer = api.put(f"/api/users/{mail_user.uid}", payload)
    assert answer.status == 409
    assert "E3052" in answer.text


@pytest.fixture
def mail_user(outsider: User) -> User:
    """`outsider` with codes by mail."""
    columns = {"email": "out@side.org", "verified_email": "out@side.org", "two_factor_type": "EMAIL_ENABLED"}
    User.objects.filter(pk=outsider.pk).update(**columns)
    return User.objects.get(pk=outsider.pk)


def mailed(mailbox: Mailbox) -> str:
    found = re.search(r"\b\d{6}\b", mailbox.last_text())
    assert found is not None
    return found[0]


def test_an_administrator_takes_the_second_factor_away(
    api: ApiClient, admin: User, secret: str, outsider: User
) -> None:
    assert api.post(f"/api/users/{outsider.uid}/twoFA/disabled").status == 200
    assert api.get("/api/me", user="outsider").status == 200


def test_who_may_not_change_a_user_leaves_the_second_factor(api: ApiClient, admin: User, user_keeper: User) -> None:
    for target, caller in ((admin, "user_keeper"), (user_keeper, "user_keeper"), (admin, "admin")):
        answer = api.post(f"/api/users/{target.uid}/twoFA/disabled", user=caller)
        assert (answer.status, answer.json["errorCode"]) == (403, "E3021")
    missing = api.post("/api/users/zzzzzzzzzz1/twoFA/disabled")
    assert (missing.status, missing.json["errorCode"]) == (404, "E6201")


def test_wrong_codes_count_as_failed_logins(api: ApiClient, admin: User, secret: str) -> None:
    api.post("/api/systemSettings/keyLockMultipleFailedLogins?value=true")
    for _ in range(4):
        assert login(api, "000000").json["loginStatus"] == "INCORRECT_TWO_FACTOR_CODE_TOTP"
    assert login(api, now(secret)).json == {"loginStatus": "ACCOUNT_LOCKED"}


def test_two_people_have_two_secrets(api: ApiClient, outsider: User) -> None:
    persona("another")
    secrets = set()
    for name in ("outsider", "another"):
        api.post("/api/2fa/enrollTOTP2FA", user=name)
        secrets.add(api.get("/api/2fa/qrCodeJson", user=name).json["base32Secret"])
    assert len(secrets) == 2
