"""`/api/messageConversations` (DHIS2 2.42, messages)."""

from __future__ import annotations

from typing import Any

import pytest

from files.models import FileResource
from messaging.models import Message, MessageAttachment, MessageConversation, UserMessage
from metadata.models import OrganisationUnit
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.messaging.conversing import PATH, attached, listed, write
from tests.personas import persona
from users.models import User, UserGroup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def test_a_message_gets_to_its_receivers(api: ApiClient, people: dict[str, User]) -> None:
    answer = api.post(PATH, {"subject": "Hello", "text": "Text", "users": [{"id": people["bob"].uid}]}, user="ann")

    uid = MessageConversation.objects.get().uid
    assert (answer.status, answer.json["message"]) == (201, "Message conversation created")
    assert answer.headers["Location"].endswith(f"/api/messageConversations/{uid}")
    assert listed(api, "bob") == [{"id": uid, "subject": "Hello", "read": False, "followUp": False}]
    assert listed(api, "ann") == [{"id": uid, "subject": "Hello", "read": True, "followUp": False}]
    assert listed(api, "eve") == listed(api, "admin") == []  # superusers list their own, too


def test_receivers_are_named_alone_by_group_and_by_org_unit(api: ApiClient, people: dict[str, User]) -> None:
    unit = OrganisationUnit.objects.exclude(parent=None).first()
    unit.users_rows.create(user=people["mia"])
    group = UserGroup.objects.get(name="Two")
    uid = write(api, people["bob"], userGroups=[{"id": group.uid}], organisationUnits=[{"id": unit.uid}])

    names = set(UserMessage.objects.filter(conversation__uid=uid).values_list("user__username", flat=True))
    assert {"ann", "bob", "eve", "mia"} <= names
    in_unit = set(unit.users_rows.values_list("user__username", flat=True))
    assert names == {"ann", "bob", "eve"} | in_unit


@pytest.mark.parametrize(("members", "status", "message"), [
    ({}, 409, "No recipients selected."),
    ({"users": [{"id": "nobodyHere1"}]}, 409, "User does not exist: nobodyHere1"),
    ({"organisationUnits": [{"id": "noUnitHere1"}]}, 409, "Organisation Unit does not exist: noUnitHere1"),
    ({"userGroups": [{"id": "noGroupHere"}]}, 404, "UserGroup with id noGroupHere could not be found."),
    ({"users": "x"}, 400, "Expected `array`, got `str` - at `$.users`"),
    ({"users": [{"id": None}]}, 400, "Expected `str`, got `null` - at `$.users[0].id`"),
])  # fmt: skip
def test_receivers_must_exist(api: ApiClient, members: dict[str, Any], status: int, message: str) -> None:
    answer = api.post(PATH, {"subject": "Hello", "text": "Text"} | members, user="ann")

    assert (answer.status, answer.json["message"]) == (status, message)
    assert not MessageConversation.objects.exists()


@pytest.mark.parametrize(("member", "value", "message"), [
    ("subject", None, "A subject must be given"), ("text", " ", "A text must be given"),
    ("subject", "x" * 256, "The subject has more than 255 characters"),
    ("text", "x" * 100_001, "The text has more than 100000 characters"),
])  # fmt: skip
def test_something_must_be_said(
    api: ApiClient, people: dict[str, User], member: str, value: str | None, message: str
) -> None:
    body = {"subject": "Hello", "text": "Text", "users": [{"id": people["bob"].uid}]} | {member: value}
    answer = api.post(PATH, body, user="ann")

    assert (answer.status, answer.json["message"]) == (409, message)


def test_a_body_may_be_xml(api: ApiClient, people: dict[str, User]) -> None:
    file = attached(api)
    body = (
        f'<message><subject>Hi</subject><text>There</text><users><user id="{people["bob"].uid}"/></users>'
        f'<attachments><attachment id="{file}"/></attachments></message>'
    )
    assert api.post(PATH, body, user="ann", content_type="application/xml").status == 201
    assert MessageAttachment.objects.get().file.uid == file

    assert [one["subject"] for one in listed(api, "bob")] == ["Hi"]


