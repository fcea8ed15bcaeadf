"""Conversations, what is said in them, and who takes part."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dhis2api.objects.columns import choice, flag, integer, long_text, reference, text, timestamp
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import ApiObject
from messaging.enums import ConversationPriority, ConversationStatus, MessageType
from sharing.access import Principal, TypeRules

LONGEST_SUBJECT = 255  # characters


def readable_keys(principal: Principal) -> object:
    """A user reads the conversations that he takes part in; superusers all, but their lists show their own only."""
    if principal.is_superuser:
        return MessageConversation.objects.values("pk")
    return UserMessage.objects.filter(user__uid=principal.uid).values("conversation")


class Kept(ApiObject):
    """What stays when the account of whoever wrote it goes."""

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


class MessageConversation(Kept):
    """A conversation. `message_count` counts what all participants see. Of one `cause` there is one conversation."""

    subject = text(LONGEST_SUBJECT, required=True)
    message_type = choice(MessageType, required=True)
    status = choice(ConversationStatus, default=ConversationStatus.NONE.value)
    priority = choice(ConversationPriority, default=ConversationPriority.NONE.value)
    assignee = reference("users.User", on_delete=models.SET_NULL)
    last_sender = reference("users.User", on_delete=models.SET_NULL)
    last_message = timestamp(read_only=True)
    message_count = integer(default=0)
    ext_message_id = text()
    cause = models.CharField(max_length=255, null=True, unique=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.message.MessageConversation"
        endpoint = False  # served by views of its own
        path = "messageConversations"
        metadata = False
        read_only = True
        access = TypeRules(readable_keys=readable_keys, is_personal=True)


class Message(Kept):
    """One thing said. Internal ones are for those who manage tickets."""

    conversation = models.ForeignKey(MessageConversation, models.CASCADE, related_name="messages")
    text = long_text(required=True)
    meta_data = long_text()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    internal = flag()

    class Meta:
        indexes = [models.Index(fields=["conversation", "id"], name="message_of_conversation")]


class MessageAttachment(models.Model):
    """A file of a message."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    file = models.OneToOneField("files.FileResource", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.file_id)


class UserMessage(models.Model):
    """A participant, and what the conversation is to him."""

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=11, unique=True)
    conversation = models.ForeignKey(MessageConversation, models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read = models.BooleanField(default=False)
    follow_up = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="one_participant")]
        indexes = [
            # Unread conversations are counted with each page that somebody opens.
            models.Index(fields=["user"], name="unread_of_user", condition=models.Q(read=False)),
        ]

    def __str__(self) -> str:
        return self.uid
