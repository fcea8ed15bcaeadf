"""A mail server that keeps what it gets."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from configuration.settings import store_settings


class Mailbox:
    """The handler of the server, and what tests ask of it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.receivers: list[list[str]] = []  # of each message
        self.replies: list[str] = []  # what the server says to the next messages, instead of taking them
        self.refused: dict[str, str] = {}  # address → what the server says to it
        self.goodbye = "221 Bye"
        self.refused_sender = ""  # what it says to any sender, instead of taking him

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refused_sender:
            return self.refused_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.replies:
            return self.replies.pop(0)
        self.messages.append(message_from_bytes(envelope.content))
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return self.goodbye

    def last_text(self) -> str:
        return self.messages[-1].get_payload(decode=True).decode()

    def last_token(self) -> str:
        found = re.search(r"/account/restore/\?token=(\S+)", self.last_text())
        assert found is not None, self.last_text()
        return found[1]


@pytest.fixture
def mailbox(db: None) -> Iterator[Mailbox]:
    """A real SMTP server, which the system settings name."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        store_settings(
            {
                "keyEmailHostName": "127.0.0.1", "keyEmailPort": port, "keyEmailUsername": "server@example.org",
                "keyEmailTls": False,
            }
        )  # fmt: skip
        yield box
    finally:
        controller.stop()
