"""The door to the mail queue: what is queued in a transaction goes out once that has committed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from dhis2api.objects.system_id import system_id
from mailing.models import Mail, MailPart

LONGEST_CAUSE = 200  # characters; longer ones are told by their hash
LONGEST_SUBJECT = 500
BATCH = 1000


@dataclass(frozen=True, slots=True)
class InlinePart:
    """A picture that the HTML names by `cid:{content_id}`."""

    content_id: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A plain mail to one address, as `queue_mail` has it."""

    cause: str
    to: str
    subject: str
    text: str


def queue_mails(drafts: Iterable[Draft]) -> int:
    """Queue plain mails, a statement for each thousand; how many are new."""
    now = timezone.now()
    good = {_shortened(draft.cause): draft for draft in drafts if is_address(draft.to.strip())}
    known = set(Mail.objects.filter(cause__in=good).values_list("cause", flat=True))
    mails = [
        Mail(
            cause=cause, message_id=_message_id(draft.cause), recipients=[draft.to.strip()], created=now, due=now,
            subject=one_line(draft.subject)[:LONGEST_SUBJECT], text=draft.text,
        )
        for cause, draft in good.items() if cause not in known
    ]  # fmt: skip
    Mail.objects.bulk_create(mails, batch_size=BATCH, ignore_conflicts=True)
    return len(mails)


def queue_mail(
    *, cause: str, to: Sequence[str], subject: str, text: str, html: str | None = None,
    parts: Sequence[InlinePart] = (),
) -> bool:  # fmt: skip
    """Queue one mail to all of `to`, who do not see each other; whether it is a new one.

    `cause` says what it is for (`message:{uid}`): of the same cause there is one mail, with one Message-ID, however
    often it is queued or has to be sent again. Texts that are no address are left out; with none left there is no mail.
    """
    recipients = list(dict.fromkeys(filter(is_address, map(str.strip, to))))
    if not recipients:
        return False
    now = timezone.now()
    mail, is_new = Mail.objects.get_or_create(
        cause=_shortened(cause),
        defaults={
            "message_id": _message_id(cause), "recipients": recipients, "created": now, "due": now,
            "subject": one_line(subject)[:LONGEST_SUBJECT], "text": text, "html": html,
        },
    )  # fmt: skip
    if is_new:
        MailPart.objects.bulk_create(
            MailPart(mail=mail, content_id=part.content_id, content_type=part.content_type, content=part.content)
            for part in parts
        )
    return is_new


def is_address(text: str) -> bool:
    """Whether a text can be written to."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def one_line(subject: str) -> str:
    """A subject for a header: what would end its line becomes a blank."""
    return " ".join(subject.split())


def _shortened(cause: str) -> str:
    return cause if len(cause) <= LONGEST_CAUSE else f"{cause[: LONGEST_CAUSE - 64]}{_digest(cause)}"


def _digest(cause: str) -> str:
    return hashlib.sha256(cause.encode()).hexdigest()[:64]


def _message_id(cause: str) -> str:
    # Two servers that mail the same people must not be taken for one.
    return f"<{_digest(cause)[:40]}@{system_id()[:12]}.dhis2api>"
