"""`/api/messageConversations`. What may be done stands in the modules beside it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http.response import HttpResponseBase

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.formats.bodies import body_type
from dhis2api.objects.views import fields_text
from dhis2api.web.base_url import certain_base
from dhis2api.web.bodies import open_body, read_json, read_text
from dhis2api.web.downloads import uploaded_content
from dhis2api.web.messages import created, ok
from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from dhis2api.web.xml import local_name, read_tree
from messaging.conversations import creating, marking, showing
from messaging.models import MessageConversation
from messaging.params import (
    AssignParams,
    ConversationListParams,
    ConversationParams,
    FeedbackParams,
    LeaveParams,
    MarkParams,
    PriorityParams,
    ReplyParams,
    StatusParams,
)
from sharing.access import require_authority

CREATED = "Message conversation created"
PATH = "/messageConversations"
ANY = "*/*"
KLASS = "org.hisp.dhis.message.MessageConversation"


class ConversationsView(ApiView):
    """The caller's conversations, and a new one."""

    consumes = {"post": (JSON, "application/*+json", XML), "delete": (ANY,)}

    @declares(ConversationListParams)
    def get(self, request: ApiRequest, params: ConversationListParams) -> ApiResponse:
        """A page of them, superusers' too only their own."""
        asked = showing.Asked(
            fields_text(request, params), params.filter, params.root_junction, params.order_text, params.query_string,
            params.query_operator,
        )  # fmt: skip
        limit = params.page_size if params.is_paged else None
        shown, total = showing.list_conversations(asked, request.user, offset=params.offset, limit=limit)
        head: dict[str, Any] = {"pager": pager(request, params, total)} if params.is_paged else {}
        return ApiResponse(head | {"messageConversations": shown}, xml="metadata")

    def post(self, request: ApiRequest) -> ApiResponse:
        """Write to users, to groups and to org units."""
        body = creating.read_message(_message_body(request))
        return _created(creating.begin(body, request.user, certain_base(request._request)))

    @declares(LeaveParams)
    def delete(self, request: ApiRequest, params: LeaveParams) -> ApiResponse:
        """Leave conversations; what was said stays."""
        return ApiResponse({"removed": marking.leave(params.mc, request.user, of=params.user)}, xml="removed")