def test_a_conversation_shows_what_was_said_and_to_whom(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])
    assert api.post(f"{PATH}/{uid}", "Fine, thanks", user="bob", content_type="text/plain").status == 201

    shown = api.get(f"{PATH}/{uid}", user="ann").json
    assert [message["text"] for message in shown["messages"]] == ["How are you?", "Fine, thanks"]
    assert [message["sender"]["username"] for message in shown["messages"]] == ["ann", "bob"]
    assert {one["user"]["username"] for one in shown["userMessages"]} == {"ann", "bob"}
    assert (shown["messageType"], shown["status"], shown["priority"]) == ("PRIVATE", "NONE", "NONE")
    assert (shown["messageCount"], shown["lastSender"]["username"]) == (2, "bob")
    assert (shown["subject"], shown["displayName"], shown["read"]) == ("Hello", "Hello", False)


def test_fields_reach_into_messages(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])

    shown = api.get(f"{PATH}/{uid}?fields=subject,messages[text,sender[username]]", user="bob").json
    assert shown == {"subject": "Hello", "messages": [{"text": "How are you?", "sender": {"username": "ann"}}]}


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/xml"])
def test_a_reply_is_the_body_as_it_is(api: ApiClient, people: dict[str, User], content_type: str) -> None:
    uid = write(api, people["bob"])
    api.post(f"{PATH}/{uid}", '{"text": "as it is"}', user="bob", content_type=content_type)

    assert Message.objects.latest("pk").text == '{"text": "as it is"}'


def test_a_reply_is_news_for_the_others(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"], people["eve"])
    api.post(f"{PATH}/read", [uid], user="eve")
    api.post(f"{PATH}/{uid}", "Fine", user="bob", content_type="text/plain")

    assert {user: listed(api, user)[0]["read"] for user in ("ann", "bob", "eve")} == {
        "ann": False, "bob": False, "eve": False,
    }  # fmt: skip


def test_unread_conversations_are_counted(api: ApiClient, people: dict[str, User]) -> None:
    first = write(api, people["bob"])
    write(api, people["bob"])
    assert api.get("/api/me/dashboard", user="bob").json["unreadMessageConversations"] == 2

    api.get(f"{PATH}/{first}?markRead=true", user="bob")
    assert api.get("/api/me/dashboard", user="bob").json["unreadMessageConversations"] == 1


@pytest.mark.parametrize(("path", "answered"), [
    ("read", "markedRead"), ("unread", "markedUnread"), ("followup", "markedFollowup"),
    ("unfollowup", "unmarkedFollowup"),
])  # fmt: skip
def test_conversations_are_marked(api: ApiClient, people: dict[str, User], path: str, answered: str) -> None:
    uid = write(api, people["bob"])
    if path == "unread":
        api.post(f"{PATH}/read", [uid], user="bob")

    answer = api.post(f"{PATH}/{path}", [uid, "unknownConv"], user="bob")
    assert (answer.status, answer.json) == (200, {answered: [uid]})
    if path in ("read", "unread"):  # a second time nothing changes
        assert api.post(f"{PATH}/{uid}/{path}", user="bob").json == {answered: []}
    shown = listed(api, "bob")[0]
    assert (shown["read"], shown["followUp"]) == (path == "read", path == "followup")


def test_marks_are_everybodys_own(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])

    refused = api.post(f"{PATH}/read?user={people['bob'].uid}", [uid], user="ann")
    assert (refused.status, listed(api, "bob")[0]["read"]) == (403, False)
    assert api.post(f"{PATH}/read?user={people['bob'].uid}", [uid]).json == {"markedRead": [uid]}


