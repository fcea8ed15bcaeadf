"""Sends mail through the SMTP server of the system settings (DHIS2 2.42, email settings)."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage, get_connection

from configuration.errors import MAIL_NOT_CONFIGURED, MAIL_NOT_SENT
from configuration.settings import system_settings
from dhis2api.errors import ApiError

TIMEOUT_SECONDS = 10

logger = logging.getLogger(__name__)


def is_mail_configured() -> bool:
    """Whether host and user name of an SMTP server are set."""
    found = system_settings("keyEmailHostName", "keyEmailUsername")
    return all(str(value).strip() for value in found.values())


def send_mail(to: str, subject: str, text: str) -> None:
    """Send one plain message. Errors: 409 where no server is configured, or it does not take the message.

    `subject` may hold texts of settings: what would end the line in a header becomes a blank.
    """
    found = system_settings(
        "keyEmailHostName", "keyEmailPort", "keyEmailUsername", "keyEmailPassword", "keyEmailTls", "keyEmailSender"
    )
    if not found["keyEmailHostName"] or not found["keyEmailUsername"]:
        raise ApiError(MAIL_NOT_CONFIGURED)
    server = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=found["keyEmailHostName"],
        port=found["keyEmailPort"],
        username=found["keyEmailUsername"] if found["keyEmailPassword"] else "",
        password=found["keyEmailPassword"],
        use_tls=found["keyEmailTls"],
        timeout=TIMEOUT_SECONDS,
    )
    sender = found["keyEmailSender"] or found["keyEmailUsername"]
    try:
        EmailMessage(" ".join(subject.split()), text, sender, [to], connection=server).send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: settings that are no host, sender or password
        logger.warning("A mail was not sent: %s", type(error).__name__)
        raise ApiError(MAIL_NOT_SENT) from error
