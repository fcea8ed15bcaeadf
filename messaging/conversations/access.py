"""Who may do what with a conversation.

A participant, or a superuser, reads it. Everything else is for them, and in a ticket for who manages tickets: members
of the group that receives feedback, and superusers. Source: DHIS2 2.42, messages, access.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dhis2api.errors import ApiError
from messaging.enums import MessageType
from messaging.errors import NOT_AUTHORIZED
from messaging.models import MessageConversation, UserMessage
from sharing.access import SUPERUSER
from users.feedback import feedback_recipients
from users.models import User


def is_ticket_manager(user: User) -> bool:
    """Whether a user is one of them, or a superuser."""
    return user.principal.is_superuser or user.pk in feedback_recipients()


def ticket_managers(conversation: MessageConversation) -> set[int]:
    """The keys of all who receive feedback, and of the superusers who take part."""
    participants = User.objects.filter(pk__in=UserMessage.objects.filter(conversation=conversation).values("user"))
    superusers = participants.filter(user_roles__authorities__contains=[SUPERUSER])
    return {*feedback_recipients(), *superusers.values_list("pk", flat=True)}


def require_reader(conversations: Iterable[MessageConversation], user: User, what: str) -> None:
    """Errors: ApiError 403 unless the user takes part in all of them, or is a superuser."""
    if not user.principal.is_superuser and _strange(conversations, user):
        raise ApiError(NOT_AUTHORIZED, what)


def require_manager(conversations: Collection[MessageConversation], user: User, what: str) -> None:
    """Errors: ApiError 403 unless the user may change all of them."""
    if user.principal.is_superuser:
        return
    strange = _strange(conversations, user)
    if any(one.message_type != MessageType.TICKET for one in strange) or (
        strange and user.pk not in feedback_recipients()
    ):
        raise ApiError(NOT_AUTHORIZED, what)


def _strange(conversations: Iterable[MessageConversation], user: User) -> list[MessageConversation]:
    """Those in which the user takes no part."""
    wanted = list(conversations)
    own = set(UserMessage.objects.filter(user=user, conversation__in=wanted).values_list("conversation_id", flat=True))
    return [one for one in wanted if one.pk not in own]
