"""The mail that brings a message to those who want it. Source: DHIS2 2.42, messages, e-mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from django.conf import settings

from configuration.settings import system_setting
from mailing.queueing import MailDraft, queue_mails
from messaging.models import Message, MessageConversation
from metadata.models import CaptureOrganisationUnit
from users.models import User

WANTED = "keyMessageEmailNotification"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was just written, and to whom (keys); `forced`: they are mailed whether they want it or not."""

    conversation: MessageConversation
    message: Message
    users: Collection[int]
    forced: bool = False


def mail_messages(sent: Sequence[Sent], *, base: str | None = None) -> None:
    """Queue messages for those who have an address and want mails; a fixed number of queries.

    `base` is what the links to the conversations begin with; without one there are no links.
    """
    everybody = {user for one in sent for user in one.users}
    rows = User.objects.filter(pk__in=everybody, disabled=False).exclude(email=None).exclude(email="")
    addresses = {row.pk: row for row in rows.only("pk", "email", "settings").order_by("pk")}
    to = [
        [row.email for key, row in addresses.items() if key in one.users and (one.forced or row.settings.get(WANTED))]
        for one in sent
    ]
    if not any(to):
        return
    base = settings.BASE_URL if base is None else base
    title = system_setting("applicationTitle")
    senders = _about({one.message.sender_id for one in sent})
    drafts = []
    for one, receivers in zip(sent, to, strict=True):
        conversation, message = one.conversation, one.message
        link = f"{base}/dhis-web-messaging/#/{conversation.message_type}/{conversation.uid}" if base else ""
        about = senders.get(message.sender_id, [])
        drafts.append(MailDraft(
            f"message:{message.uid}", receivers, f"[{title}] {conversation.subject}",
            _plain(message.text, about, link), _html(message.text, about, link),
        ))  # fmt: skip
    queue_mails(drafts)


def _about(keys: Collection[int | None]) -> dict[int | None, list[str]]:
    """Lines about senders, by their keys: name, org units, how to reach them."""
    units: dict[int, list[str]] = defaultdict(list)
    belongs = CaptureOrganisationUnit.objects.filter(user__in=[key for key in keys if key is not None])
    for user, name in belongs.order_by("organisation_unit__name").values_list("user_id", "organisation_unit__name"):
        units[user].append(name)
    return {
        user.pk: [
            line for line in (
                f"{user.first_name} {user.surname}", ", ".join(units[user.pk]), user.email, user.phone_number
            ) if line
        ]
        for user in User.objects.filter(pk__in=[key for key in keys if key is not None])
    }  # fmt: skip


def _plain(text: str, sender: Collection[str], link: str) -> str:
    parts = [text, *(["\n".join(sender)] if sender else []), *([link] if link else [])]
    return "\n\n".join(parts) + "\n"


def _html(text: str, sender: Collection[str], link: str) -> str:
    lines = escape(text).replace("\n", "<br>\n")
    html = f"<p>{lines}</p>\n"
    if sender:
        html += f"<p>{'<br>'.join(map(escape, sender))}</p>\n"
    if link:
        html += f'<p><a href="{escape(link)}">{escape(link)}</a></p>\n'
    return f"<!DOCTYPE html>\n<html><body>\n{html}</body></html>\n"
