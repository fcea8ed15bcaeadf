"""Accounts that are not used, or soon cannot be. Source: DHIS2 2.42, scheduling, user alerts.

Mails go out one after the other; one that the server does not take does not keep the others back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from configuration.mail import is_mail_configured, send_mail
from configuration.settings import system_setting, system_settings
from dhis2api.errors import ApiError
from dhis2api.objects.writers import record_writer
from sharing.access import SUPERUSER
from users.models import MONTH, User, UserRole
from users.rules import superuser_remains_without

NEVER_WITHIN = MONTH  # who was there in the last month is never disabled
LONGEST_DAYS = 36_500  # of settings that somebody set to nonsense: dates end
CLOSED_SOON = "Your account {} will be disabled in {} days, because it has not been used. Log in to keep it."
EXPIRES_SOON = "Your account {} expires on {}. Ask your administrator if you need it for longer."
PASSWORD_SOON = "The password of your account {} expires in {} days. Log in and change it."

logger = logging.getLogger(__name__)


@transaction.atomic
def disable_inactive(now: datetime, months: int) -> int:
    """Disable users who have not logged in for so many months; how many.

    Who never logged in is judged by when the account was made. Superusers stay where nobody else could log in with all
    authorities.
    """
    found = _seen().filter(seen__lt=now - max(months * MONTH, NEVER_WITHIN))
    keys = list(found.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    try:
        superuser_remains_without(keys)
    except ApiError:
        superusers = UserRole.objects.filter(authorities__contains=[SUPERUSER])
        spared = set(User.objects.filter(user_roles__in=superusers).values_list("pk", flat=True))
        keys = [key for key in keys if key not in spared]
    disabled = User.objects.filter(pk__in=keys).update(disabled=True, last_updated=now)
    if disabled:
        record_writer(now)
    return disabled


def warn_inactive(now: datetime, months: int, days: int) -> int:
    """Mail those who will be disabled in `days`, in half of them, a quarter, …; how many mails were taken."""
    mails = []
    for left in halving(days):
        end = now - months * MONTH + timedelta(days=left)
        for user in _seen().filter(seen__gt=end - timedelta(days=1), seen__lte=end):
            mails.append((user.email, "Your account will be disabled", CLOSED_SOON.format(user.username, left)))
    return _send(mails)


def warn_of_expiry(now: datetime) -> int:
    """Mail those whose account expires within `accountExpiresInDays`, if `accountExpiryAlert` is on."""
    known = system_settings("accountExpiryAlert", "accountExpiresInDays")
    if not known["accountExpiryAlert"]:
        return 0
    until = now + timedelta(days=min(max(0, known["accountExpiresInDays"]), LONGEST_DAYS))
    soon = _active().filter(account_expiry__gt=now, account_expiry__lte=until)
    return _send(
        (user.email, "Your account expires soon", EXPIRES_SOON.format(user.username, f"{user.account_expiry:%Y-%m-%d}"))
        for user in soon
    )


def warn_of_passwords(now: datetime) -> int:
    """Mail those whose password expires in `credentialsExpiresReminderInDays` days, in half of them, a quarter, …

    Nothing without `credentialsExpiryAlert`, or where passwords do not expire (`credentialsExpires`, months).
    """
    known = system_settings("credentialsExpiryAlert", "credentialsExpiresReminderInDays")
    months = system_setting("credentialsExpires")
    if not known["credentialsExpiryAlert"] or not 0 < months <= 12_000:
        return 0
    mails = []
    for left in halving(min(known["credentialsExpiresReminderInDays"], LONGEST_DAYS)):
        changed = now - months * MONTH + timedelta(days=left)
        soon = _active().filter(
            password_last_updated__gt=changed - timedelta(days=1), password_last_updated__lte=changed,
            external_auth=False,
        )  # fmt: skip
        for user in soon:
            mails.append((user.email, "Your password expires soon", PASSWORD_SOON.format(user.username, left)))
    return _send(mails)


def halving(days: int) -> Iterator[int]:
    """28, 14, 7, 3, 1."""
    while days > 0:
        yield days
        days //= 2


def _active() -> QuerySet[User]:
    return User.objects.filter(disabled=False)


def _seen() -> QuerySet[User]:
    """Active users with the time when they were `seen` last."""
    return _active().alias(seen=Coalesce("last_login", "created"))


def _send(mails: Iterable[tuple[str | None, str, str]]) -> int:
    if not is_mail_configured():
        return 0
    sent = 0
    for to, subject, text in mails:
        if to:
            try:
                send_mail(to, subject, text)
                sent += 1
            except ApiError as refused:
                logger.warning("A reminder was not sent: %s", refused.message)
    return sent
