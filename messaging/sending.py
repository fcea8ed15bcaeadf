"""Saying something to people: the door for everything that starts or continues a conversation.

All of it stands in the open transaction; mails go out once that has committed. Source: DHIS2 2.42, messages.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from dhis2api.objects.uids import generate_uid
from messaging.enums import ConversationPriority, ConversationStatus, MessageType
from messaging.mails import mail_message
from messaging.models import LONGEST_SUBJECT, Message, MessageConversation, UserMessage


def send_message(
    *, subject: str, text: str, users: Collection[int], type: MessageType = MessageType.SYSTEM,
    sender: int | None = None, priority: ConversationPriority = ConversationPriority.NONE,
    status: ConversationStatus = ConversationStatus.NONE, forced: bool = False, meta_data: str | None = None,
    cause: str | None = None, base: str | None = None,
) -> MessageConversation | None:  # fmt: skip
    """Begin a conversation: unread for `users` (keys), read for its sender.

    With `forced` it is also mailed to all of them, else to those who want that. Of the same `cause` there is one
    conversation: the next time nothing happens (None).
    """
    now = timezone.now()
    conversation = MessageConversation(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT], message_type=type, status=status, priority=priority,
        last_sender_id=sender, last_message=now, message_count=1, created=now, last_updated=now, created_by_id=sender,
        last_updated_by_id=sender, cause=cause,
    )  # fmt: skip
    try:
        with transaction.atomic():
            conversation.save()
    except IntegrityError:
        if cause is not None and MessageConversation.objects.filter(cause=cause).exists():
            return None
        raise
    message = _add_message(conversation, text, sender, meta_data=meta_data)
    add_participants(conversation, {*users} - {sender})
    if sender is not None:
        add_participants(conversation, {sender}, read=True)
    mail_message(conversation, message, {*users} - {sender}, forced=forced, base=base)
    return conversation


def reply(
    conversation: MessageConversation, text: str, sender: int, *, internal: bool = False,
    managers: Collection[int] = (), meta_data: str | None = None, base: str | None = None,
) -> Message:  # fmt: skip
    """Go on with a conversation: it is unread for the others then.

    An internal message is for `managers` (keys) among them alone: only for them it is unread, only they get a mail.
    """
    message = _add_message(conversation, text, sender, internal=internal, meta_data=meta_data)
    locked = MessageConversation.objects.select_for_update().get(pk=conversation.pk)
    locked.last_sender_id, locked.last_message, locked.last_updated = sender, message.created, message.created
    locked.last_updated_by_id = sender
    locked.message_count = (locked.message_count or 0) + (0 if internal else 1)
    locked.save()
    others = UserMessage.objects.filter(conversation=conversation).exclude(user=sender)
    if internal:
        others = others.filter(user__in=managers)
    others.update(read=False)
    mail_message(locked, message, set(others.values_list("user", flat=True)), base=base)
    return message


def add_participants(conversation: MessageConversation, users: Collection[int], *, read: bool = False) -> None:
    """Have users take part; those who do stay as they are."""
    UserMessage.objects.bulk_create(
        [UserMessage(uid=generate_uid(), conversation=conversation, user_id=user, read=read) for user in sorted(users)],
        ignore_conflicts=True,
    )


def _add_message(
    conversation: MessageConversation, text: str, sender: int | None, *, internal: bool = False,
    meta_data: str | None = None,
) -> Message:  # fmt: skip
    return Message.objects.create(
        conversation=conversation, text=text, sender_id=sender, internal=internal, meta_data=meta_data,
        created_by_id=sender, last_updated_by_id=sender,
    )  # fmt: skip
