"""One SMTP server, as the system settings name it, and what it says of each recipient.

Source: DHIS2 2.42, email settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from configuration.settings import system_settings

TIMEOUT_SECONDS = 10
CLOSING = 421  # SMTP: the server ends the connection
KEYS = (
    "keyEmailHostName", "keyEmailPort", "keyEmailUsername", "keyEmailPassword", "keyEmailTls", "keyEmailSender",
    "applicationTitle",
)  # fmt: skip

Refused = dict[str, tuple[int, bytes]]  # address → SMTP code and words


class MailServer(EmailBackend):
    """Django's backend, which also tells whom the server refused."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        super().__init__(
            host=found["keyEmailHostName"], port=found["keyEmailPort"],
            username=found["keyEmailUsername"] if found["keyEmailPassword"] else "",
            password=found["keyEmailPassword"], use_tls=found["keyEmailTls"], timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
        self.sender = found["keyEmailSender"] or found["keyEmailUsername"]
        self.title = " ".join(str(found["applicationTitle"]).split())

    def deliver(self, message: EmailMultiAlternatives, recipients: Sequence[str]) -> Refused:
        """Hand over one message; whom the server did not take, all of them included. Errors: SMTPException, OSError,
        ValueError for settings that are no host, sender or password."""
        if self.connection is None:
            self.open()
        encoding = message.encoding or "utf-8"
        data = message.message().as_bytes(linesep="\r\n")
        to = {sanitize_address(address, encoding): address for address in recipients}
        try:
            refused = self.connection.sendmail(sanitize_address(self.sender, encoding), list(to), data)
        except SMTPRecipientsRefused as error:
            refused = error.recipients
            if cut_off := next((answer for answer in refused.values() if answer[0] == CLOSING), None):
                # It went away in the middle: nobody got it, and those behind were not even asked.
                self.close()
                refused = dict.fromkeys(to, cut_off) | refused
        return {to[address]: answer for address, answer in refused.items()}

    def close(self) -> None:
        """End the connection. What a server says to a goodbye changes nothing about the mails."""
        with suppress(SMTPException):
            super().close()


def mail_server() -> MailServer | None:
    """The server that the settings name now, None if they name none."""
    found = system_settings(*KEYS)
    if not str(found["keyEmailHostName"]).strip() or not str(found["keyEmailUsername"]).strip():
        return None
    return MailServer(found)
