"""What a conversation is to its participants: read, to be followed up, left; and whom it is assigned to.

Batches skip what does not exist, and are refused as a whole where one of them is not for the user. Source: DHIS2 2.42,
messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from dhis2api.errors import ApiError, Code, plain
from files.removal import delete_files
from files.services import StoredContent, read_content
from messaging.conversations.access import is_ticket_manager, require_manager, require_reader
from messaging.conversations.creating import find_conversation
from messaging.conversations.showing import show
from messaging.enums import ConversationPriority, ConversationStatus, MessageType
from messaging.errors import ATTACHMENT_MISSING, ATTACHMENT_OF_NONE, INTERNAL_HIDDEN, NOT_FOR_OTHERS, TOO_MANY
from messaging.models import MessageAttachment, MessageConversation, UserMessage
from users.feedback import feedback_recipients
from users.models import User

USER_UNKNOWN = plain(404, "No user with uid: {}")
LEAVER_UNKNOWN = plain(404, "User does not exist: {}")
NONE_FOUND = plain(404, "No MessageConversations found for the given IDs.")
NONE_FOUND_BY_UID = plain(404, "No MessageConversations found for the given UIDs")
NONE_TO_LEAVE = plain(404, "No MessageConversations found for the given UIDs.")
NOT_THERE = plain(404, "No MessageConversation found for the given ID.")
ASSIGNEE_UNKNOWN = plain(404, "Could not find user to assign")
ASSIGNEE_NO_MANAGER = plain(409, "User provided is not a member of the system's feedback recipient group")
UNKNOWN_BY_UID = plain(404, "No MessageConversation found with UID: {}")
UNKNOWN_TO_LEAVE = plain(404, "No messageConversation with uid: {}")
MOST = 10_000  # conversations in one request


@transaction.atomic
def mark_read(uids: Sequence[str], user: User, *, read: bool, of: str | None = None) -> list[str]:
    """Mark conversations as read or unread; those that were changed."""
    found = _found(uids)
    if not found:
        raise ApiError(NONE_FOUND)
    require_manager(found, user, "change read property of")
    participant = _participant(of, user, found)
    changed = UserMessage.objects.filter(conversation__in=found, user=participant, read=not read)
    names = set(changed.values_list("conversation__uid", flat=True))
    changed.update(read=read)
    return [one.uid for one in found if one.uid in names]


@transaction.atomic
def follow_up(uids: Sequence[str], user: User, *, follow: bool, of: str | None = None) -> list[str]:
    """Mark conversations for follow-up, or not; all of them."""
    found = _found(uids)
    if not found:
        raise ApiError(NONE_FOUND_BY_UID)
    require_manager(found, user, "change followups in" if follow else "change unfollowups in")
    participant = _participant(of, user, found)
    UserMessage.objects.filter(conversation__in=found, user=participant).update(follow_up=follow)
    return [one.uid for one in found]


@transaction.atomic
def leave(uids: Sequence[str], user: User, *, of: str | None = None) -> list[str]:
    """Take a user out of conversations; what was said stays."""
    found = _found(uids)
    if not found:
        raise ApiError(NONE_TO_LEAVE)
    require_manager(found, user, "remove assigned users to")
    participant = _participant(of, user, found, LEAVER_UNKNOWN)
    UserMessage.objects.filter(conversation__in=found, user=participant).delete()
    return [one.uid for one in found]


@transaction.atomic
def delete_conversation(uid: str, user: User) -> None:
    """Delete a conversation with all that was said in it, and its files. Errors: 404; 403 for one of others."""
    conversation = find_conversation(uid)
    require_manager([conversation], user, "delete")
    attached = MessageAttachment.objects.filter(message__conversation=conversation)
    files = list(attached.values_list("file", flat=True))
    conversation.delete()
    delete_files(files)


def set_priority(uid: str, priority: ConversationPriority, user: User) -> None:
    """Say how much it matters."""
    conversation = find_conversation(uid, NOT_THERE)
    require_manager([conversation], user, "change priority in")
    MessageConversation.objects.filter(pk=conversation.pk).update(priority=priority)


def set_status(uid: str, status: ConversationStatus, user: User) -> None:
    """Say how far it is."""
    conversation = find_conversation(uid, NOT_THERE)
    require_manager([conversation], user, "change status in")
    MessageConversation.objects.filter(pk=conversation.pk).update(status=status)


@transaction.atomic
def assign(uid: str, assignee: str, user: User) -> User:
    """Assign a conversation; a ticket to one of those who manage tickets."""
    conversation = find_conversation(uid, NOT_THERE)
    require_manager([conversation], user, "assign a user to")
    found = User.objects.filter(uid=assignee).first()
    if found is None:
        raise ApiError(ASSIGNEE_UNKNOWN)
    if conversation.message_type == MessageType.TICKET and found.pk not in feedback_recipients():
        raise ApiError(ASSIGNEE_NO_MANAGER)
    MessageConversation.objects.filter(pk=conversation.pk).update(assignee=found)
    return found


def unassign(uid: str, user: User) -> None:
    """Assign it to nobody."""
    conversation = find_conversation(uid, NOT_THERE)
    require_manager([conversation], user, "remove the assigned user to")
    MessageConversation.objects.filter(pk=conversation.pk).update(assignee=None)


def _found(uids: Sequence[str]) -> list[MessageConversation]:
    if len(uids) > MOST:
        raise ApiError(TOO_MANY, MOST, "conversations")
    return list(MessageConversation.objects.filter(uid__in=uids).order_by("pk"))


def _participant(
    of: str | None, user: User, conversations: Sequence[MessageConversation], unknown: Code = USER_UNKNOWN
) -> User:
    """The user himself, or another one whose marks he may set: superusers all, in tickets who manages them."""
    if of is None or of == user.uid:
        return user
    other = User.objects.filter(uid=of).first()
    if other is None:
        raise ApiError(unknown, of)
    are_tickets = all(one.message_type == MessageType.TICKET for one in conversations)
    if not user.principal.is_superuser and not (are_tickets and is_ticket_manager(user)):
        raise ApiError(NOT_FOR_OTHERS)
    return other


def read_one(uid: str, user: User, fields: str, *, mark_read: bool = False) -> dict[str, Any]:
    """A conversation with its messages. Errors: 404 for an unknown one, 403 for one of others."""
    conversation = find_conversation(uid, UNKNOWN_BY_UID)
    require_reader([conversation], user, "access")
    if mark_read:
        UserMessage.objects.filter(conversation=conversation, user=user).update(read=True)
    return show(MessageConversation.objects.filter(pk=conversation.pk), fields or "*", user)[0]


@transaction.atomic
def remove_participant(uid: str, participant: str, user: User) -> list[str]:
    """Have somebody leave a conversation; the documentation of DHIS2 calls it so."""
    found = User.objects.filter(uid=participant).first()
    if found is None:
        raise ApiError(USER_UNKNOWN, participant)
    conversation = find_conversation(uid, UNKNOWN_TO_LEAVE)
    require_manager([conversation], user, "remove assigned users to")
    _participant(participant, user, [conversation])
    UserMessage.objects.filter(conversation=conversation, user=found).delete()
    return [uid]


def attachment(uid: str, message: str, file: str, user: User) -> StoredContent:
    """The bytes of a file that hangs on a message."""
    conversation = find_conversation(uid, ATTACHMENT_OF_NONE)
    require_reader([conversation], user, "access")
    found = (
        MessageAttachment.objects.filter(message__conversation=conversation, message__uid=message, file__uid=file)
        .select_related("message", "file")
        .first()
    )
    if found is None:
        raise ApiError(ATTACHMENT_MISSING, file)
    if found.message.internal and not is_ticket_manager(user):
        raise ApiError(INTERNAL_HIDDEN)
    return read_content(found.file)