class ConversationView(ApiView):
    """One conversation."""

    consumes = {"post": (ANY,), "delete": (ANY,)}

    @declares(ConversationParams)
    def get(self, request: ApiRequest, params: ConversationParams, uid: str) -> ApiResponse:
        """With its messages; `markRead` marks it."""
        return ApiResponse(
            marking.read_one(uid, request.user, fields_text(request, params), mark_read=params.mark_read),
            xml="messageConversation",
        )

    @declares(ReplyParams)
    def post(self, request: ApiRequest, params: ReplyParams, uid: str) -> ApiResponse:
        """Reply: the body is the text, whatever its content type."""
        base = certain_base(request._request)
        return _created(creating.answer_to(
            uid, read_text(request), request.user, internal=params.internal, attachments=params.attachments, base=base,
        ))  # fmt: skip

    def delete(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Delete it with all that was said in it."""
        require_authority(request.user.principal, "F_METADATA_IMPORT")
        marking.delete_conversation(uid, request.user)
        report = {"responseType": "ObjectReport", "klass": KLASS, "uid": uid, "errorReports": []}
        return ok(response=report)


class ParticipantView(ApiView):
    """A user in a conversation."""

    consumes = {"delete": (ANY,)}

    def delete(self, request: ApiRequest, uid: str, user: str) -> ApiResponse:
        """Have him leave it."""
        return ApiResponse({"removed": marking.remove_participant(uid, user, request.user)}, xml="removed")


class RecipientsView(ApiView):
    """Who takes part."""

    consumes = (JSON, "application/*+json", XML)

    def post(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Add people."""
        creating.add_recipients(uid, creating.read_message(_message_body(request)), request.user)
        return no_content()


class FeedbackView(ApiView):
    """Feedback to those who run the system."""

    consumes = {"post": (ANY,)}

    @declares(FeedbackParams)
    def post(self, request: ApiRequest, params: FeedbackParams) -> ApiResponse:
        """Open a ticket; the body is its text."""
        base = certain_base(request._request)
        made = creating.give_feedback(params.subject, read_text(request), request.user, base)
        return created(f"{PATH}/{made.uid}", message="Feedback created")


class PriorityView(ApiView):
    """How much a conversation matters."""

    consumes = {"post": (ANY,)}

    @declares(PriorityParams)
    def post(self, request: ApiRequest, params: PriorityParams, uid: str) -> ApiResponse:
        """Set it."""
        marking.set_priority(uid, params.message_conversation_priority, request.user)
        return ApiResponse({params.message_conversation_priority.value: [uid]}, xml="priority")


class StatusView(ApiView):
    """How far a conversation is."""

    consumes = {"post": (ANY,)}

    @declares(StatusParams)
    def post(self, request: ApiRequest, params: StatusParams, uid: str) -> ApiResponse:
        """Set it."""
        marking.set_status(uid, params.message_conversation_status, request.user)
        return ApiResponse({params.message_conversation_status.value: [uid]}, xml="status")


class AssigneeView(ApiView):
    """Whom a conversation is assigned to."""

    consumes = {"post": (ANY,), "delete": (ANY,)}

    @declares(AssignParams)
    def post(self, request: ApiRequest, params: AssignParams, uid: str) -> ApiResponse:
        """Assign it."""
        user = marking.assign(uid, params.user_id, request.user)
        return ApiResponse(
            {"message": f"User {user.first_name} {user.surname} was assigned successfully"}, xml="message"
        )

    def delete(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Assign it to nobody."""
        marking.unassign(uid, request.user)
        return ApiResponse({"message": "Message is no longer assigned to user"}, xml="message")


class ReadView(ApiView):
    """Marks of conversations as read or unread: of those in the body, or of the one in the address."""

    consumes = {"post": (ANY,)}
    read: ClassVar[bool] = True

    @declares(MarkParams)
    def post(self, request: ApiRequest, params: MarkParams, uid: str | None = None) -> ApiResponse:
        """Set them; the answer names what has changed."""
        uids = _uids(request) if uid is None else [uid]
        changed = marking.mark_read(uids, request.user, read=self.read, of=params.user)
        return ApiResponse({"markedRead" if self.read else "markedUnread": changed}, xml="marked")


class FollowUpView(ApiView):
    """Marks of conversations for follow-up."""

    consumes = {"post": (ANY,)}
    follow: ClassVar[bool] = True

    @declares(MarkParams)
    def post(self, request: ApiRequest, params: MarkParams) -> ApiResponse:
        """Set them; the answer names all."""
        marked = marking.follow_up(_uids(request), request.user, follow=self.follow, of=params.user)
        return ApiResponse({"markedFollowup" if self.follow else "unmarkedFollowup": marked}, xml="marked")


class AttachmentView(ApiView):
    """A file of a message."""

    def get(self, request: ApiRequest, uid: str, message: str, file: str) -> HttpResponseBase:
        """Its bytes."""
        content = marking.attachment(uid, message, file, request.user)
        return uploaded_content(
            content.pieces, filename=content.file.name, content_type=content.file.content_type, length=content.length,
            tag=f'"{content.file.uid}"',
        )  # fmt: skip


def _created(conversation: MessageConversation) -> ApiResponse:
    return created(f"{PATH}/{conversation.uid}", message=CREATED)


def _message_body(request: ApiRequest) -> Any:
    if body_type(request) != XML:
        return read_json(request)
    with open_body(request) as stream:
        root = read_tree(stream)
    return {
        "subject": _text_of(root, "subject"), "text": _text_of(root, "text"), "users": _ids_of(root, "users"),
        "userGroups": _ids_of(root, "userGroups"), "organisationUnits": _ids_of(root, "organisationUnits"),
        "attachments": _ids_of(root, "attachments"),
    }  # fmt: skip


def _text_of(root: Any, name: str) -> str | None:
    return next((child.text or "" for child in root if local_name(child) == name), None)


def _ids_of(root: Any, name: str) -> list[dict[str, str]]:
    return [{"id": item.get("id", "")} for child in root if local_name(child) == name for item in child]


def _uids(request: ApiRequest) -> list[str]:
    body = read_json(request)
    if not isinstance(body, list) or not all(isinstance(one, str) for one in body):
        raise ApiError(BAD_REQUEST, "The body must be a JSON array of identifiers")
    return body


class DashboardView(ApiView):
    """`/api/me/dashboard`: what is new for me."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """How many conversations and interpretations I have not read; nothing keeps interpretations."""
        unread = showing.unread_conversations(request.user)
        return ApiResponse(
            {"unreadMessageConversations": unread, "unreadInterpretations": 0},
            headers={"Cache-Control": "no-cache, no-store, must-revalidate"},
        )
