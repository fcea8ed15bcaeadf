"""Beginning conversations and going on with them. Source: DHIS2 2.42, messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from django.db import transaction

from dhis2api.errors import BAD_REQUEST, ApiError, Code
from files.enums import FileResourceDomain
from files.models import FileResource
from messaging.conversations.access import is_ticket_manager, require_manager, ticket_managers
from messaging.enums import ConversationStatus, MessageType
from messaging.errors import (
    ATTACHMENT_TAKEN,
    ATTACHMENT_UNKNOWN,
    CONVERSATION_UNKNOWN,
    GROUP_UNKNOWN,
    MISSING,
    NO_INTERNAL_MESSAGES,
    NO_RECIPIENTS,
    ORG_UNIT_UNKNOWN,
    TOO_LONG,
    TOO_MANY,
    USER_UNKNOWN,
)
from messaging.models import LONGEST_SUBJECT, Message, MessageAttachment, MessageConversation
from messaging.sending import MessageDraft, add_participants, reply, send_messages
from metadata.models import OrganisationUnit
from users.feedback import feedback_recipients
from users.models import User, UserGroup

LONGEST_TEXT = 100_000  # characters
MOST_RECIPIENTS = 10_000  # names in one request
MOST_FILES = 100  # of a message


class Named(msgspec.Struct):
    """A reference."""

    id: str


class Body(msgspec.Struct, rename="camel"):
    """What a client sends to begin a conversation, or to add people to one."""

    subject: str | None = None
    text: str | None = None
    users: list[Named] = []
    user_groups: list[Named] = []
    organisation_units: list[Named] = []
    attachments: list[Named | str] = []


def read_message(body: Any) -> Body:
    """Errors: ApiError 400 for members of the wrong kind."""
    try:
        return msgspec.convert(body, Body)
    except msgspec.ValidationError as error:
        raise ApiError(BAD_REQUEST, str(error)) from error


@transaction.atomic
def begin(body: Body, user: User, base: str | None) -> MessageConversation:
    """Write to people. Errors: 409 without any recipient, for unknown ones, and for files that are not free."""
    subject, text = _text(body.subject, "subject", LONGEST_SUBJECT), _text(body.text, "text", LONGEST_TEXT)
    recipients = recipients_of(body)
    if not recipients:
        raise ApiError(NO_RECIPIENTS)
    files = _attachable([one if isinstance(one, str) else one.id for one in body.attachments], user)
    (conversation,) = send_messages([MessageDraft(subject, text, recipients, MessageType.PRIVATE, user.pk)], base=base)
    _attach(conversation.messages.get(), files)
    return conversation


@transaction.atomic
def answer_to(
    uid: str, text: str, user: User, *, internal: bool, attachments: Collection[str], base: str | None
) -> MessageConversation:
    """Say something in a conversation. Errors: 404 for an unknown one; 403; 409 for files that are not free."""
    conversation = find_conversation(uid)
    require_manager([conversation], user, "send messages to")
    if internal and (conversation.message_type != MessageType.TICKET or not is_ticket_manager(user)):
        raise ApiError(NO_INTERNAL_MESSAGES)
    files = _attachable(attachments, user)
    managers = ticket_managers(conversation) if internal else ()
    said = _text(text, "text", LONGEST_TEXT)
    _attach(reply(conversation, said, user.pk, internal=internal, managers=managers, base=base), files)
    return conversation


@transaction.atomic
def give_feedback(subject: str, text: str, user: User, base: str | None) -> MessageConversation:
    """Open a ticket, to the group that receives feedback."""
    draft = MessageDraft(
        _text(subject, "subject", LONGEST_SUBJECT), _text(text, "text", LONGEST_TEXT), feedback_recipients(),
        MessageType.TICKET, user.pk, status=ConversationStatus.OPEN,
    )  # fmt: skip
    (conversation,) = send_messages([draft], base=base)
    return conversation


@transaction.atomic
def add_recipients(uid: str, body: Body, user: User) -> None:
    """Have more people take part; who does already stays as he is."""
    conversation = find_conversation(uid)
    require_manager([conversation], user, "change recipients in")
    recipients = recipients_of(body)
    if not recipients:
        raise ApiError(NO_RECIPIENTS)
    add_participants(conversation, recipients)


def find_conversation(uid: str, unknown: Code = CONVERSATION_UNKNOWN) -> MessageConversation:
    """Errors: ApiError 404."""
    conversation = MessageConversation.objects.filter(uid=uid).first()
    if conversation is None:
        raise ApiError(unknown, uid)
    return conversation


def recipients_of(body: Body) -> set[int]:
    """The keys of the users named, alone, by groups and by org units. Errors: what does not exist, by name."""
    users = _found(User.objects.all(), body.users, USER_UNKNOWN)
    groups = _found(UserGroup.objects.all(), body.user_groups, GROUP_UNKNOWN)
    units = _found(OrganisationUnit.objects.all(), body.organisation_units, ORG_UNIT_UNKNOWN)
    in_groups = User.objects.filter(user_groups__in=groups).values_list("pk", flat=True) if groups else ()
    in_units = (
        User.objects.filter(organisation_units_rows__organisation_unit__in=units) if units else User.objects.none()
    )
    return {*users, *in_groups, *in_units.values_list("pk", flat=True)}


def _found(rows: Any, named: Iterable[Named], unknown: Code) -> list[int]:
    uids = list(dict.fromkeys(one.id for one in named))
    if len(uids) > MOST_RECIPIENTS:
        raise ApiError(TOO_MANY, MOST_RECIPIENTS, "recipients")
    keys = dict(rows.filter(uid__in=uids).values_list("uid", "pk")) if uids else {}
    for uid in uids:
        if uid not in keys:
            raise ApiError(unknown, uid)
    return [keys[uid] for uid in uids]


def _attachable(uids: Collection[str], user: User) -> list[FileResource]:
    if len(uids) > MOST_FILES:
        raise ApiError(TOO_MANY, MOST_FILES, "attachments")
    files = {file.uid: file for file in FileResource.objects.select_for_update().filter(uid__in=uids).order_by("pk")}
    for uid in uids:
        file = files.get(uid)
        if file is None:
            raise ApiError(ATTACHMENT_UNKNOWN, uid)
        is_own = file.created_by_id == user.pk or user.principal.is_superuser
        if file.assigned or file.domain != FileResourceDomain.MESSAGE_ATTACHMENT or not is_own:
            raise ApiError(ATTACHMENT_TAKEN, uid)
    return list(files.values())


def _attach(message: Message, files: Collection[FileResource]) -> None:
    if files:
        MessageAttachment.objects.bulk_create(MessageAttachment(message=message, file=file) for file in files)
        FileResource.objects.filter(pk__in=[file.pk for file in files]).update(assigned=True)


def _text(text: str | None, what: str, longest: int) -> str:
    if text is None or not text.strip():
        raise ApiError(MISSING, what)
    if len(text) > longest:
        raise ApiError(TOO_LONG, what, longest)
    return text
