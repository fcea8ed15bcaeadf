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
class MailDraft:
    """One mail to all of `to`, who do not see each other.

    `cause` says what it is for (`message:{uid}`): of the same cause there is one mail, with one Message-ID, however
    often it is queued or has to be sent again.
    """

    cause: str
    to: Sequence[str]
    subject: str
    text: str
    html: str | None = None
    parts: Sequence[InlinePart] = ()


def queue_mails(drafts: Iterable[MailDraft]) -> int:
    """Queue mails, some statements for each thousand; how many are new. Texts that are no address are left out; with
    none left there is no mail."""
    now = timezone.now()
    good: dict[str, tuple[MailDraft, list[str]]] = {}
    for draft in drafts:
        if recipients := list(dict.fromkeys(filter(is_address, map(str.strip, draft.to)))):
            good.setdefault(_shortened(draft.cause), (draft, recipients))
    known = set(Mail.objects.filter(cause__in=good).values_list("cause", flat=True))
    mails = [
        Mail(
            cause=cause, message_id=_message_id(draft.cause), recipients=recipients, created=now, due=now,
            subject=one_line(draft.subject)[:LONGEST_SUBJECT], text=draft.text, html=draft.html,
        )
        for cause, (draft, recipients) in good.items() if cause not in known
    ]  # fmt: skip
    if not mails:
        return 0
    # Another transaction may have queued some of them meanwhile.
    Mail.objects.bulk_create(mails, batch_size=BATCH, ignore_conflicts=True)
    illustrated = [cause for cause, (draft, _) in good.items() if draft.parts and cause not in known]
    if illustrated:
        _add_parts({cause: good[cause][0].parts for cause in illustrated})
    return len(mails)


def _add_parts(parts: dict[str, Sequence[InlinePart]]) -> None:
    bare = Mail.objects.filter(cause__in=parts, parts__isnull=True)
    MailPart.objects.bulk_create(
        MailPart(mail_id=pk, content_id=part.content_id, content_type=part.content_type, content=part.content)
        for pk, cause in bare.values_list("pk", "cause") for part in parts[cause]
    )  # fmt: skip


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
