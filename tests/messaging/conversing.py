"""People who write to each other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.files.test_uploads import upload
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User, UserGroup

PATH = "/api/messageConversations"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Ann, Bob and Eve; Bob and Eve are in a group; Mia manages tickets."""
    found = {name: persona(name) for name in ("ann", "bob", "eve")}
    group = UserGroup.objects.create(name="Two")
    group.users.add(found["bob"], found["eve"])
    found["mia"] = persona("mia", groups=["Helpers"])
    return found


def helpers() -> UserGroup:
    return UserGroup.objects.get(name="Helpers")


def write(api: ApiClient, *to: User, user: str = "ann", **members: Any) -> str:
    """The uid of a new conversation."""
    body = {"subject": "Hello", "text": "How are you?", "users": [{"id": one.uid} for one in to]} | members
    answer = api.post(PATH, body, user=user)
    assert answer.status == 201, answer
    return answer.headers["Location"].rsplit("/", 1)[1]


def listed(api: ApiClient, user: str, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"{PATH}?fields=id,subject,read,followUp&paging=false{query}", user=user)
    assert answer.status == 200, answer
    return answer.json["messageConversations"]


def open_ticket(api: ApiClient, user: str = "ann") -> str:
    api.post("/api/configuration/feedbackRecipients", helpers().uid, content_type="text/plain")
    answer = api.post(f"{PATH}/feedback?subject=Broken", "It does not work", user=user, content_type="text/plain")
    assert (answer.status, answer.json["message"]) == (201, "Feedback created")
    return answer.headers["Location"].rsplit("/", 1)[1]


def attached(api: ApiClient, user: str = "ann", domain: str = "MESSAGE_ATTACHMENT") -> str:
    """The uid of a file that somebody sent."""
    return upload(api, user=user, domain=domain).json["response"]["fileResource"]["id"]
