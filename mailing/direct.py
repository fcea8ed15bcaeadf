"""Mail that somebody waits for: sent at once, or he is told that it cannot be. Everything else is queued.

Source: DHIS2 2.42, email settings.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from email.utils import make_msgid
from smtplib import SMTPException

from django.core.mail import EmailMultiAlternatives

from configuration.errors import MAIL_NOT_CONFIGURED, MAIL_NOT_SENT
from dhis2api.errors import ApiError
from mailing.queueing import one_line
from mailing.smtp import mail_server

logger = logging.getLogger(__name__)


def is_mail_configured() -> bool:
    """Whether host and user name of an SMTP server are set."""
    return mail_server() is not None


def send_mail(to: str | Sequence[str], subject: str, text: str) -> None:
    """Send one plain message now, to several who do not see each other. Errors: 409 where no server is configured, or
    it does not take the message for all of them."""
    server = mail_server()
    if server is None:
        raise ApiError(MAIL_NOT_CONFIGURED)
    receivers = [to] if isinstance(to, str) else list(to)
    message = EmailMultiAlternatives(
        one_line(subject), text, server.sender, receivers if len(receivers) == 1 else [],
        headers={"Message-ID": make_msgid()},
    )  # fmt: skip
    try:
        refused = server.deliver(message, receivers)
    except (SMTPException, OSError, ValueError) as error:  # ValueError: settings that are no host, sender or password
        logger.warning("A mail was not sent: %s", type(error).__name__)
        raise ApiError(MAIL_NOT_SENT) from error
    finally:
        server.close()
    if refused:
        logger.warning("A mail was not sent: a receiver was refused")
        raise ApiError(MAIL_NOT_SENT)
