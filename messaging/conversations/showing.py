"""Conversations as their participants see them. Source: DHIS2 2.42, messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from dhis2api.errors import ApiError
from dhis2api.objects.query.conditions import Condition, parse_filters
from dhis2api.objects.query.fields import Selection, parse_fields
from dhis2api.objects.query.filters import compile_filters
from dhis2api.objects.query.order import compile_order
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.registry import get_schema
from dhis2api.web.timestamps import format_timestamp
from files.models import FileResource
from messaging.conversations.access import is_ticket_manager
from messaging.errors import TOO_MANY
from messaging.models import Message, MessageAttachment, MessageConversation, UserMessage
from users.models import User

LIST_FIELDS = "id,displayName,subject,messageType,lastMessage,read,followUp"
OF_PARTICIPANT = {"read": "read", "followUp": "follow_up"}
EVERYTHING = frozenset({"*", ":all", ":owner"})
TOKEN = "token"
MOST_WORDS = 20  # each is looked for in all that was said

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list asks for. `search` is looked for in the subject, the texts and the names of their senders."""

    fields: str = ""
    filters: Sequence[str] = ()
    junction: str = "AND"
    order: str = ""
    search: str = ""
    operator: str = TOKEN


def list_conversations(
    asked: Asked, user: User, *, offset: int = 0, limit: int | None = None
) -> tuple[list[Shown], int]:
    """The user's own conversations (superusers', too), newest first unless `order` says otherwise; and how many.

    Errors: E1003 for fields and filters that cannot be read.
    """
    schema = get_schema("messageConversation")
    conditions = parse_filters(asked.filters)
    own = [condition for condition in conditions if condition.path in OF_PARTICIPANT]
    others = [condition for condition in conditions if condition.path not in OF_PARTICIPANT]
    marks = Q(user=user)
    for condition in own:
        marks &= _of_participant(condition)
    rows = MessageConversation.objects.filter(pk__in=UserMessage.objects.filter(marks).values("conversation"))
    rows = rows.filter(compile_filters(schema, others, FilterScope(user.principal), junction=asked.junction))
    if asked.search.strip():
        rows = rows.filter(_search(asked.search.strip(), asked.operator))
    total = rows.count()
    rows = rows.order_by(*(compile_order(schema, asked.order) if asked.order else ("-last_message", "-pk")))
    page = rows if limit is None else rows[offset : offset + limit]
    return show(page, asked.fields or LIST_FIELDS, user), total


def show(rows: QuerySet[MessageConversation], fields: str, user: User) -> list[Shown]:
    """Conversations with the members that `fields` selects; a fixed number of queries."""
    selections = parse_fields(fields)
    found = list(rows.select_related("created_by", "last_updated_by", "assignee", "last_sender"))
    shown = [_conversation(one) for one in found]
    keys = [one.pk for one in found]
    if _wants(selections, "read", "followUp"):
        marks = {mark.conversation_id: mark for mark in UserMessage.objects.filter(user=user, conversation__in=keys)}
        for key, one in zip(keys, shown, strict=True):
            mark = marks.get(key)
            one |= {"read": mark is not None and mark.read, "followUp": mark is not None and mark.follow_up}
    if _wants(selections, "messages"):
        messages = _messages(keys, with_internal=is_ticket_manager(user))
        for key, one in zip(keys, shown, strict=True):
            one["messages"] = messages[key]
    if _wants(selections, "userMessages"):
        participants = _participants(keys)
        for key, one in zip(keys, shown, strict=True):
            one["userMessages"] = participants[key]
    return [pick(one, selections) for one in shown]


def unread_conversations(user: User) -> int:
    """How many conversations a user has not read."""
    return UserMessage.objects.filter(user=user, read=False).count()


def _wants(selections: Iterable[Selection], *names: str) -> bool:
    chosen = {selection.name for selection in selections if not selection.excluded}
    return not chosen or not chosen.isdisjoint({*names, *EVERYTHING})


