"""Verifies credentials, counts failures and locks (DHIS2 2.42, users, login and lock-out).

In DHIS2's order: unknown user, locked, disabled, account expired; password; password expired; second factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone

from configuration.settings import system_setting
from dhis2api.errors import ApiError, Code
from users.errors import (
    ACCOUNT_DISABLED,
    ACCOUNT_EXPIRED,
    ACCOUNT_LOCKED,
    PASSWORD_EXPIRED,
    SECOND_FACTOR_NEEDED,
)
from users.models import TwoFactorType, User
from users.two_factor import check_code, send_login_code

MAX_FAILURES = 4
LOCK_TIME = timedelta(minutes=15)
ENROLMENT_DEMANDED = "R_ENABLE_2FA"  # a role's restriction


class LoginStatus(StrEnum):
    """How a login ended; the values are those of `/api/auth/login`."""

    SUCCESS = "SUCCESS"
    LOCKED = "ACCOUNT_LOCKED"
    DISABLED = "ACCOUNT_DISABLED"
    EXPIRED = "ACCOUNT_EXPIRED"
    PASSWORD_EXPIRED = "PASSWORD_EXPIRED"
    ENROLMENT_DEMANDED = "REQUIRES_TWO_FACTOR_ENROLMENT"
    TOTP_WRONG = "INCORRECT_TWO_FACTOR_CODE_TOTP"
    MAIL_CODE_WRONG = "INCORRECT_TWO_FACTOR_CODE_EMAIL"
    MAIL_CODE_SENT = "EMAIL_TWO_FACTOR_CODE_SENT"


@dataclass(frozen=True, slots=True)
class Login:
    """The end of an attempt: `user` is there with SUCCESS alone; neither: unknown name or wrong password."""

    status: LoginStatus | None
    user: User | None = None


_REFUSALS: dict[LoginStatus, Code] = {
    LoginStatus.LOCKED: ACCOUNT_LOCKED,
    LoginStatus.DISABLED: ACCOUNT_DISABLED,
    LoginStatus.EXPIRED: ACCOUNT_EXPIRED,
    LoginStatus.PASSWORD_EXPIRED: PASSWORD_EXPIRED,
}


class UserBackend(BaseBackend):
    """Django's door to our users: Basic, and whatever logs in without a second factor."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        """The user, or None for an unknown name or wrong password.

        Errors: ApiError 401 for an account that is locked, disabled or expired, whatever the password; with the right
        one, also where the password has expired or a second factor is asked for.
        """
        if not username or password is None:
            return None
        login = check_password(username, password)
        if login.status in _REFUSALS:
            raise ApiError(_REFUSALS[login.status])
        if login.user is not None and login.user.has_second_factor:
            raise ApiError(SECOND_FACTOR_NEEDED)
        return login.user

    def get_user(self, user_id: int) -> User | None:
        return User.objects.with_rights(user_id)


def log_in(username: str, password: str, code: str | None = None) -> Login:
    """Name, password and, where the user has one, the code of the second factor."""
    login = check_password(username, password)
    user = login.user
    if user is None:
        return login
    if not user.has_second_factor:
        return Login(LoginStatus.ENROLMENT_DEMANDED) if _demands_enrolment(user) else login
    if user.two_factor_type == TwoFactorType.EMAIL_ENABLED and not code:
        return Login(LoginStatus.MAIL_CODE_SENT if send_login_code(user) else LoginStatus.MAIL_CODE_WRONG)
    if check_code(user, code or ""):
        return login
    count_failure(user)
    by_mail = user.two_factor_type == TwoFactorType.EMAIL_ENABLED
    return Login(LoginStatus.MAIL_CODE_WRONG if by_mail else LoginStatus.TOTP_WRONG)


def check_password(username: str, password: str) -> Login:
    """The account and its password, without the second factor.

    Whom another server authenticates has no password here. An unknown name takes as long as a wrong password: nobody
    learns by the clock who has an account.
    """
    user = User.objects.named_with_rights(username) if "\x00" not in username else None
    if user is None or user.external_auth:
        make_password(password)
        return Login(None)
    if (closed := account_status(user)) is not LoginStatus.SUCCESS:
        return Login(closed)
    if not verify_password(user, password):
        return Login(None)
    if not user.password_holds:
        return Login(LoginStatus.PASSWORD_EXPIRED)
    return Login(LoginStatus.SUCCESS, user)


def account_status(user: User) -> LoginStatus:
    """DHIS2's order: locked, disabled, expired."""
    if is_locked(user):
        return LoginStatus.LOCKED
    if user.disabled:
        return LoginStatus.DISABLED
    if user.account_expiry is not None and user.account_expiry <= timezone.now():
        return LoginStatus.EXPIRED
    return LoginStatus.SUCCESS


def verify_password(user: User, password: str) -> bool:
    """Whether the password is right; failures are counted, a success clears them."""
    if not user.password:
        make_password(password)  # as long as with one
    elif user.check_password(password):
        if user.failed_logins and not user.has_second_factor:
            forgive_failures(user)
        return True
    count_failure(user)
    return False


def count_failure(user: User) -> None:
    """One more attempt that failed, where the system locks accounts at all."""
    if system_setting("keyLockMultipleFailedLogins"):
        User.objects.filter(pk=user.pk).update(failed_logins=F("failed_logins") + 1, last_failed_login=timezone.now())


def forgive_failures(user: User) -> None:
    """A login that succeeded starts the count again."""
    User.objects.filter(pk=user.pk).update(failed_logins=0, last_failed_login=None)


def is_locked(user: User) -> bool:
    """Whether too many attempts failed lately."""
    if user.failed_logins < MAX_FAILURES or user.last_failed_login is None:
        return False
    return user.last_failed_login + LOCK_TIME > timezone.now() and system_setting("keyLockMultipleFailedLogins")


def _demands_enrolment(user: User) -> bool:
    return user.user_roles.filter(restrictions__contains=[ENROLMENT_DEMANDED]).exists()
