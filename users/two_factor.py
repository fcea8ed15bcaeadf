"""The second factor: codes of an authenticator app (TOTP), or codes by mail (DHIS2 2.42, two-factor authentication)."""

from __future__ import annotations

import base64
import io
import secrets
from datetime import timedelta
from typing import Any

import pyotp
import segno
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from configuration.settings import system_setting
from dhis2api.ciphers import decrypt_text, encrypt_text
from dhis2api.errors import ApiError
from mailing.direct import is_mail_configured, send_mail
from users.errors import E3021, E3022, E3023, E3029, E3031, E3042, E3043, E3047, E3050, E3051
from users.models import TwoFactorType, User

STEP_SECONDS = 30
MAIL_CODE_LIFETIME = timedelta(hours=1)
MAX_WRONG_CODES = 4
ENROLLED = {
    TwoFactorType.ENROLLING_TOTP: TwoFactorType.TOTP_ENABLED,
    TwoFactorType.ENROLLING_EMAIL: TwoFactorType.EMAIL_ENABLED,
}


def enroll_totp(user: User) -> None:
    """Make a secret for the user's authenticator app. Errors: E3022 where a second factor is enabled."""
    _refuse_enabled(user)
    _update(user, two_factor_type=TwoFactorType.ENROLLING_TOTP, two_factor_secret=encrypt_text(pyotp.random_base32()))


def enroll_mail(user: User) -> None:
    """Mail a first code to the user. Errors: E3022; E3043 without a verified address; 409 where no mail goes out."""
    _refuse_enabled(user)
    if not user.email or user.email != user.verified_email:
        raise ApiError(E3043)
    _send_code(user)
    _update(user, two_factor_type=TwoFactorType.ENROLLING_EMAIL)


def enrolment(user: User) -> tuple[str, str]:
    """The secret in base 32, and the `otpauth://` address of the QR code. Errors: E3047 outside of enrolment."""
    if user.two_factor_type != TwoFactorType.ENROLLING_TOTP or not user.two_factor_secret:
        raise ApiError(E3047)
    secret = decrypt_text(user.two_factor_secret)
    issuer = system_setting("applicationTitle") or "DHIS 2"
    return secret, pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=issuer)


def qr_image(uri: str) -> bytes:
    """A PNG that authenticator apps scan."""
    buffer = io.BytesIO()
    segno.make(uri, error="m").save(buffer, kind="png", scale=6)
    return buffer.getvalue()


def qr_image_text(uri: str) -> str:
    """The same in base 64."""
    return base64.b64encode(qr_image(uri)).decode()


def enable(user: User, code: Any) -> None:
    """End the enrolment by its first code. Errors: E3022, E3029 outside of enrolment, E3050, E3023."""
    _refuse_enabled(user)
    if user.two_factor_type not in ENROLLED:
        raise ApiError(E3029)
    if not code:
        raise ApiError(E3050)
    if not check_code(user, str(code)):
        raise ApiError(E3023)
    _update(user, two_factor_type=ENROLLED[TwoFactorType(user.two_factor_type)], two_factor_failures=0)


def disable(user: User, code: Any) -> None:
    """Do without a second factor.

    Errors: E3031 where there is none, E3042 after four wrong codes, E3051 (a code was mailed), E3050, E3023.
    """
    if not user.has_second_factor:
        raise ApiError(E3031)
    if user.two_factor_failures >= MAX_WRONG_CODES:
        raise ApiError(E3042)
    if not code and user.two_factor_type == TwoFactorType.EMAIL_ENABLED:
        _send_code(user)
        raise ApiError(E3051)
    if not code:
        raise ApiError(E3050)
    if not check_code(user, str(code)):
        raise ApiError(E3023)
    reset(user)


def disable_for(user: User, caller: User) -> None:
    """An administrator takes the second factor from somebody. Errors: E3021 for the own account."""
    if user.pk == caller.pk:
        raise ApiError(E3021)
    reset(user)


def reset(user: User) -> None:
    """Forget everything about the second factor."""
    _update(
        user, two_factor_type=TwoFactorType.NOT_ENABLED, two_factor_secret=None, two_factor_code=None,
        two_factor_code_expires=None, two_factor_failures=0,
    )  # fmt: skip


def check_code(user: User, code: str) -> bool:
    """Whether the code is right now; a code is right once. Wrong ones are counted until a right one comes."""
    by_mail = user.two_factor_type in (TwoFactorType.EMAIL_ENABLED, TwoFactorType.ENROLLING_EMAIL)
    is_right = _take_mailed(user, code.strip()) if by_mail else _take_step(user, code.replace(" ", ""))
    row = User.objects.filter(pk=user.pk)
    if is_right:
        row.update(two_factor_failures=0)
    else:
        row.update(two_factor_failures=F("two_factor_failures") + 1)
        # Six digits stand no long guessing.
        row.filter(two_factor_failures__gte=MAX_WRONG_CODES).update(two_factor_code=None)
    return is_right


def send_login_code(user: User) -> bool:
    """Mail a code to who logs in; whether that went out."""
    if not is_mail_configured() or not user.email:
        return False
    try:
        _send_code(user)
    except ApiError:  # the mail server's refusal is logged where it happened; the login says that no code came
        return False
    return True


def _take_step(user: User, code: str) -> bool:
    """Of two requests with one code only the first one moves the step."""
    step = _matching_step(decrypt_text(user.two_factor_secret), code) if user.two_factor_secret else None
    if step is None:
        return False
    return bool(User.objects.filter(pk=user.pk, two_factor_step__lt=step).update(two_factor_step=step))


def _matching_step(secret: str, code: str) -> int | None:
    """The time step, of those around now, whose code this is: clocks of phones are not exact."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(timezone.now().timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if constant_time_compare(totp.at(step * STEP_SECONDS), code):
            return step
    return None


def _send_code(user: User) -> None:
    code = f"{secrets.randbelow(10**6):06}"
    _update(user, two_factor_code=_digest(user, code), two_factor_code_expires=timezone.now() + MAIL_CODE_LIFETIME)
    title = system_setting("applicationTitle")
    send_mail(user.email or "", f"{title}: code", f"Your code is {code}. It is good for one hour, and once.")


def _take_mailed(user: User, code: str) -> bool:
    waiting = User.objects.filter(pk=user.pk, two_factor_code=_digest(user, code))
    return bool(waiting.filter(two_factor_code_expires__gt=timezone.now()).update(two_factor_code=None))


def _digest(user: User, code: str) -> str:
    return salted_hmac("users.two_factor", f"{user.uid}:{code}", algorithm="sha256").hexdigest()


def _refuse_enabled(user: User) -> None:
    if user.has_second_factor:
        raise ApiError(E3022)


def _update(user: User, **columns: Any) -> None:
    User.objects.filter(pk=user.pk).update(**columns)
    for name, value in columns.items():
        setattr(user, name, value)
