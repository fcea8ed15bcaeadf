"""Verifies a user name and password, counts failures and locks (DHIS2 2.42, users, login and lock-out)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone

from dhis2api.errors import ApiError
from users.errors import ACCOUNT_DISABLED, ACCOUNT_EXPIRED, ACCOUNT_LOCKED
from users.models import User

MAX_FAILURES = 4
LOCK_TIME = timedelta(minutes=15)


class AccountState(StrEnum):
    """Why an account may not log in, whatever the password; the values are those of `/api/auth/login`."""

    OPEN = "SUCCESS"
    LOCKED = "ACCOUNT_LOCKED"
    DISABLED = "ACCOUNT_DISABLED"
    EXPIRED = "ACCOUNT_EXPIRED"


_REFUSALS = {
    AccountState.LOCKED: ACCOUNT_LOCKED,
    AccountState.DISABLED: ACCOUNT_DISABLED,
    AccountState.EXPIRED: ACCOUNT_EXPIRED,
}


class UserBackend(BaseBackend):
    """Django's door to our users; one password check for Basic, session login and the admin."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        """The user, or None for an unknown name or wrong password.

        Errors: ApiError 401 for an account that is locked, disabled or expired, whatever the password.
        """
        if not username or password is None:
            return None
        state, user = check_credentials(username, password)
        if state is not AccountState.OPEN:
            raise ApiError(_REFUSALS[state])
        return user

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id).first()


def check_credentials(username: str, password: str) -> tuple[AccountState, User | None]:
    """The state of the account, and its user if that is open and the password right.

    An unknown name takes as long as a wrong password: nobody learns by the clock who has an account.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        make_password(password)
        return AccountState.OPEN, None
    state = account_state(user)
    if state is not AccountState.OPEN:
        return state, None
    return state, user if verify_password(user, password) else None


def account_state(user: User) -> AccountState:
    """DHIS2's order: locked, disabled, expired."""
    if _is_locked(user):
        return AccountState.LOCKED
    if user.disabled:
        return AccountState.DISABLED
    if user.account_expiry is not None and user.account_expiry <= timezone.now():
        return AccountState.EXPIRED
    return AccountState.OPEN


def verify_password(user: User, password: str) -> bool:
    """Whether the password is right; failures are counted, a success clears them."""
    if not user.password:
        make_password(password)  # as long as with one
    elif user.check_password(password):
        if user.failed_logins:
            User.objects.filter(pk=user.pk).update(failed_logins=0, last_failed_login=None)
        return True
    if settings.LOCK_MULTIPLE_FAILED_LOGINS:
        User.objects.filter(pk=user.pk).update(failed_logins=F("failed_logins") + 1, last_failed_login=timezone.now())
    return False


def _is_locked(user: User) -> bool:
    if not settings.LOCK_MULTIPLE_FAILED_LOGINS or user.failed_logins < MAX_FAILURES:
        return False
    return user.last_failed_login is not None and user.last_failed_login + LOCK_TIME > timezone.now()
