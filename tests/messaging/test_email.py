"""`/api/email` (DHIS2 2.42, email)."""

from __future__ import annotations

from typing import Any

import pytest

from configuration.settings import store_settings
from tests.harness.client import ApiClient
from tests.harness.mail import Mailbox
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
ASKED = [
    ("test", None), ("notification", {"subject": "A", "text": "B"}),
    ("notification?recipients=a@example.org", None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), ASKED)
def test_without_a_server_nothing_is_sent(api: ApiClient, path: str, body: Any) -> None:
    answer = api.post(f"/api/email/{path}", body)

    assert (answer.status, answer.json["message"]) == (409, "SMTP server not configured")


def test_a_test_mail_goes_to_oneself(api: ApiClient, mailbox: Mailbox) -> None:
    User.objects.filter(username="admin").update(email="admin@example.org")

    answer = api.post("/api/email/test")
    assert (answer.status, answer.json["message"]) == (200, "Email sent")
    assert mailbox.messages[0]["Subject"] == "Test email from DHIS 2"
    assert mailbox.receivers == [["admin@example.org"]]


def test_who_has_no_address_cannot_test(api: ApiClient, mailbox: Mailbox) -> None:
    persona("ann")

    answer = api.post("/api/email/test", user="ann")
    assert (answer.status, answer.json["message"]) == (
        409, "Could not send test email, no email configured for current user",
    )  # fmt: skip


def test_who_runs_the_system_is_told(api: ApiClient, mailbox: Mailbox) -> None:
    body = {"subject": "Disk full", "text": "Soon"}
    missing = api.post("/api/email/notification", body)
    assert missing.json["message"] == "Could not send email, system notification email address not set or not valid"

    store_settings({"keySystemNotificationsEmail": "ops@example.org"})
    assert api.post("/api/email/notification", body).status == 200
    assert (mailbox.messages[0]["Subject"], mailbox.receivers) == ("Disk full", [["ops@example.org"]])


def test_mails_to_addresses_take_an_authority(api: ApiClient, mailbox: Mailbox) -> None:
    persona("ann")
    persona("bob", ["F_SEND_EMAIL"])
    path = "/api/email/notification?recipients=a@example.org&recipients=b@example.org&message=Hi&subject=There"

    assert api.post(path, user="ann").status == 403
    assert api.post(path, user="bob").status == 200
    assert mailbox.receivers == [["a@example.org", "b@example.org"]]  # at once: somebody waits
    assert "example.org" not in str(mailbox.messages[0]["To"])
    assert {message["Subject"] for message in mailbox.messages} == {"There"}


@pytest.mark.parametrize(("query", "message"), [
    ("", "No recipient found"), ("recipients=nobody", "No valid email address found"),
])  # fmt: skip
def test_somebody_must_be_named(api: ApiClient, mailbox: Mailbox, query: str, message: str) -> None:
    answer = api.post(f"/api/email/notification?message=x&{query}")

    assert (answer.status, answer.json["message"]) == (500, message)


def test_a_mail_that_is_refused_is_told(api: ApiClient, mailbox: Mailbox) -> None:
    mailbox.refused = {"a@example.org": "550 Unknown"}

    answer = api.post("/api/email/notification?recipients=a@example.org&message=x")
    assert (answer.status, answer.json["message"]) == (500, "Email not sent: The email could not be sent")


def test_addresses_are_bounded(api: ApiClient, mailbox: Mailbox) -> None:
    many = "&".join(f"recipients=u{n}@example.org" for n in range(101))

    answer = api.post(f"/api/email/notification?message=x&{many}")
    assert (answer.status, answer.json["message"]) == (409, "A mail goes to at most 100 addresses")


@pytest.mark.parametrize("body", [[], "x", {"subject": 5}, {"text": None}])
def test_a_body_of_another_kind_is_refused(api: ApiClient, mailbox: Mailbox, body: Any) -> None:
    assert api.post("/api/email/notification", body).status == 400
