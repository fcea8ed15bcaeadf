"""Mails by hand: to oneself as a test, to who runs the system, to addresses. Source: DHIS2 2.42, email."""

from __future__ import annotations

from collections.abc import Sequence

from configuration.settings import system_setting
from dhis2api.errors import ApiError, plain
from mailing.direct import is_mail_configured, send_mail
from mailing.queueing import is_address
from sharing.access import require_authority
from users.models import User

NOT_CONFIGURED = plain(409, "SMTP server not configured")
NO_OWN_ADDRESS = plain(409, "Could not send test email, no email configured for current user")
NO_SYSTEM_ADDRESS = plain(409, "Could not send email, system notification email address not set or not valid")
NO_RECIPIENT = plain(500, "No recipient found")
NO_VALID_ADDRESS = plain(500, "No valid email address found")
NOT_SENT = plain(500, "Email not sent: {}")
MOST_RECIPIENTS = 100  # more than this a server need not take at once (RFC 5321, 4.5.3.1.8)
TOO_MANY = plain(409, "A mail goes to at most {} addresses")


def send_test(user: User) -> None:
    """Mail the user himself."""
    _require_server()
    if not is_address(user.email or ""):
        raise ApiError(NO_OWN_ADDRESS)
    text = f"This test mail was sent by {system_setting('applicationTitle')}, asked for by {user.username}."
    _send([user.email or ""], "Test email from DHIS 2", text)


def notify_system(subject: str, text: str) -> None:
    """Mail who runs the system: `keySystemNotificationsEmail`."""
    _require_server()
    to = str(system_setting("keySystemNotificationsEmail"))
    if not is_address(to):
        raise ApiError(NO_SYSTEM_ADDRESS)
    _send([to], subject, text)


def notify(recipients: Sequence[str], subject: str, text: str, user: User) -> None:
    """Mail to addresses. Errors: 403 without F_SEND_EMAIL."""
    require_authority(user.principal, "F_SEND_EMAIL")
    _require_server()
    if not recipients:
        raise ApiError(NO_RECIPIENT)
    if len(recipients) > MOST_RECIPIENTS:
        raise ApiError(TOO_MANY, MOST_RECIPIENTS)
    good = [one for one in dict.fromkeys(map(str.strip, recipients)) if is_address(one)]
    if not good:
        raise ApiError(NO_VALID_ADDRESS)
    _send(good, subject, text)


def _require_server() -> None:
    if not is_mail_configured():
        raise ApiError(NOT_CONFIGURED)


def _send(to: Sequence[str], subject: str, text: str) -> None:
    try:
        send_mail(to, subject, text)
    except ApiError as error:
        raise ApiError(NOT_SENT, error.message) from error
