"""The mail that brings a message to those who want it. Source: DHIS2 2.42, messages, e-mail."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from django.conf import settings

from configuration.settings import system_setting
from mailing.queueing import queue_mail
from messaging.models import Message, MessageConversation
from metadata.models import OrganisationUnit
from users.models import User

WANTED = "keyMessageEmailNotification"


def mail_message(
    conversation: MessageConversation, message: Message, users: Collection[int], *, forced: bool = False,
    base: str | None = None,
) -> None:  # fmt: skip
    """Queue a message for those of `users` (keys) who have an address and want mails; with `forced` all want them.

    `base` is what the link to the conversation begins with; without one there is no link.
    """
    wanted = User.objects.filter(pk__in=users, disabled=False).exclude(email=None).exclude(email="")
    if not forced:
        wanted = wanted.filter(**{f"settings__{WANTED}": True})
    addresses = list(wanted.order_by("pk").values_list("email", flat=True))
    if not addresses:
        return
    base = settings.BASE_URL if base is None else base
    link = f"{base}/dhis-web-messaging/#/{conversation.message_type}/{conversation.uid}" if base else ""
    sender = _about(message.sender) if message.sender is not None else []
    queue_mail(
        cause=f"message:{message.uid}", to=addresses,
        subject=f"[{system_setting('applicationTitle')}] {conversation.subject}",
        text=_plain(message.text, sender, link), html=_html(message.text, sender, link),
    )  # fmt: skip


def _about(sender: User) -> list[str]:
    units = OrganisationUnit.objects.filter(users_rows__user=sender).order_by("name")
    return [
        line for line in (
            f"{sender.first_name} {sender.surname}", ", ".join(units.values_list("name", flat=True)), sender.email,
            sender.phone_number,
        ) if line
    ]  # fmt: skip


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