@pytest.mark.parametrize(("method", "path", "message"), [
    ("GET", "{}", "Not authorized to access this conversation."),
    ("POST", "{}", "Not authorized to send messages to this conversation."),
    ("POST", "{}/priority?messageConversationPriority=HIGH", "Not authorized to change priority in this conversation."),
    ("POST", "{}/status?messageConversationStatus=OPEN", "Not authorized to change status in this conversation."),
    ("POST", "{}/assign?userId=x", "Not authorized to assign a user to this conversation."),
    ("DELETE", "{}/assign", "Not authorized to remove the assigned user to this conversation."),
    ("POST", "{}/read", "Not authorized to change read property of this conversation."),
    ("DELETE", "?mc={}", "Not authorized to remove assigned users to this conversation."),
])  # fmt: skip
def test_who_takes_no_part_has_no_part(
    api: ApiClient, people: dict[str, User], method: str, path: str, message: str
) -> None:
    uid = write(api, people["bob"])
    address = f"{PATH}/{path}" if path.startswith("{") else PATH + path
    answer = api.request(method, address.format(uid), "text" if method == "POST" else None, user="eve")

    assert (answer.status, answer.json["message"]) == (403, message)
    batch = api.post(f"{PATH}/followup", [uid], user="eve")
    assert batch.json["message"] == "Not authorized to change followups in this conversation."


def test_superusers_read_all(api: ApiClient, people: dict[str, User]) -> None:
    assert api.get(f"{PATH}/{write(api, people['bob'])}").json["subject"] == "Hello"


@pytest.mark.parametrize(("method", "path", "message"), [
    ("GET", "unknownConv", "No MessageConversation found with UID: unknownConv"),
    ("POST", "unknownConv", "Message conversation does not exist: unknownConv"),
    ("POST", "unknownConv/status?messageConversationStatus=OPEN", "No MessageConversation found for the given ID."),
    ("POST", "unknownConv/assign?userId=x", "No MessageConversation found for the given ID."),
    ("POST", "unknownConv/read", "No MessageConversations found for the given IDs."),
    ("DELETE", "unknownConv", "Message conversation does not exist: unknownConv"),
    ("DELETE", "unknownConv/unknownUser", "No user with uid: unknownUser"),
    ("DELETE", "?mc=unknownConv", "No MessageConversations found for the given UIDs."),
])  # fmt: skip
def test_what_is_not_there_is_told(api: ApiClient, method: str, path: str, message: str) -> None:
    address = PATH + path if path.startswith("?") else f"{PATH}/{path}"
    answer = api.request(method, address, "text" if method == "POST" else None)

    assert (answer.status, answer.json["message"]) == (404, message)


def test_lists_are_filtered_by_own_marks_before_they_are_paged(api: ApiClient, people: dict[str, User]) -> None:
    uids = [write(api, people["bob"], subject=f"Number {n}") for n in range(5)]
    api.post(f"{PATH}/read", uids[:2], user="bob")
    api.post(f"{PATH}/followup", uids[:1], user="bob")

    page = api.get(f"{PATH}?filter=read:eq:false&pageSize=2&order=lastMessage:desc&fields=id", user="bob").json
    assert page["pager"]["total"] == 3
    assert [one["id"] for one in page["messageConversations"]] == [uids[4], uids[3]]
    assert [one["id"] for one in listed(api, "bob", "&filter=followUp:eq:true")] == [uids[0]]
    assert [one["id"] for one in listed(api, "bob", "&filter=subject:ilike:number 3")] == [uids[3]]


@pytest.mark.parametrize(("query", "count"), [
    ("queryString=hello", 1), ("queryString=how+hello", 1), ("queryString=ann", 1), ("queryString=nothing", 0),
    ("queryString=how+are&queryOperator=ilike", 1), ("queryString=are+how&queryOperator=ilike", 0),
    ("filter=messageType:eq:PRIVATE", 1), ("filter=messageType:eq:TICKET", 0), ("filter=status:eq:NONE", 1),
    ("filter=priority:eq:HIGH", 0),
])  # fmt: skip
def test_lists_are_searched(api: ApiClient, people: dict[str, User], query: str, count: int) -> None:
    write(api, people["bob"])

    assert len(listed(api, "bob", f"&{query}")) == count


