"""Settings of single users, which fall back to system settings of the same name (DHIS2 2.42, user settings)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from configuration.keys import ANALYSIS_NAMES
from configuration.kinds import BOOLEAN, LOCALE, TEXT, Kind
from configuration.settings import system_settings
from dhis2api.errors import E1005, ApiError
from users.errors import (
    SETTINGS_REFUSED,
    USER_SETTING_EMPTY,
    USER_SETTING_INVALID,
    USER_SETTING_UNKNOWN,
    USERNAME_UNKNOWN,
)
from users.models import User
from users.reach import may_change


@dataclass(frozen=True, slots=True)
class UserKey:
    """One setting; `falls_back` to the system setting of its name."""

    kind: Kind
    default: Any
    falls_back: bool = False


KEYS: dict[str, UserKey] = {
    "keyStyle": UserKey(TEXT, "light_blue/light_blue.css", falls_back=True),
    "keyMessageEmailNotification": UserKey(BOOLEAN, False),
    "keyMessageSmsNotification": UserKey(BOOLEAN, False),
    "keyUiLocale": UserKey(LOCALE, "en", falls_back=True),
    "keyDbLocale": UserKey(LOCALE, "en", falls_back=True),
    "keyAnalysisDisplayProperty": UserKey(ANALYSIS_NAMES, "name", falls_back=True),
    "keyTrackerDashboardLayout": UserKey(TEXT, "", falls_back=True),
}


def user_settings(user: User, *, falls_back: bool = True) -> dict[str, Any]:
    """All settings of a user: the user's own, else the system's, else the default."""
    shown = {name: key.default for name, key in KEYS.items()}
    if falls_back:
        shown |= system_settings(*(name for name, key in KEYS.items() if key.falls_back))
    return shown | {name: value for name, value in (user.settings or {}).items() if name in KEYS}


def some_settings(user: User, names: Iterable[str], *, falls_back: bool = True) -> dict[str, Any]:
    """Those of the settings that are named; none named: all."""
    wanted = set(names)
    shown = user_settings(user, falls_back=falls_back)
    return {name: value for name, value in shown.items() if not wanted or name in wanted}


def one_setting(user: User, name: str) -> Any:
    """One setting. Errors: 404."""
    find_key(name)
    return user_settings(user)[name]


def find_key(name: str) -> UserKey:
    """The declaration of a setting. Errors: 404."""
    key = KEYS.get(name)
    if key is None:
        raise ApiError(USER_SETTING_UNKNOWN, name)
    return key


def parse_setting(name: str, given: Any) -> Any:
    """A value as its type has it. Errors: 404 for an unknown key, 409 for an empty value, 400 for a bad one."""
    key = find_key(name)
    if given is None or given == "":
        raise ApiError(USER_SETTING_EMPTY)
    try:
        return key.kind.parse(given)
    except (ValueError, OverflowError) as error:
        raise ApiError(USER_SETTING_INVALID, name, given) from error


def readable_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that are known settings of the right type, as they are stored."""
    found: dict[str, Any] = {}
    for name in KEYS.keys() & given.keys():
        with suppress(ApiError):  # DHIS2 passes over what it cannot read here
            found[name] = parse_setting(name, given[name])
    return found


@transaction.atomic
def store_setting(user: User, name: str, given: Any) -> None:
    """Set one setting of a user. Errors: as `parse_setting`."""
    value = parse_setting(name, given)
    row = User.objects.select_for_update(no_key=True).only("settings").get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(settings=(row.settings or {}) | {name: value})


@transaction.atomic
def delete_setting(user: User, name: str) -> None:
    """Let a setting fall back again. Errors: 404."""
    find_key(name)
    row = User.objects.select_for_update(no_key=True).only("settings").get(pk=user.pk)
    left = {key: value for key, value in (row.settings or {}).items() if key != name}
    User.objects.filter(pk=user.pk).update(settings=left)


def find_owner(caller: User, username: str | None, uid: str | None) -> User:
    """Whose settings are meant: the caller's own, or those of a user that the caller may change.

    Errors: 409 for an unknown user name, 404 for an unknown uid, 403 for somebody out of reach.
    """
    if not username and not uid:
        return caller
    found = User.objects.filter(username=username) if username else User.objects.filter(uid=uid)
    owner = found.first()
    if owner is None:
        raise ApiError(USERNAME_UNKNOWN, username) if username else ApiError(E1005, "User", uid)
    if owner.pk != caller.pk and not may_change(caller, owner):
        raise ApiError(SETTINGS_REFUSED, owner.username)
    return owner
