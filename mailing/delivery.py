"""Bringing queued mails to the mail server.

A mail is claimed, handed over, and recorded as sent as soon as the server has taken it. Who dies in between has it sent
again, under the same Message-ID, by which receivers know it; what is recorded is never sent again. What fails is tried
again after growing pauses, for five days.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.utils import format_datetime, formataddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from mailing.models import Mail, MailPart, MailStatus
from mailing.smtp import MailServer, Refused, mail_server

BATCH = 50  # mails over one connection
CLAIM = timedelta(minutes=5)  # after which another may try
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240)]
LAST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)
REMEMBERED = timedelta(days=90)  # how long the cause of a mail that is done is known
PERMANENT = 500  # SMTP codes from here on
LONGEST_REASON = 500  # characters

CLAIM_DUE = """
    -- the mails whose time has come, kept from others while they are sent
    UPDATE mailing_mail SET due = %(until)s, attempts = attempts + 1
    WHERE id = ANY(ARRAY(
        SELECT id FROM mailing_mail WHERE status = 'QUEUED' AND due <= %(now)s
        ORDER BY due LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING id
"""

logger = logging.getLogger(__name__)


def deliver_due() -> int:
    """Send what is due, one after the other; how many were tried. Without a mail server they wait."""
    if not Mail.objects.filter(status=MailStatus.QUEUED, due__lte=timezone.now()).exists():
        return 0
    server = mail_server()
    if server is None:
        return 0
    tried = 0
    try:
        while claimed := _claim():
            for place, mail in enumerate(Mail.objects.filter(pk__in=claimed).order_by("pk")):
                tried += 1
                if not _deliver(mail, server):
                    _release(claimed[place + 1 :])
                    return tried
    finally:
        server.close()
    return tried


def forget_old() -> int:
    """Forget mails that were done with long ago; how many."""
    return Mail.objects.filter(ended__lt=timezone.now() - REMEMBERED).delete()[0]


def _claim() -> list[int]:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_DUE, {"now": now, "until": now + CLAIM, "batch": BATCH})
        return sorted(pk for (pk,) in cursor.fetchall())


def _release(claimed: list[int]) -> None:
    """Put back mails that were not tried: the server cannot be reached."""
    waiting = Mail.objects.filter(pk__in=claimed)
    waiting.update(due=timezone.now() + PAUSES[0], attempts=F("attempts") - 1)


def _deliver(mail: Mail, server: MailServer) -> bool:
    """Try one mail; whether the server can be talked to."""
    try:
        refused = server.deliver(_message(mail, server), mail.recipients)
    except SMTPRecipientsRefused as error:
        _record(mail, error.recipients)
    except SMTPResponseException as error:
        server.close()  # the next mail begins with a new connection
        concerns_all = isinstance(error, SMTPAuthenticationError | SMTPConnectError)
        _put_off(mail, _words(error), give_up=error.smtp_code >= PERMANENT and not concerns_all)
        return not concerns_all
    except (SMTPException, OSError, ValueError) as error:
        server.close()
        _put_off(mail, _words(error), give_up=False)
        return False
    else:
        _record(mail, refused)
    return True


def _message(mail: Mail, server: MailServer) -> EmailMultiAlternatives:
    name = f"{server.title} message [No reply]" if server.title else ""
    message = EmailMultiAlternatives(
        mail.subject, mail.text, formataddr((name, server.sender)),
        to=mail.recipients if len(mail.recipients) == 1 else [],  # several do not see each other
        headers={
            "Message-ID": mail.message_id, "Date": format_datetime(mail.created), "Auto-Submitted": "auto-generated",
        },
    )  # fmt: skip
    if mail.html is not None:
        message.attach_alternative(mail.html, "text/html")
    for part in MailPart.objects.filter(mail=mail).order_by("pk"):
        message.mixed_subtype = "related"
        message.attach(_inline(part))
    return message


def _inline(part: MailPart) -> MIMEBase:
    mime = MIMEBase(*part.content_type.split("/", 1))
    mime.set_payload(bytes(part.content))
    encode_base64(mime)
    mime["Content-ID"] = f"<{part.content_id}>"
    mime["Content-Disposition"] = "inline"
    return mime


def _record(mail: Mail, refused: Refused) -> None:
    """After the server answered for each: who is left is tried again, unless he was refused for good."""
    mail.accepted += len(mail.recipients) - len(refused)
    mail.refused |= {to: _reply(*answer) for to, answer in refused.items() if answer[0] >= PERMANENT}
    mail.recipients = [to for to in mail.recipients if to in refused and to not in mail.refused]
    if mail.recipients:
        _put_off(mail, "; ".join(sorted({_reply(*refused[to]) for to in mail.recipients})), give_up=False)
    else:
        _end(mail, "; ".join(sorted(set(mail.refused.values()))) or None)


def _put_off(mail: Mail, reason: str, *, give_up: bool) -> None:
    now = timezone.now()
    pause = PAUSES[mail.attempts - 1] if mail.attempts <= len(PAUSES) else LAST_PAUSE
    mail.due = now + pause
    logger.warning("Mail %s was not sent (attempt %d): %s", mail.pk, mail.attempts, reason)
    if give_up or mail.due - mail.created > GIVEN_UP_AFTER:
        mail.refused |= dict.fromkeys(mail.recipients, reason)
        _end(mail, reason)
    else:
        mail.error = reason
        mail.save(update_fields=["due", "error", "recipients", "refused", "accepted"])


@transaction.atomic
def _end(mail: Mail, reason: str | None) -> None:
    """Nobody is left to send it to; what it said is forgotten."""
    mail.status = MailStatus.SENT if mail.accepted else MailStatus.FAILED
    mail.ended, mail.error = timezone.now(), reason
    mail.recipients, mail.subject, mail.text, mail.html = [], "", "", None
    mail.save()
    MailPart.objects.filter(mail=mail).delete()


def _reply(code: int, words: bytes) -> str:
    return f"{code} {words.decode(errors='replace')}"[:LONGEST_REASON]


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        words = error.smtp_error
        return _reply(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
