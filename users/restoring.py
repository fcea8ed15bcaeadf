"""Ways back into an account, or into a new one: recovery, reset and invitation by a mailed link (DHIS2 2.42).

What is mailed is a random token; the database knows its digest and when it expires. It is good once.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from configuration.settings import system_setting, system_settings
from dhis2api.errors import ApiError
from dhis2api.objects import crud
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.importer.checks import EMAIL, USERNAME
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.registry import get_schema
from mailing.direct import is_mail_configured, send_mail
from users.changing_password import set_password
from users.errors import (
    EMAIL_OR_USERNAME_MISSING,
    MAIL_MISSING,
    NOT_INVITED,
    PASSWORD_REFUSED,
    RECOVERY_OFF,
    REPLICA_USERNAME_INVALID,
    RESTORE_TOKEN_INVALID,
    TOO_MANY_ATTEMPTS,
    USERNAME_EXISTS,
)
from users.models import User
from users.reach import find_user, require_reach
from users.rules import superuser_remains_without

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
ATTEMPTS_SECONDS = 15 * 60
GENERATED_NAME = "invite-"
CHOSEN = ("firstName", "surname", "phoneNumber")
COLUMNS = {"firstName": "first_name", "surname": "surname", "phoneNumber": "phone_number"}
MAX_CHOSEN = 80  # characters of a member that an invited user chooses


class Purpose(StrEnum):
    """What a token is for."""

    RECOVER = "RECOVER_PASSWORD"
    INVITE = "INVITE"


LIFETIMES = {Purpose.RECOVER: timedelta(hours=1), Purpose.INVITE: timedelta(days=90)}
TEXTS = {
    Purpose.RECOVER: (
        "Password of your {title} account",
        "A new password was asked for, for the account {username}. Set one here within an hour:\n\n{link}\n\n"
        "If it was not you who asked, there is nothing that you need to do.",
    ),
    Purpose.INVITE: (
        "Your {title} account",
        "An account was made for you. Choose its password here:\n\n{link}\n\nThe link is good for 90 days, and once.",
    ),
}


def forgot_password(name: Any, base_url: str | None) -> None:
    """Mail a link to the user with this name or address; nobody learns whether there is one.

    Without a base that links can safely begin with no mail goes out: a stranger would choose where the token leads.
    Errors: 409 where recovery is off, 400 without a name, 403 after too many attempts.
    """
    if not system_setting("keyAccountRecovery"):
        raise ApiError(RECOVERY_OFF)
    if not isinstance(name, str) or not name.strip():
        raise ApiError(EMAIL_OR_USERNAME_MISSING)
    _count_attempt(name.strip().lower())
    # A user name first: whoever takes somebody's name as his address stands in nobody's way. An address that several
    # have names nobody.
    if base_url is None:
        logger.warning("No recovery mail is sent: set BASE_URL, or name the hosts of this server in ALLOWED_HOSTS")
        return
    found = list(User.objects.filter(username=name)) or list(User.objects.filter(email__iexact=name.strip())[:2])
    if len(found) == 1 and _can_be_mailed(found[0]) and not found[0].external_auth and is_mail_configured():
        with suppress(ApiError):  # logged where it happened; the answer must not tell that there is such a user
            _mail_token(found[0], Purpose.RECOVER, base_url)


@transaction.atomic
def reset_password(caller: User, uid: str, base_url: str) -> None:
    """Take a user's password away and mail a link to set another. Errors: 403, 404, 409."""
    target = _reachable(caller, uid)
    _require_mail(target)
    User.objects.filter(pk=target.pk).update(password=None)
    superuser_remains_without([])
    _mail_token(target, Purpose.RECOVER, base_url)


@transaction.atomic
def invite(caller: User, body: Mapping[str, Any], base_url: str) -> ImportObject:
    """Create an account that its owner will complete, and mail the link.

    Without a user name one is made, which the owner may change. Errors: as for the creation of a user; 409 without
    an address, or where no mail goes out: then there is no account either.
    """
    address = body.get("email")
    if not isinstance(address, str) or not EMAIL.fullmatch(address):
        raise ApiError(MAIL_MISSING)
    username = body.get("username") or f"{GENERATED_NAME}{secrets.token_hex(8)}"
    payload = dict(body) | {"username": username, "invitation": True}
    payload.pop("password", None)
    payload.setdefault("firstName", "Invited")
    payload.setdefault("surname", "User")
    item, report = crud.create_object(get_schema("user"), payload, params=MetadataImportParams(), user=caller)
    if not report.is_ok:
        raise ApiError(IMPORT_FAILED, response=single_report(item))
    _mail_token(User.objects.get(pk=item.pk), Purpose.INVITE, base_url)
    return item


