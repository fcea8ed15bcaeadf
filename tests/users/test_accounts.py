"""Ways into an account without a session: recovery, reset, invitation, expired passwords (DHIS2 2.42)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from configuration.settings import store_settings
from tests.harness.client import PERSONA_PASSWORD, ApiClient
from tests.harness.mail import Mailbox
from tests.personas import persona
from users.models import User, UserRole

pytestmark = pytest.mark.django_db
NEW = "Nouveau-2x"


@pytest.fixture
def mailed_user(outsider: User) -> User:
    """`outsider` with an address."""
    User.objects.filter(pk=outsider.pk).update(email="out@side.org")
    return User.objects.get(pk=outsider.pk)


@pytest.fixture
def recovery(db: None, settings: Settings) -> None:
    settings.BASE_URL = "https://dhis2.example.org/demo"
    store_settings({"keyAccountRecovery": True})


def forget(api: ApiClient, name: str) -> int:
    return api.post("/api/auth/forgotPassword", {"emailOrUsername": name}, user=None).status


def reset(api: ApiClient, token: str, password: str = NEW) -> Any:
    return api.post("/api/auth/passwordReset", {"resetToken": token, "newPassword": password}, user=None)


@pytest.mark.parametrize("name", ["outsider", "Out@side.org"])
def test_a_forgotten_password_is_set_by_mail(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox, name: str
) -> None:
    assert forget(api, name) == 200
    answer = reset(api, mailbox.last_token())

    assert (answer.status, answer.content) == (200, b"")
    assert api.get("/api/me", user="outsider").status == 401
    assert api.get("/api/me", user="outsider", password=NEW).status == 200


def test_a_token_is_good_once_and_for_an_hour(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    forget(api, "outsider")
    token = mailbox.last_token()
    assert reset(api, "made-up").status == 409
    assert reset(api, token).status == 200
    assert reset(api, token, "Another-3y").status == 409
    forget(api, "outsider")
    User.objects.filter(pk=mailed_user.pk).update(restore_expires=timezone.now() - timedelta(seconds=1))
    assert reset(api, mailbox.last_token(), "Another-3y").status == 409


def test_a_password_that_breaks_a_rule_leaves_the_token(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    forget(api, "outsider")
    refused = reset(api, mailbox.last_token(), "short")
    assert (refused.status, refused.json["message"]) == (
        409, "Password must have at least 8, and at most 72 characters"
    )  # fmt: skip
    assert reset(api, mailbox.last_token()).status == 200


def test_the_token_is_stored_as_a_digest(api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox) -> None:
    forget(api, "outsider")
    assert User.objects.get(pk=mailed_user.pk).restore_token != mailbox.last_token()


def test_nobody_learns_who_has_an_account(api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox) -> None:
    persona("without_address")
    for name in ("nobody", "without_address"):
        assert forget(api, name) == 200
    assert not mailbox.messages
    store_settings({"keyEmailPort": 9})  # where nobody listens
    assert forget(api, "outsider") == 200


def test_an_address_of_two_users_names_nobody(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    persona("twin")
    User.objects.filter(username="twin").update(email="out@side.org")
    assert forget(api, "out@side.org") == 200
    assert not mailbox.messages


def test_nobody_takes_the_name_of_another_as_an_address(
    api: ApiClient, recovery: None, mailbox: Mailbox, admin: User
) -> None:
    User.objects.filter(pk=persona("a.b@side.org").pk).update(email="out@side.org")
    User.objects.filter(pk=persona("twin").pk).update(email="a.b@side.org")
    assert forget(api, "a.b@side.org") == 200
    assert [message["To"] for message in mailbox.messages] == ["out@side.org"]


@pytest.mark.parametrize(
    "setting",
    [{"keyEmailHostName": "a..b"}, {"keyEmailHostName": "é" * 300}, {"keyEmailPort": 99_999}, {"keyEmailPort": -1}],
)
def test_settings_that_name_no_mail_server_are_no_secret_kept_from_strangers(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox, setting: dict[str, Any]
) -> None:
    """The answer is that for an unknown user; who may know is told."""
    store_settings(setting)
    assert (forget(api, "outsider"), forget(api, "nobody")) == (200, 200)
    assert api.post(f"/api/users/{mailed_user.uid}/reset").json["message"] == "The email could not be sent"


def test_a_title_of_two_lines_makes_no_header(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    store_settings({"applicationTitle": "Ministry\r\nBcc: all@side.org"})
    assert forget(api, "outsider") == 200
    (message,) = mailbox.messages
    assert message["Subject"] == "Password of your Ministry Bcc: all@side.org account"
    assert message["Bcc"] is None


def test_the_link_leads_where_the_server_says(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    """Not to the host that a stranger names, who would get the token."""
    body = {"emailOrUsername": "outsider"}
    api.post("/api/auth/forgotPassword", body, user=None, headers={"Host": "evil.example.org"})
    assert "https://dhis2.example.org/demo/account/restore/?token=" in mailbox.last_text()


@pytest.mark.parametrize(
    ("allowed_hosts", "host", "mails"),
    [(["*"], "evil.example.org", 0), (["*"], "localhost:8080", 1), (["dhis2.example.org"], "dhis2.example.org", 1)],
)
def test_no_link_leads_to_a_host_that_nobody_vouches_for(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox, settings: Settings,
    allowed_hosts: list[str], host: str, mails: int,
) -> None:  # fmt: skip
    settings.BASE_URL, settings.ALLOWED_HOSTS = "", allowed_hosts
    body = {"emailOrUsername": "outsider"}
    assert api.post("/api/auth/forgotPassword", body, user=None, headers={"Host": host}).status == 200
    assert len(mailbox.messages) == mails


def test_recovery_is_off_unless_the_system_allows_it(api: ApiClient, mailed_user: User) -> None:
    assert forget(api, "outsider") == 409


def test_recovery_needs_a_name(api: ApiClient, recovery: None) -> None:
    for body in ({}, {"emailOrUsername": " "}, {"emailOrUsername": 7}):
        assert api.post("/api/auth/forgotPassword", body, user=None).status == 400


def test_too_many_recoveries(api: ApiClient, mailed_user: User, recovery: None) -> None:
    store_settings({"keyLockMultipleFailedLogins": True})
    assert [forget(api, "outsider") for _ in range(6)] == [200] * 5 + [403]


def test_an_administrator_resets_a_password(api: ApiClient, mailed_user: User, mailbox: Mailbox) -> None:
    assert api.post(f"/api/users/{mailed_user.uid}/reset").status == 204
    assert api.get("/api/me", user="outsider").status == 401
    assert reset(api, mailbox.last_token()).status == 200
    assert api.get("/api/me", user="outsider", password=NEW).status == 200


def test_a_reset_needs_an_address_and_a_mail_server(api: ApiClient, outsider: User) -> None:
    assert api.post(f"/api/users/{outsider.uid}/reset").status == 409
    User.objects.filter(pk=outsider.pk).update(email="out@side.org")
    answer = api.post(f"/api/users/{outsider.uid}/reset")
    assert (answer.status, answer.json["message"]) == (409, "Email is not configured")
    assert api.get("/api/me", user="outsider").status == 200  # nothing was taken away


def test_the_last_superuser_is_not_locked_out_by_a_reset(api: ApiClient, admin: User, mailbox: Mailbox) -> None:
    User.objects.filter(pk=admin.pk).update(email="ad@min.org")
    answer = api.post(f"/api/users/{admin.uid}/reset")
    assert (answer.status, answer.json["message"]) == (409, "Can not remove the last super user.")


def test_who_may_not_change_a_user_resets_nothing(
    api: ApiClient, admin: User, user_keeper: User, outsider: User
) -> None:
    assert api.post(f"/api/users/{admin.uid}/reset", user="user_keeper").status == 409
    assert api.post(f"/api/users/{admin.uid}/reset", user="outsider").status == 403


@pytest.fixture
def role(db: None) -> str:
    found = persona("role_holder", ["F_DATAVALUE_ADD"]).user_roles.get()
    return found.uid


def invitation(role: str, **members: Any) -> dict[str, Any]:
    return {"email": "new@comer.org", "userRoles": [{"id": role}]} | members


def test_somebody_is_invited_and_completes_the_account(
    api: ApiClient, admin: User, role: str, mailbox: Mailbox
) -> None:
    answer = api.post("/api/users/invite", invitation(role))
    assert (answer.status, answer.json["response"]["responseType"]) == (201, "ObjectReport"), answer
    uid = answer.json["response"]["uid"]
    assert api.get("/api/users?invitationStatus=all&fields=id").json["users"] == [{"id": uid}]

    body = {
        "token": mailbox.last_token(), "username": "newcomer", "firstName": "New", "surname": "Comer", "password": NEW,
    }  # fmt: skip
    done = api.post("/api/auth/invite", body, user=None)
    assert (done.status, done.json["message"]) == (200, "Account updated")
    me = api.get("/api/me?fields=username,name,emailVerified", user="newcomer", password=NEW).json
    assert me == {"username": "newcomer", "name": "New Comer", "emailVerified": True}
    assert api.get(f"/api/users/{uid}").json["invitation"] is False


def test_a_chosen_name_stays(api: ApiClient, admin: User, role: str, mailbox: Mailbox) -> None:
    api.post("/api/users/invite", invitation(role, username="newcomer"))
    body = {"token": mailbox.last_token(), "username": "admin_of_all", "password": NEW}
    assert api.post("/api/auth/invite", body, user=None).status == 200
    assert api.get("/api/me", user="newcomer", password=NEW).status == 200


def test_an_invited_user_cannot_take_the_name_of_another(
    api: ApiClient, admin: User, role: str, mailbox: Mailbox
) -> None:
    api.post("/api/users/invite", invitation(role))
    body = {"token": mailbox.last_token(), "username": "Admin", "password": NEW}
    assert api.post("/api/auth/invite", body, user=None).status == 409
    assert api.post("/api/auth/invite", body | {"username": "newcomer"}, user=None).status == 200


def test_an_invited_user_cannot_log_in_before(api: ApiClient, admin: User, role: str, mailbox: Mailbox) -> None:
    api.post("/api/users/invite", invitation(role, username="newcomer", password=NEW))
    assert api.get("/api/me", user="newcomer", password=NEW).status == 401


def test_another_mail_ends_the_link_of_the_first(api: ApiClient, admin: User, role: str, mailbox: Mailbox) -> None:
    uid = api.post("/api/users/invite", invitation(role)).json["response"]["uid"]
    first = mailbox.last_token()
    assert api.post(f"/api/users/{uid}/invite").status == 204
    assert api.post("/api/auth/invite", {"token": first, "password": NEW}, user=None).status == 409
    assert api.post("/api/auth/invite", {"token": mailbox.last_token(), "password": NEW}, user=None).status == 200
    assert api.post(f"/api/users/{uid}/invite").status == 409


def test_several_are_invited_or_none(api: ApiClient, admin: User, role: str, mailbox: Mailbox) -> None:
    users = [invitation(role), invitation(role, email="nobody")]
    before = User.objects.count()
    assert api.post("/api/users/invites", {"users": users}).status == 409
    assert User.objects.count() == before
    assert api.post("/api/users/invites", {"users": users[:1]}).status == 204
    assert api.post("/api/users/invites", {"users": "all"}).status == 400


def test_without_a_mail_server_there_is_no_account(api: ApiClient, admin: User, role: str) -> None:
    before = User.objects.count()
    assert api.post("/api/users/invite", invitation(role)).status == 409
    assert User.objects.count() == before


def test_nobody_invites_to_more_than_he_has(api: ApiClient, user_keeper: User, mailbox: Mailbox) -> None:
    superuser = UserRole.objects.get(authorities__contains=["ALL"])
    assert api.post("/api/users/invite", invitation(superuser.uid), user="user_keeper").status == 409
    assert not mailbox.messages


def test_a_recovery_token_completes_no_invitation(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    forget(api, "outsider")
    assert api.post("/api/auth/invite", {"token": mailbox.last_token(), "password": NEW}, user=None).status == 409


def test_the_page_of_the_link_sets_the_password(mailed_user: User, recovery: None, mailbox: Mailbox) -> None:
    client = Client()
    client.post("/api/auth/forgotPassword", {"emailOrUsername": "outsider"}, content_type="application/json")
    page = f"/account/restore/?token={mailbox.last_token()}"

    assert "New password" in client.get(page).content.decode()
    refused = client.post(page, {"password": "short", "again": "short"}).content.decode()
    assert "at least 8" in refused
    assert "differ" in client.post(page, {"password": NEW, "again": "other"}).content.decode()
    assert client.post(page, {"password": NEW, "again": NEW}).status_code == 302
    assert "not valid" in client.get(page).content.decode()
    assert User.objects.get(pk=mailed_user.pk).check_password(NEW)


def age(user: User, days: int) -> None:
    User.objects.filter(pk=user.pk).update(password_last_updated=timezone.now() - timedelta(days=days))


def test_an_old_password_expires_and_is_renewed(api: ApiClient, outsider: User) -> None:
    assert api.get("/api/me", user="outsider").status == 200
    age(outsider, 100)
    store_settings({"credentialsExpires": 3})

    basic = api.get("/api/me", user="outsider")
    assert (basic.status, basic.json["message"]) == (401, "Password expired")
    credentials = {"username": "outsider", "password": PERSONA_PASSWORD}
    assert api.post("/api/auth/login", credentials, user=None).json == {"loginStatus": "PASSWORD_EXPIRED"}
    body = {"username": "outsider", "oldPassword": PERSONA_PASSWORD, "newPassword": NEW}
    assert api.post("/api/auth/updatePassword", body | {"oldPassword": "wrong"}, user=None).status == 401
    assert api.post("/api/auth/updatePassword", body | {"newPassword": "short"}, user=None).status == 409
    done = api.post("/api/auth/updatePassword", body, user=None)
    assert (done.status, done.json["message"]) == (200, "Password updated")
    assert api.get("/api/me", user="outsider", password=NEW).status == 200


def test_a_password_that_has_not_expired_is_renewed_by_its_user(api: ApiClient, outsider: User) -> None:
    body = {"username": "outsider", "oldPassword": PERSONA_PASSWORD, "newPassword": NEW}
    assert api.post("/api/auth/updatePassword", body, user=None).status == 409


def test_passwords_may_age_longer_than_calendars_go(api: ApiClient, outsider: User) -> None:
    store_settings({"credentialsExpires": 2**31 - 1})
    User.objects.update(password_last_updated=timezone.now() - timedelta(days=400))
    assert api.get("/api/me", user="outsider").status == 200


def test_passwords_do_not_age_unless_the_setting_says_so(api: ApiClient, outsider: User) -> None:
    age(outsider, 10_000)
    assert api.get("/api/me", user="outsider").status == 200


@pytest.mark.parametrize("path", ["username", "validateUsername"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("newcomer", {"response": "success", "message": ""}),
        ("abc", {"response": "error", "message": "Username is not valid"}),
        ("ADMIN", {"response": "error", "message": "Username is already taken"}),
    ],
)
def test_user_names_are_validated(api: ApiClient, admin: User, path: str, name: str, expected: Any) -> None:
    method = "GET" if path == "username" else "POST"
    assert api.request(method, f"/api/account/{path}?username={name}", user=None).json == expected


@pytest.mark.parametrize("path", ["password", "validatePassword"])
def test_passwords_are_validated(api: ApiClient, db: None, path: str) -> None:
    method = "GET" if path == "password" else "POST"
    good = api.request(method, f"/api/account/{path}?password={NEW}", user=None)
    assert good.json == {"response": "success", "message": ""}
    bad = api.request(method, f"/api/account/{path}?password=nodigits-AAA", user=None)
    assert bad.json == {"response": "error", "message": "Password must have at least one digit"}


def test_the_length_of_passwords_is_a_setting(api: ApiClient, admin: User) -> None:
    store_settings({"minPasswordLength": 12})
    answer = api.post("/api/me/validatePassword", NEW, content_type="text/plain")
    assert answer.json["errorMessage"] == "Password must have at least 12, and at most 72 characters"
    assert api.get("/api/loginConfig", user=None).json["minPasswordLength"] == "12"


def test_the_last_passwords_are_not_taken_again(api: ApiClient, outsider: User) -> None:
    passwords = [PERSONA_PASSWORD, *(f"Nouveau-{number}x" for number in range(3))]
    for old, new in zip(passwords, passwords[1:], strict=False):
        body = {"oldPassword": old, "newPassword": new}
        assert api.put("/api/me/changePassword", body, user="outsider", password=old).status == 202
    for taken in passwords:
        body = {"oldPassword": passwords[-1], "newPassword": taken}
        answer = api.put("/api/me/changePassword", body, user="outsider", password=passwords[-1])
        assert answer.status == 409
        assert answer.json["message"] == "Password must not be one of the previous 24 passwords"


def test_a_password_that_an_administrator_replaced_is_remembered(api: ApiClient, admin: User, outsider: User) -> None:
    payload = api.get(f"/api/users/{outsider.uid}").json | {"password": NEW}
    assert api.put(f"/api/users/{outsider.uid}", payload).status == 200
    body = {"oldPassword": NEW, "newPassword": PERSONA_PASSWORD}
    assert api.put("/api/me/changePassword", body, user="outsider", password=NEW).status == 409


def test_older_login_pages_recover_by_parameters(
    api: ApiClient, mailed_user: User, recovery: None, mailbox: Mailbox
) -> None:
    asked = api.post("/api/account/recovery?username=outsider", user=None)
    assert asked.json["message"] == "Recovery message sent"
    done = api.post(f"/api/account/restore?token={mailbox.last_token()}&password={NEW}", user=None)
    assert (done.status, done.json["message"]) == (200, "Account restored")
    assert api.get("/api/me", user="outsider", password=NEW).status == 200


@pytest.mark.parametrize("path", ["login", "forgotPassword", "passwordReset", "invite", "updatePassword"])
def test_strangers_make_the_server_read_little(api: ApiClient, db: None, path: str) -> None:
    """Each of these reads its whole body into memory, and no password limits who may send one."""
    assert api.post(f"/api/auth/{path}", {"username": "x" * 100_000}, user=None).status == 413