def test_many_words_are_too_many(api: ApiClient) -> None:
    """Each is looked for in all that was said: hundreds would keep the database busy for minutes."""
    answer = api.get(f"{PATH}?queryString={'+'.join(f'w{n}' for n in range(21))}", user="bob")
    assert (answer.status, answer.json["message"]) == (409, "There are more than 20 words")
    assert api.get(f"{PATH}?queryString={'+'.join(['w'] * 20)}", user="bob").status == 200


@pytest.mark.parametrize("path", ["read", "unread", "followup", "unfollowup"])
def test_of_a_list_that_is_too_long_nothing_is_left_out(api: ApiClient, people: dict[str, User], path: str) -> None:
    uid = write(api, people["bob"])
    answer = api.post(f"{PATH}/{path}", ["unknownConv"] * 10_000 + [uid], user="bob")

    assert (answer.status, answer.json["message"]) == (409, "There are more than 10000 conversations")


@pytest.mark.parametrize(("member", "number", "message"), [
    ("users", 10_001, "There are more than 10000 recipients"),
    ("attachments", 101, "There are more than 100 attachments"),
])  # fmt: skip
def test_who_and_what_is_named_is_bounded(
    api: ApiClient, people: dict[str, User], member: str, number: int, message: str
) -> None:
    body = {"subject": "A", "text": "B", "users": [{"id": people["bob"].uid}]}
    answer = api.post(PATH, body | {member: [{"id": f"x{n}"} for n in range(number)]}, user="ann")

    assert (answer.status, answer.json["message"]) == (409, message)


@pytest.mark.parametrize("path", [
    "assignee.password", "lastSender.email", "createdBy.phoneNumber", "createdBy.restoreToken", "createdBy.settings",
    "messages.text", "participants.user.username", "cause",
])  # fmt: skip
def test_filters_reveal_nothing_of_people(api: ApiClient, people: dict[str, User], path: str) -> None:
    write(api, people["bob"])

    assert api.get(f"{PATH}?filter={path}:like:a", user="bob").json["errorCode"] == "E1003"


@pytest.mark.parametrize("query", ["filter=read:like:x", "filter=read:eq:maybe", "filter=nothing:eq:1"])
def test_a_query_that_means_nothing_is_refused(api: ApiClient, query: str) -> None:
    assert api.get(f"{PATH}?{query}", user="bob").status == 400


def test_leaving_leaves_what_was_said(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])

    assert api.delete(f"{PATH}?mc={uid}", user="bob").json == {"removed": [uid]}
    assert listed(api, "bob") == []
    assert len(listed(api, "ann")) == 1
    assert api.delete(f"{PATH}/{uid}/{people['ann'].uid}", user="ann").json == {"removed": [uid]}


def test_deleting_takes_the_right_to_import_metadata(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])
    assert api.delete(f"{PATH}/{uid}", user="ann").status == 403
    persona("importer", authorities=["F_METADATA_IMPORT"])
    refused = api.delete(f"{PATH}/{uid}", user="importer")
    assert (refused.status, refused.json["message"]) == (403, "Not authorized to delete this conversation.")

    assert api.delete(f"{PATH}/{uid}").status == 200
    assert not Message.objects.exists()


def test_people_are_added(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])
    body = {"users": [{"id": people["eve"].uid}, {"id": people["bob"].uid}]}

    assert api.post(f"{PATH}/{uid}/recipients", body, user="bob").status == 204
    assert listed(api, "eve")[0]["read"] is False
    assert api.post(f"{PATH}/{uid}/recipients", {}, user="bob").json["message"] == "No recipients selected."


def test_status_priority_and_assignee_are_set(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])

    assert api.post(f"{PATH}/{uid}/priority?messageConversationPriority=HIGH", user="bob").json == {"HIGH": [uid]}
    assert api.post(f"{PATH}/{uid}/status?messageConversationStatus=SOLVED", user="bob").json == {"SOLVED": [uid]}
    assigned = api.post(f"{PATH}/{uid}/assign?userId={people['eve'].uid}", user="bob")
    assert assigned.json == {"message": "User Eve Persona was assigned successfully"}
    shown = api.get(f"{PATH}/{uid}?fields=priority,status,assignee[username]", user="bob").json
    assert shown == {"priority": "HIGH", "status": "SOLVED", "assignee": {"username": "eve"}}
    assert api.delete(f"{PATH}/{uid}/assign", user="bob").json == {"message": "Message is no longer assigned to user"}
    nobody = api.post(f"{PATH}/{uid}/assign?userId=nobody", user="bob")
    assert (nobody.status, nobody.json["message"]) == (404, "Could not find user to assign")
    assert api.post(f"{PATH}/{uid}/status?messageConversationStatus=DONE", user="bob").status == 400


