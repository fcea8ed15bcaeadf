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
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
)
from time import monotonic

from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from mailing.models import Mail, MailPart, MailStatus
from mailing.queueing import one_line
from mailing.smtp import MailServer, Refused, mail_server

BATCH = 50  # mails over one connection
BATCH_SECONDS = 20.0  # then the rest is put back: claims must not end, nor the database be held, while one sends
MOST_AT_ONCE = 100  # recipients; more than this a server need not take (RFC 5321, 4.5.3.1.8)
CLAIM = timedelta(minutes=5)  # after which another may try
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240)]
LAST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)
REMEMBERED = timedelta(days=90)  # how long the cause of a mail that is done is known
PERMANENT = 500  # SMTP codes from here on
TOO_LARGE = 552  # said to a sender, it is about the mail
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
    """Send some of what is due, one after the other; how many were tried. Without a mail server they wait."""
    if not Mail.objects.filter(status=MailStatus.QUEUED, due__lte=timezone.now()).exists():
        return 0
    server = mail_server()
    if server is None:
        return 0
    begun, tried = monotonic(), 0
    try:
        claimed = _claim()
        for place, mail in enumerate(Mail.objects.filter(pk__in=claimed).order_by("pk")):
            if monotonic() - begun > BATCH_SECONDS:
                _release(claimed[place:], timedelta(0))
                break
            tried += 1
            if not _deliver(mail, server):
                _release(claimed[place + 1 :], PAUSES[0])
                break
    finally:
        server.close()
    return tried


def forget_old() -> int:
    """Forget mails that were done with long ago, how many; and give up those that nobody could send in time, so that a
    mail server that is named one day does not send what was said years before."""
    now = timezone.now()
    with transaction.atomic():
        late = Mail.objects.filter(status=MailStatus.QUEUED, created__lt=now - GIVEN_UP_AFTER - LAST_PAUSE)
        keys = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True))
        Mail.objects.filter(pk__in=keys).update(
            status=Case(When(accepted__gt=0, then=Value(MailStatus.SENT)), default=Value(MailStatus.FAILED)),
            ended=now, recipients=[], subject="", text="", html=None,
        )  # fmt: skip
        MailPart.objects.filter(mail__in=keys).delete()
    return Mail.objects.filter(ended__lt=now - REMEMBERED).delete()[0]


def _claim() -> list[int]:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_DUE, {"now": now, "until": now + CLAIM, "batch": BATCH})
        return sorted(pk for (pk,) in cursor.fetchall())


def _release(claimed: list[int], pause: timedelta) -> None:
    """Put back mails that were not tried."""
    waiting = Mail.objects.filter(pk__in=claimed)
    waiting.update(due=timezone.now() + pause, attempts=F("attempts") - 1)


def _deliver(mail: Mail, server: MailServer) -> bool:
    """Try one mail; whether the server can be talked to."""
    recipients, mail.error = mail.recipients, None
    try:
        for start in range(0, len(recipients), MOST_AT_ONCE):
            some = recipients[start : start + MOST_AT_ONCE]
            _record(mail, some, server.deliver(_message(mail, server, recipients), some))
    except SMTPResponseException as error:
        server.close()  # the next mail begins with a new connection
        concerns_all = _concerns_all(error)
        _put_off(mail, _words(error), give_up=error.smtp_code >= PERMANENT and not concerns_all)
        return not concerns_all
    except (SMTPException, OSError, ValueError) as error:
        server.close()
        _put_off(mail, _words(error), give_up=False)
        return False
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be made into a mail must not hold up those behind it
        _put_off(mail, type(error).__name__, give_up=False)
        return True
    _conclude(mail)
    return True


def _concerns_all(error: SMTPResponseException) -> bool:
    """Whether the server refuses us rather than the mail."""
    if isinstance(error, SMTPSenderRefused):
        return error.smtp_code != TOO_LARGE
    return isinstance(error, SMTPAuthenticationError | SMTPConnectError | SMTPHeloError)


def _message(mail: Mail, server: MailServer, recipients: list[str]) -> EmailMultiAlternatives:
    name = f"{server.title} message [No reply]" if server.title else ""
    message = EmailMultiAlternatives(
        mail.subject, mail.text, formataddr((name, server.sender)),
        to=recipients if len(recipients) == 1 else [],  # several do not see each other
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


def _record(mail: Mail, asked: list[str], refused: Refused) -> None:
    """After the server answered for some: who has it, or was refused for good, is not tried again."""
    mail.accepted += len(asked) - len(refused)
    mail.refused |= {to: _reply(*answer) for to, answer in refused.items() if answer[0] >= PERMANENT}
    put_off = {to: _reply(*answer) for to, answer in refused.items() if answer[0] < PERMANENT}
    mail.recipients = [to for to in mail.recipients if to not in asked or to in put_off]
    mail.error = "; ".join(sorted({*([mail.error] if mail.error else []), *put_off.values()}))[:LONGEST_REASON] or None
    # Another one may try it CLAIM after the last sign of life.
    mail.due = timezone.now() + CLAIM
    mail.save(update_fields=["recipients", "refused", "accepted", "due"])


def _conclude(mail: Mail) -> None:
    """After the server answered for all: who is left is tried again."""
    if mail.recipients:
        _put_off(mail, mail.error or "", give_up=False)
    else:
        _end(mail, "; ".join(sorted(set(mail.refused.values())))[:LONGEST_REASON] or None)


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
    return _kept(f"{code} {words.decode(errors='replace')}")


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        words = error.smtp_error
        return _reply(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    if isinstance(error, ValueError):  # of a setting, which may be the password
        return type(error).__name__
    return _kept(f"{type(error).__name__}: {error}")


def _kept(words: str) -> str:
    """What a server says, as a line of a log and a value of the database."""
    return one_line(words.replace("\0", ""))[:LONGEST_REASON]