@transaction.atomic
def invite_all(caller: User, bodies: Sequence[Mapping[str, Any]], base_url: str) -> None:
    """Invite several, all or none. Errors: those of the first that cannot be."""
    for body in bodies:
        invite(caller, body, base_url)


def invite_again(caller: User, uid: str, base_url: str) -> None:
    """Mail another link to somebody who has not completed the account. Errors: 403, 404, 409."""
    target = _reachable(caller, uid)
    if not target.invitation:
        raise ApiError(NOT_INVITED, uid)
    _require_mail(target)
    _mail_token(target, Purpose.INVITE, base_url)


@transaction.atomic
def complete_recovery(token: Any, password: Any) -> None:
    """Set the password that a mailed link allows. Errors: 409 for a bad token or password."""
    user = _take_token(token, Purpose.RECOVER)
    _set_password(user, password)


@transaction.atomic
def complete_invitation(body: Mapping[str, Any]) -> None:
    """What an invited user chose: `token`, `password`; also user name (if it was made up), names, phone number.

    Errors: 409 for a bad token, name or password; nothing changes then.
    """
    user = _take_token(body.get("token"), Purpose.INVITE)
    wanted = body.get("username")
    if wanted and wanted != user.username and user.username.startswith(GENERATED_NAME):
        _require_free(wanted)
        user.username = wanted
    for name in CHOSEN:
        if isinstance(body.get(name), str) and 0 < len(body[name].strip()) <= MAX_CHOSEN:
            setattr(user, COLUMNS[name], body[name].strip())
    user.invitation = False
    if system_setting("autoVerifyInvitedUserEmail"):
        user.verified_email = user.email
    user.save()
    _set_password(user, body.get("password"))


def find_username_fault(username: str) -> str | None:
    """Why a user name cannot be taken, or None; names that differ by case alone are the same."""
    if not USERNAME.fullmatch(username):
        return "Username is not valid"
    return "Username is already taken" if User.objects.filter(username__iexact=username).exists() else None


def token_purpose(token: str) -> Purpose | None:
    """What a token that is still good is for."""
    user = _with_token(token).first()
    return Purpose(user.restore_purpose) if user is not None and user.restore_purpose else None


def _reachable(caller: User, uid: str) -> User:
    target = find_user(caller, uid)
    require_reach(caller, target)
    return target


def _can_be_mailed(user: User) -> bool:
    return bool(user.email) and EMAIL.fullmatch(user.email or "") is not None


def _require_mail(user: User) -> None:
    if not _can_be_mailed(user):
        raise ApiError(MAIL_MISSING)


def _require_free(username: Any) -> None:
    if not isinstance(username, str) or not USERNAME.fullmatch(username):
        raise ApiError(REPLICA_USERNAME_INVALID)
    if User.objects.filter(username__iexact=username).exists():
        raise ApiError(USERNAME_EXISTS)


@transaction.atomic
def _mail_token(user: User, purpose: Purpose, base_url: str) -> None:
    token = secrets.token_urlsafe(32)
    User.objects.filter(pk=user.pk).update(
        restore_token=_digest(token), restore_purpose=purpose, restore_expires=timezone.now() + LIFETIMES[purpose]
    )
    subject, text = TEXTS[purpose]
    title = system_settings("applicationTitle")["applicationTitle"]
    shown = {"title": title, "username": user.username, "link": f"{base_url}/account/restore/?token={token}"}
    send_mail(user.email or "", subject.format(**shown), text.format(**shown))


def _take_token(token: Any, purpose: Purpose) -> User:
    if not isinstance(token, str) or not token:
        raise ApiError(RESTORE_TOKEN_INVALID)
    user = _with_token(token).filter(restore_purpose=purpose).select_for_update(no_key=True).first()
    if user is None:
        raise ApiError(RESTORE_TOKEN_INVALID)
    user.restore_token = user.restore_purpose = user.restore_expires = None
    User.objects.filter(pk=user.pk).update(restore_token=None, restore_purpose=None, restore_expires=None)
    return user


def _with_token(token: str) -> Any:
    return User.objects.filter(restore_token=_digest(token), restore_expires__gt=timezone.now())


def _set_password(user: User, password: Any) -> None:
    if not isinstance(password, str) or not password:
        raise ApiError(PASSWORD_REFUSED, "Username or Password is missing")
    set_password(user, password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _count_attempt(name: str) -> None:
    if not system_setting("keyLockMultipleFailedLogins"):
        return
    key = f"users:recovery:{_digest(name)}"
    cache.add(key, 0, ATTEMPTS_SECONDS)
    if cache.incr(key) > MAX_ATTEMPTS:
        raise ApiError(TOO_MANY_ATTEMPTS)
