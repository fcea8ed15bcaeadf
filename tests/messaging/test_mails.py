"""Messages that are mailed, and messages of the server (DHIS2 2.42, messages)."""

from __future__ import annotations

from typing import Any

import pytest

from mailing.delivery import deliver_due
from messaging.models import MessageConversation
from messaging.sending import MessageDraft, send_messages
from tests.harness.client import ApiClient
from tests.harness.mail import Mailbox
from tests.harness.queries import query_counter
from tests.messaging.conversing import PATH, write
from users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def test_mails_go_to_those_who_want_them(
    api: ApiClient, people: dict[str, User], mailbox: Mailbox, settings: Any
) -> None:
    settings.BASE_URL = "https://dhis.example.org"
    for name in ("bob", "eve"):
        User.objects.filter(username=name).update(email=f"{name}@example.org")
    assert api.post("/api/userSettings/keyMessageEmailNotification?value=true", user="bob").status == 200
    uid = write(api, people["bob"], people["eve"], text="<b>1 < 2</b>")
    deliver_due()

    (message,) = mailbox.messages
    assert mailbox.receivers == [["bob@example.org"]]
    assert message["Subject"] == "[DHIS 2] Hello"
    plain, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    assert "<b>1 < 2</b>" in plain and "Ann Persona" in plain
    assert f"https://dhis.example.org/dhis-web-messaging/#/PRIVATE/{uid}" in plain
    assert "&lt;b&gt;1 &lt; 2&lt;/b&gt;" in html


@pytest.mark.parametrize(("host", "linked"), [("evil.example.org", False), ("localhost:8080", True)])
def test_nobody_leads_readers_of_mails_to_a_server_of_his_own(
    api: ApiClient, people: dict[str, User], mailbox: Mailbox, settings: Any, host: str, linked: bool
) -> None:
    """Who writes names any host in his request, while the mail comes from the server that its readers trust."""
    settings.BASE_URL, settings.ALLOWED_HOSTS = "", ["*"]
    bob = people["bob"]
    User.objects.filter(pk=bob.pk).update(email="bob@example.org", settings={"keyMessageEmailNotification": True})
    body = {"subject": "Hello", "text": "Text", "users": [{"id": bob.uid}]}
    assert api.post(PATH, body, user="ann", headers={"Host": host}).status == 201
    deliver_due()

    plain = mailbox.messages[0].get_payload()[0].get_payload(decode=True).decode()
    assert ("/dhis-web-messaging/" in plain, "evil" in plain) == (linked, False)


def test_a_forced_message_is_mailed_to_all(people: dict[str, User], mailbox: Mailbox) -> None:
    User.objects.filter(username__in=["bob", "eve"]).update(email="x@example.org")
    User.objects.filter(username="eve").update(disabled=True)
    send_messages([MessageDraft("Rule", "Look", [people["bob"].pk, people["eve"].pk], forced=True)])
    deliver_due()

    assert mailbox.receivers == [["x@example.org"]]


def test_of_one_cause_there_is_one_conversation(people: dict[str, User]) -> None:
    draft = MessageDraft("A", "B", [people["bob"].pk], cause="rule:1")

    assert [len(send_messages([draft, draft])), len(send_messages([draft]))] == [1, 0]
    assert MessageConversation.objects.count() == 1


def test_many_are_sent_in_as_many_queries_as_few(people: dict[str, User]) -> None:
    User.objects.filter(username="bob").update(email="bob@example.org")

    def count(name: str, number: int) -> int:
        users = [people["bob"].pk, people["eve"].pk]
        drafts = [MessageDraft("A", "B", users, cause=f"{name}:{n}", forced=True) for n in range(number)]
        with query_counter() as queries:
            assert len(send_messages(drafts)) == number
        return queries.count

    assert count("few", 2) == count("many", 20)