def _of_participant(condition: Condition) -> Q:
    value = {"true": True, "false": False}.get((condition.value or "").lower())
    if condition.operator not in ("eq", "ne", "!eq") or value is None:
        raise condition.fault("operator", f"`{condition.text}`: {condition.path} is asked by eq:true or eq:false")
    return Q(**{OF_PARTICIPANT[condition.path]: value if condition.operator == "eq" else not value})


def _search(text: str, operator: str) -> Q:
    """All words (`token`), or the whole text, in the subject, in a text or in the name of who said it."""
    words = text.split() if operator == TOKEN else [text]
    if len(words) > MOST_WORDS:
        raise ApiError(TOO_MANY, MOST_WORDS, "words")
    found = Q()
    for word in dict.fromkeys(words):
        said = Message.objects.filter(conversation=OuterRef("pk"), internal=False).annotate(
            sender_name=Concat("sender__first_name", Value(" "), "sender__surname")
        )
        said = said.filter(Q(text__icontains=word) | Q(sender_name__icontains=word))
        found &= Q(subject__icontains=word) | Exists(said)
    return found


def _user(user: User | None) -> Shown | None:
    if user is None:
        return None
    name = f"{user.first_name} {user.surname}"
    return {"id": user.uid, "code": user.code, "name": name, "displayName": name, "username": user.username}


def _present(members: Shown) -> Shown:
    return {name: value for name, value in members.items() if value is not None}


def _conversation(row: MessageConversation) -> Shown:
    return _present({
        "id": row.uid, "created": format_timestamp(row.created), "lastUpdated": format_timestamp(row.last_updated),
        "createdBy": _user(row.created_by), "lastUpdatedBy": _user(row.last_updated_by), "user": _user(row.created_by),
        "subject": row.subject, "name": row.subject, "displayName": row.subject, "messageType": row.message_type,
        "status": row.status, "priority": row.priority, "assignee": _user(row.assignee),
        "lastSender": _user(row.last_sender),
        "lastMessage": None if row.last_message is None else format_timestamp(row.last_message),
        "messageCount": row.message_count, "extMessageId": row.ext_message_id,
    })  # fmt: skip


def _messages(keys: Sequence[int], *, with_internal: bool) -> dict[int, list[Shown]]:
    rows = Message.objects.filter(conversation__in=keys).select_related("sender").order_by("pk")
    rows = rows if with_internal else rows.filter(internal=False)
    files: dict[int, list[Shown]] = defaultdict(list)
    for attachment in MessageAttachment.objects.filter(message__in=rows).select_related("file").order_by("pk"):
        files[attachment.message_id].append(_file(attachment.file))
    found: dict[int, list[Shown]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(_present({
            "id": row.uid, "created": format_timestamp(row.created), "lastUpdated": format_timestamp(row.last_updated),
            "name": row.text, "displayName": row.text, "text": row.text, "metaData": row.meta_data,
            "sender": _user(row.sender), "internal": row.internal, "attachments": files[row.pk],
        }))  # fmt: skip
    return found


def _file(file: FileResource) -> Shown:
    return _present({
        "id": file.uid, "name": file.name, "displayName": file.name, "created": format_timestamp(file.created),
        "lastUpdated": format_timestamp(file.last_updated), "contentType": file.content_type,
        "contentLength": file.content_length, "contentMd5": file.content_md5, "storageStatus": file.storage_status,
        "domain": file.domain,
    })  # fmt: skip


def _participants(keys: Sequence[int]) -> dict[int, list[Shown]]:
    found: dict[int, list[Shown]] = defaultdict(list)
    for row in UserMessage.objects.filter(conversation__in=keys).select_related("user").order_by("pk"):
        found[row.conversation_id].append(
            {"id": row.uid, "key": row.uid, "user": _user(row.user), "read": row.read, "followUp": row.follow_up}
        )
    return found
