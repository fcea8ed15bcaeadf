"""Saying something to people: the door for everything that starts or continues a conversation.

All of it stands in the open transaction; mails go out once that has committed. Source: DHIS2 2.42, messages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.objects.uids import generate_uid
from mailing.queueing import one_line
from messaging.enums import ConversationPriority, ConversationStatus, MessageType
from messaging.mails import Sent, mail_messages
from messaging.models import LONGEST_SUBJECT, Message, MessageConversation, UserMessage

BATCH = 1000
LOCK = """
    -- by cause, in one order for all who send, until the end of the transaction
    SELECT pg_advisory_xact_lock(hashtext('message'), hashtext(cause))
    FROM unnest(%(causes)s::text[]) AS cause ORDER BY cause
"""


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """What is said to whom (keys of users) to begin a conversation.

    With `forced` it is also mailed to all of them, else to those who want that. Of one `cause` there is one
    conversation: the next time nothing happens.
    """

    subject: str
    text: str
    users: Collection[int]
    type: MessageType = MessageType.SYSTEM
    sender: int | None = None
    priority: ConversationPriority = ConversationPriority.NONE
    status: ConversationStatus = ConversationStatus.NONE
    forced: bool = False
    meta_data: str | None = None
    cause: str | None = None


@transaction.atomic
def send_messages(drafts: Sequence[MessageDraft], *, base: str | None = None) -> list[MessageConversation]:
    """Begin conversations: unread for those who are written to, read for their senders. A fixed number of queries for
    each thousand. `base` is what links in mails begin with; the setting BASE_URL unless it is given."""
    wanted = _new_ones(drafts)
    now = timezone.now()
    conversations = MessageConversation.objects.bulk_create(
        [
            MessageConversation(
                uid=generate_uid(), subject=one_line(draft.subject)[:LONGEST_SUBJECT], message_type=draft.type,
                status=draft.status, priority=draft.priority, last_sender_id=draft.sender, last_message=now,
                message_count=1, created=now, last_updated=now, created_by_id=draft.sender,
                last_updated_by_id=draft.sender, cause=draft.cause,
            )
            for draft in wanted
        ],
        batch_size=BATCH,
    )  # fmt: skip
    pairs = list(zip(wanted, conversations, strict=True))
    messages = Message.objects.bulk_create(
        [
            _message(conversation, draft.text, draft.sender, now, meta_data=draft.meta_data)
            for draft, conversation in pairs
        ],
        batch_size=BATCH,
    )
    UserMessage.objects.bulk_create(
        [
            UserMessage(uid=generate_uid(), conversation=conversation, user_id=user, read=user == draft.sender)
            for draft, conversation in pairs
            for user in sorted({*draft.users, *([] if draft.sender is None else [draft.sender])})
        ],
        batch_size=BATCH,
    )
    mail_messages(
        [
            Sent(conversation, message, {*draft.users} - {draft.sender}, draft.forced)
            for (draft, conversation), message in zip(pairs, messages, strict=True)
        ],
        base=base,
    )
    return conversations


def _new_ones(drafts: Sequence[MessageDraft]) -> list[MessageDraft]:
    """Those whose cause is not known, each once; who sends the same at the same time waits for the first."""
    causes = sorted({draft.cause for draft in drafts if draft.cause is not None})
    if not causes:
        return list(drafts)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"causes": causes})
    known = set(MessageConversation.objects.filter(cause__in=causes).values_list("cause", flat=True))
    found = []
    for draft in drafts:
        if draft.cause is None or draft.cause not in known:
            found.append(draft)
            known.add(draft.cause)
    return found


def reply(
    conversation: MessageConversation, text: str, sender: int, *, internal: bool = False,
    managers: Collection[int] = (), meta_data: str | None = None, base: str | None = None,
) -> Message:  # fmt: skip
    """Go on with a conversation: it is unread for the others then.

    An internal message is for `managers` (keys) among them alone: only for them it is unread, only they get a mail, and
    nothing that others see of the conversation tells of it.
    """
    message = _message(conversation, text, sender, timezone.now(), internal=internal, meta_data=meta_data)
    message.save()
    locked = MessageConversation.objects.select_for_update().get(pk=conversation.pk)
    if not internal:
        locked.last_sender_id, locked.last_message, locked.last_updated = sender, message.created, message.created
        locked.last_updated_by_id = sender
        locked.message_count = (locked.message_count or 0) + 1
        locked.save()
    others = UserMessage.objects.filter(conversation=conversation).exclude(user=sender)
    if internal:
        others = others.filter(user__in=managers)
    others.update(read=False)
    mail_messages([Sent(locked, message, set(others.values_list("user", flat=True)))], base=base)
    return message


def add_participants(conversation: MessageConversation, users: Collection[int]) -> None:
    """Have users take part; those who do stay as they are."""
    UserMessage.objects.bulk_create(
        [UserMessage(uid=generate_uid(), conversation=conversation, user_id=user) for user in sorted(users)],
        ignore_conflicts=True,
    )


def _message(
    conversation: MessageConversation, text: str, sender: int | None, now: datetime, *, internal: bool = False,
    meta_data: str | None = None,
) -> Message:  # fmt: skip
    return Message(
        uid=generate_uid(), conversation=conversation, text=text, sender_id=sender, internal=internal,
        meta_data=meta_data, created=now, last_updated=now, created_by_id=sender, last_updated_by_id=sender,
    )  # fmt: skip
