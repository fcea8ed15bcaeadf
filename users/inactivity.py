"""Accounts that are not used, or soon cannot be. Source: DHIS2 2.42, scheduling, user alerts.

Mails are queued: a job that begins again queues none twice, and none keeps the others back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from configuration.settings import system_setting, system_settings
from dhis2api.errors import ApiError
from dhis2api.objects.writers import record_writer
from mailing.queueing import MailDraft, queue_mails
from sharing.access import SUPERUSER
from users.models import MONTH, User, UserRole
from users.rules import superuser_remains_without

NEVER_WITHIN = MONTH  # who was there in the last month is never disabled
LONGEST_DAYS = 36_500  # of settings that somebody set to nonsense: dates end
CLOSED_SOON = "Your account {} will be disabled in {} days, because it has not been used. Log in to keep it."
EXPIRES_SOON = "Your account {} expires on {}. Ask your administrator if you need it for longer."
PASSWORD_SOON = "Please change your password. It will expire in {} day(s)."


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
    """Mail those who will be disabled in `days`, in half of them, a quarter, …; how many mails were queued."""
    mails = []
    for left in halving(days):
        end = now - months * MONTH + timedelta(days=left)
        for user in _seen().filter(seen__gt=end - timedelta(days=1), seen__lte=end):
            text = CLOSED_SOON.format(user.username, left)
            mails.append(_draft("inactive", user, end, left, "Your account will be disabled", text))
    return queue_mails(mails)


def warn_of_expiry(now: datetime) -> int:
    """Mail those whose account expires within `accountExpiresInDays`, if `accountExpiryAlert` is on."""
    known = system_settings("accountExpiryAlert", "accountExpiresInDays")
    if not known["accountExpiryAlert"]:
        return 0
    until = now + timedelta(days=min(max(0, known["accountExpiresInDays"]), LONGEST_DAYS))
    soon = _active().filter(account_expiry__gt=now, account_expiry__lte=until)
    return queue_mails(
        _draft(
            "account", user, now, 0, "Account Expiry Alert",
            EXPIRES_SOON.format(user.username, f"{user.account_expiry:%Y-%m-%d}"),
        )
        for user in soon
    )  # fmt: skip


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
            text = PASSWORD_SOON.format(left)
            mails.append(_draft("password", user, changed, left, "Password Expiry Alert", text))
    return queue_mails(mails)


def _draft(kind: str, user: User, day: datetime, left: int, subject: str, text: str) -> MailDraft:
    """The one mail of its kind to a user on a day."""
    return MailDraft(f"{kind}:{user.uid}:{day:%Y-%m-%d}:{left}", [user.email or ""], subject, text)


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