def test_messages_have_files(api: ApiClient, people: dict[str, User]) -> None:
    file = attached(api)
    uid = write(api, people["bob"], attachments=[file])

    (message,) = api.get(f"{PATH}/{uid}?fields=messages[id,attachments[id,name,contentLength]]", user="bob").json[
        "messages"
    ]
    assert message["attachments"] == [{"id": file, "name": "a.txt", "contentLength": 5}]
    address = f"{PATH}/{uid}/{message['id']}/attachments/{file}"
    assert api.get(address, user="bob").text == "hello"
    assert api.get(address, user="eve").status == 403
    assert api.get(f"{PATH}/{uid}/{message['id']}/attachments/unknownFile", user="bob").status == 404
    replied = attached(api, "bob")
    assert api.post(f"{PATH}/{uid}?attachments={replied}", "See", user="bob", content_type="text/plain").status == 201


def test_files_go_with_the_conversation(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"], attachments=[attached(api)])
    api.delete(f"{PATH}/{uid}")

    assert not FileResource.objects.filter(domain="MESSAGE_ATTACHMENT").exists()


@pytest.mark.parametrize("kind", ["unknown", "used", "of another domain", "somebody else's"])
def test_a_file_must_be_free(api: ApiClient, people: dict[str, User], kind: str) -> None:
    file = "unknownFile" if kind == "unknown" else attached(api)
    if kind == "used":
        write(api, people["bob"], attachments=[file])
    elif kind == "of another domain":
        file = attached(api, domain="DOCUMENT")
    elif kind == "somebody else's":
        file = attached(api, "eve")
    body = {"subject": "A", "text": "B", "users": [{"id": people["bob"].uid}], "attachments": [{"id": file}]}
    answer = api.post(PATH, body, user="ann")

    said = "not found." if kind == "unknown" else "is already used or not a valid attachment."
    assert (answer.status, answer.json["message"]) == (409, f"Attachment '{file}' {said}")


def test_what_somebody_said_stays_without_him(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])
    people["ann"].delete()

    shown = api.get(f"{PATH}/{uid}?fields=messages[text,sender]", user="bob").json
    assert shown == {"messages": [{"text": "How are you?"}]}


def test_many_conversations_take_as_many_queries_as_few(api: ApiClient, people: dict[str, User]) -> None:
    def count() -> int:
        with query_counter() as queries:
            api.get(f"{PATH}?fields=*&paging=false", user="bob")
        return queries.count

    write(api, people["bob"])
    few = count()
    for _ in range(4):
        uid = write(api, people["bob"], people["eve"])
        api.post(f"{PATH}/{uid}", "Again", user="eve", content_type="text/plain")

    assert count() == few


@pytest.mark.parametrize(("path", "body"), [
    ("", []), ("", "x"), ("", {"users": {}}), ("/read", {}), ("/read", [1]), ("/followup", "x"), ("", {"subject": 5}),
    ("", '{"subject": "\\u0000"}'), ("/read", '["\\u0000"]'),
])  # fmt: skip
def test_bodies_of_another_kind_are_refused(api: ApiClient, path: str, body: Any) -> None:
    answer: Answer = api.post(PATH + path, body, user="ann")

    assert 400 <= answer.status < 500


def test_a_text_with_nul_is_refused(api: ApiClient, people: dict[str, User]) -> None:
    uid = write(api, people["bob"])

    assert api.post(f"{PATH}/{uid}", "a\x00b", user="bob", content_type="text/plain").status == 400


def test_who_is_nobody_reads_nothing(api: ApiClient) -> None:
    assert api.get(PATH, user=None).status == 401
