"""Feedback, tickets and internal messages (DHIS2 2.42, messages)."""

from __future__ import annotations

import pytest

from mailing.models import Mail
from messaging.models import Message, UserMessage
from tests.harness.client import ApiClient
from tests.messaging.conversing import PATH, attached, helpers, listed, open_ticket
from users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def test_feedback_opens_a_ticket(api: ApiClient, people: dict[str, User]) -> None:
    uid = open_ticket(api)

    shown = api.get(f"{PATH}/{uid}?fields=messageType,status,userMessages[user[username]]", user="mia").json
    assert (shown["messageType"], shown["status"]) == ("TICKET", "OPEN")
    assert {one["user"]["username"] for one in shown["userMessages"]} == {"ann", "mia"}


def test_tickets_are_for_who_manages_them(api: ApiClient, people: dict[str, User]) -> None:
    uid = open_ticket(api)
    UserMessage.objects.filter(user=people["mia"]).delete()  # she takes no part, and manages it all the same

    assert api.post(f"{PATH}/{uid}", "I look at it", user="mia", content_type="text/plain").status == 201
    assert api.post(f"{PATH}/{uid}/assign?userId={people['mia'].uid}", user="mia").status == 200
    refused = api.post(f"{PATH}/{uid}/assign?userId={people['eve'].uid}", user="mia")
    assert refused.json["message"] == "User provided is not a member of the system's feedback recipient group"


def test_internal_messages_are_for_who_manages_tickets(api: ApiClient, people: dict[str, User]) -> None:
    uid = open_ticket(api)
    refused = api.post(f"{PATH}/{uid}?internal=true", "no", user="ann", content_type="text/plain")
    assert (refused.status, refused.json["message"]) == (403, "Not authorized to send internal messages")

    assert api.post(f"{PATH}/{uid}?internal=true", "hm", user="mia", content_type="text/plain").status == 201
    texts = {
        user: [
            m["text"] for m in api.get(f"{PATH}/{uid}?fields=messages[text],messageCount", user=user).json["messages"]
        ]
        for user in ("ann", "mia")
    }
    assert texts == {"ann": ["It does not work"], "mia": ["It does not work", "hm"]}
    assert api.get(f"{PATH}/{uid}?fields=messageCount", user="ann").json == {"messageCount": 1}
    assert listed(api, "ann")[0]["read"] is True  # it is no news for her


def test_an_internal_message_leaves_no_trace_for_others(api: ApiClient, people: dict[str, User]) -> None:
    """Neither when nor by whom something was said, nor by what words it is found."""
    uid = open_ticket(api)
    shown = "lastSender[username],lastMessage,lastUpdated,lastUpdatedBy[username],messageCount,read"
    before = api.get(f"{PATH}/{uid}?fields={shown}", user="ann").json
    User.objects.filter(username__in=["ann", "mia"]).update(settings={"keyMessageEmailNotification": True})
    User.objects.filter(username="ann").update(email="ann@example.org")
    User.objects.filter(username="mia").update(email="mia@example.org")
    Mail.objects.all().delete()
    file = attached(api, "admin")
    address = f"{PATH}/{uid}?internal=true&attachments={file}"
    assert api.post(address, "hm, secret", content_type="text/plain").status == 201

    assert api.get(f"{PATH}/{uid}?fields={shown}", user="ann").json == before
    assert listed(api, "ann", "&queryString=secret") == []
    assert [mail.recipients for mail in Mail.objects.all()] == [["mia@example.org"]]
    said = Message.objects.get(internal=True).uid
    hidden = api.get(f"{PATH}/{uid}/{said}/attachments/{file}", user="ann")
    assert (hidden.status, hidden.json["message"]) == (409, "Not authorized to access this message")
    assert api.get(f"/api/fileResources/{file}/data", user="ann").status == 403
    assert listed(api, "mia")[0]["read"] is False


def test_an_internal_message_is_news_for_superusers_who_take_part(api: ApiClient, people: dict[str, User]) -> None:
    uid = open_ticket(api)
    admin = User.objects.get(username="admin")
    api.post(f"{PATH}/{uid}/recipients", {"users": [{"id": admin.uid}]}, user="ann")
    api.post(f"{PATH}/read", [uid])
    api.post(f"{PATH}/{uid}?internal=true", "hm", user="mia", content_type="text/plain")

    assert {user: listed(api, user)[0]["read"] for user in ("ann", "admin")} == {"ann": True, "admin": False}


def test_the_group_for_feedback_is_a_setting(api: ApiClient, people: dict[str, User]) -> None:
    address = "/api/configuration/feedbackRecipients"
    assert api.post(address, helpers().uid, user="ann", content_type="text/plain").status == 403
    assert api.post(address, "unknownGrou", content_type="text/plain").status == 404

    assert api.post(address, helpers().uid, content_type="text/plain").status == 204
    assert api.get(address, user="ann").json["id"] == helpers().uid
    found = api.get("/api/userLookup/feedbackRecipients?query=mia", user="ann").json["users"]
    assert [one["username"] for one in found] == ["mia"]
    assert api.get("/api/userLookup/feedbackRecipients?query=bob", user="ann").json["users"] == []
    assert api.delete(address).status == 204
    assert api.get("/api/userLookup/feedbackRecipients?query=mia", user="ann").json["errorCode"] == "E6200"
