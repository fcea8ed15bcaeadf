"""The session engine: rows in the database that know whose they are (DHIS2 2.42, sessions)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from users.models import AccountSession, User

MAX_SESSIONS = 10  # of one user at a time


class SessionStore(DatabaseSessionStore):
    """Django's database engine over `AccountSession`."""

    @classmethod
    def get_model_class(cls) -> type[AccountSession]:
        return AccountSession

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        row = super().create_model_instance(data)
        key = data.get(SESSION_KEY)
        row.user_id = int(key) if key is not None else None
        return row


def list_sessions() -> dict[str, str]:
    """Digest of each live session's id → its user's name; ids themselves would be credentials."""
    rows = AccountSession.objects.filter(expire_date__gt=timezone.now(), user__isnull=False)
    return {
        hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest(): f"{username}, (active)"
        for key, username in rows.order_by("expire_date").values_list("session_key", "user__username")
    }


def end_sessions(username: str | None = None) -> None:
    """End the sessions of one user, or all."""
    rows = AccountSession.objects.all()
    (rows if username is None else rows.filter(user__username=username)).delete()


def end_oldest_sessions(user: User) -> None:
    """Leave a user who logs in once more at most `MAX_SESSIONS`, the latest; everybody's expired ones go."""
    AccountSession.objects.filter(expire_date__lt=timezone.now()).delete()
    live = AccountSession.objects.filter(user=user).order_by("-expire_date").values_list("pk", flat=True)
    AccountSession.objects.filter(pk__in=list(live[MAX_SESSIONS - 1 :])).delete()
