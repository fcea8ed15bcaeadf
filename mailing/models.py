"""Mails that are to be sent, and those that were."""

from __future__ import annotations

from django.db import models


class MailStatus(models.TextChoices):
    """QUEUED until every recipient has it, or was refused for good."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class Mail(models.Model):
    """One mail. `cause` is what it was made for: the same cause never makes another. `recipients` are those who do not
    have it yet; `refused` maps addresses to what the server said of them.

    Content is emptied with the end: what was sent is the receivers' affair.
    """

    id = models.BigAutoField(primary_key=True)
    cause = models.CharField(max_length=255, unique=True)
    message_id = models.CharField(max_length=255, unique=True)
    recipients = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    accepted = models.IntegerField(default=0)  # recipients for whom the server took it
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(null=True)
    status = models.CharField(max_length=10, choices=MailStatus.choices, default=MailStatus.QUEUED)
    attempts = models.IntegerField(default=0)
    created = models.DateTimeField()
    due = models.DateTimeField()  # of the next attempt; while one is made, when another one may be
    ended = models.DateTimeField(null=True)
    error = models.TextField(null=True)  # why the last attempt failed

    class Meta:
        indexes = [
            models.Index(fields=["due"], name="mail_due", condition=models.Q(status=MailStatus.QUEUED)),
            models.Index(fields=["ended"], name="mail_ended", condition=models.Q(ended__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id


class MailPart(models.Model):
    """A picture within the HTML of a mail, which names it by `cid:`."""

    id = models.BigAutoField(primary_key=True)
    mail = models.ForeignKey(Mail, models.CASCADE, related_name="parts")
    content_id = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.content_id
