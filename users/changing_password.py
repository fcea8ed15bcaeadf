"""A user changes the own password, or sets a new one where the old one is not asked for."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from users.errors import OLD_AND_NEW_NEEDED, OLD_PASSWORD_WRONG, PASSWORD_REFUSED
from users.models import User
from users.passwords import find_password_fault, remember_passwords


def change_password(user: User, old: object, new: object) -> None:
    """Store a new password; every session and cached credential of the user ends with the old one.

    Errors: 409 with DHIS2's message of the first rule that fails.
    """
    if not isinstance(old, str) or not isinstance(new, str) or not old or not new:
        raise ApiError(OLD_AND_NEW_NEEDED)
    if not user.check_password(old):
        raise ApiError(OLD_PASSWORD_WRONG)
    set_password(user, new)


@transaction.atomic
def set_password(user: User, new: str) -> None:
    """Store a new password. Errors: 409 with the message of the first rule that it breaks."""
    fault = find_password_fault(new, user)
    if fault is not None:
        raise ApiError(PASSWORD_REFUSED, fault)
    remember_passwords([(user.pk, user.password)])
    now = timezone.now()
    User.objects.filter(pk=user.pk).update(password=make_password(new), password_last_updated=now, last_updated=now)
