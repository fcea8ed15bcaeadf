"""Declared query parameters of this app's endpoints."""

from __future__ import annotations

from dhis2api.objects.params import ListParams, ObjectParams
from dhis2api.web.params import Params, param
from messaging.enums import ConversationPriority, ConversationStatus


class ConversationListParams(ListParams):
    """Of `GET /api/messageConversations`."""

    query_string: str = param("", doc="Words in the subject, the messages or the names of their senders.")
    query_operator: str = param("token", doc="`token`: every word; anything else: the text as a whole.")


class ConversationParams(ObjectParams):
    """Of `GET /api/messageConversations/{id}`."""

    mark_read: bool = param(False, doc="Whether it counts as read then.")


class ReplyParams(Params):
    """Of `POST /api/messageConversations/{id}`."""

    internal: bool = param(False, doc="For those who manage tickets alone.")
    attachments: list[str] = param(doc="File resources of the domain MESSAGE_ATTACHMENT.")


class FeedbackParams(Params):
    """Of `POST /api/messageConversations/feedback`."""

    subject: str = param("", doc="What it is about.")


class PriorityParams(Params):
    """Of `POST /api/messageConversations/{id}/priority`."""

    message_conversation_priority: ConversationPriority = param(required=True)


class StatusParams(Params):
    """Of `POST /api/messageConversations/{id}/status`."""

    message_conversation_status: ConversationStatus = param(required=True)


class AssignParams(Params):
    """Of `POST /api/messageConversations/{id}/assign`."""

    user_id: str = param("", doc="A user's id.")


class MarkParams(Params):
    """Of `POST /api/messageConversations/read` and its like."""

    user: str | None = param(None, aliases=("userUid",), doc="Whose mark; the caller's own without it.")


class LeaveParams(MarkParams):
    """Of `DELETE /api/messageConversations`."""

    mc: list[str] = param(repeatable=True, doc="Conversations.")


class EmailParams(Params):
    """Of `POST /api/email/notification` without a body."""

    recipients: list[str] = param(repeatable=True, doc="Addresses.")
    message: str = param("", doc="What to say.")
    subject: str = param("DHIS 2", doc="What it is about.")
