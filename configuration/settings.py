"""System settings, read and written by key (DHIS2 2.42, system settings). Truth is the table; nothing is cached."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from configuration.bindings import bind, servers_named
from configuration.errors import (
    LOCALE_INVALID,
    SETTING_CONFIDENTIAL,
    SETTING_INVALID,
    SETTING_UNKNOWN,
    SETTING_UNTRANSLATABLE,
)
from configuration.keys import KEYS, Key
from configuration.kinds import TEXT, parse_locale
from configuration.models import SystemSetting
from dhis2api.ciphers import decrypt_text, encrypt_text
from dhis2api.errors import ApiError

# Secrets, and the URLs that they belong to.
BOUND = frozenset(name for key in KEYS.values() if key.secret_of for name in (key.name, key.secret_of))
# Asked at most requests, where an ORM takes longer to put this together than PostgreSQL to answer.
STORED = "SELECT name, value::text FROM configuration_systemsetting WHERE name = ANY(%s)"


def system_setting(name: str) -> Any:
    """The value of one setting, or its default; one query."""
    return system_settings(name)[name]


def system_settings(*names: str) -> dict[str, Any]:
    """Values of several settings with their types, confidential ones in clear: for the server's own use."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, (list(names),))
        stored = {name: json.loads(value) for name, value in cursor.fetchall() if value is not None}
    return {name: _load(KEYS[name], stored.get(name)) for name in names}


def shown_settings(wanted: Iterable[str] = ()) -> dict[str, Any]:
    """What `GET /api/systemSettings` shows: all keys or those `wanted`; neither secrets nor unknown names."""
    asked = set(wanted)
    names = [key.name for key in KEYS.values() if not key.confidential and (not asked or key.name in asked)]
    return system_settings(*names)


def shown_setting(name: str, locale: str | None = None) -> Any:
    """One setting; a translatable one in `locale` where that translation exists.

    Errors: 404 for an unknown key, 403 for a confidential one, whoever asks.
    """
    key = find_key(name)
    if key.confidential:
        raise ApiError(SETTING_CONFIDENTIAL)
    row = SystemSetting.objects.filter(name=name).first()
    if key.translatable and locale and row is not None and (found := _translation(row.translations, locale)):
        return found
    return _load(key, row.value if row else None)


def shown_texts(names: Iterable[str], locale: str | None = None) -> dict[str, Any]:
    """Several translatable settings in `locale`, as far as there are translations; one query."""
    rows = SystemSetting.objects.in_bulk(list(names))
    found: dict[str, Any] = {}
    for name in names:
        row = rows.get(name)
        translation = _translation(row.translations, locale) if row is not None and locale else None
        found[name] = translation or _load(KEYS[name], row.value if row else None)
    return found


def find_key(name: str) -> Key:
    """The declaration of a setting. Errors: 404."""
    key = KEYS.get(name)
    if key is None:
        raise ApiError(SETTING_UNKNOWN, name)
    return key


@transaction.atomic
def store_settings(given: Mapping[str, Any], *, by: str = "") -> None:
    """Set all or nothing; an empty text or None brings the default back. `by` is the uid of who asks for it.

    Errors: 404 that names every unknown key, 400 for a value that its key cannot have.
    """
    if unknown := [name for name in given if name not in KEYS]:
        raise ApiError(SETTING_UNKNOWN, ",".join(unknown))
    values = {name: _dump(KEYS[name], value) for name, value in given.items()}
    before = servers_named() if BOUND & given.keys() else {}
    cleared = [name for name, value in values.items() if value is None]
    SystemSetting.objects.filter(name__in=cleared).exclude(translations={}).update(value=None)
    SystemSetting.objects.filter(name__in=cleared, translations={}).delete()
    rows = [SystemSetting(name=name, value=value) for name, value in values.items() if value is not None]
    SystemSetting.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["value"])
    bind(given, before, by)


@transaction.atomic
def store_translation(name: str, locale: str, text: str) -> None:
    """Set one translation of a setting, or remove it by an empty text.

    Errors: 404 for an unknown key, 409 for one that has no translations, 400 for a bad locale.
    """
    key = find_key(name)
    if not key.translatable:
        raise ApiError(SETTING_UNTRANSLATABLE, name)
    code = locale_code(locale)
    SystemSetting.objects.bulk_create([SystemSetting(name=name)], ignore_conflicts=True)
    row = SystemSetting.objects.select_for_update().get(name=name)
    others = {known: value for known, value in row.translations.items() if known != code}
    row.translations = others | {code: _parse(key, text)} if text else others
    row.save(update_fields=["translations"])


def store_setting(name: str, value: Any, *, by: str = "") -> bool:
    """Set one; whether the value may be repeated to the caller, which that of a confidential key may not.

    Errors: as `store_settings`.
    """
    store_settings({name: value}, by=by)
    return not KEYS[name].confidential


def delete_settings(names: Iterable[str]) -> None:
    """Bring back defaults, translations included. Errors: 404 that names every unknown key."""
    wanted = list(names)
    if unknown := [name for name in wanted if name not in KEYS]:
        raise ApiError(SETTING_UNKNOWN, ",".join(unknown))
    SystemSetting.objects.filter(name__in=wanted).delete()


def locale_code(text: str) -> str:
    """A locale as settings write it. Errors: 400."""
    try:
        return parse_locale(text)
    except ValueError as error:
        raise ApiError(LOCALE_INVALID, text) from error


def _translation(translations: Mapping[str, str], locale: str) -> str | None:
    return translations.get(locale) or translations.get(locale.partition("_")[0])


def _load(key: Key, stored: Any) -> Any:
    if stored is None:
        return key.default
    return decrypt_text(stored) if key.confidential else key.kind.load(stored)


def _dump(key: Key, given: Any) -> Any:
    if given is None or given == "":
        return None
    value = key.kind.dump(_parse(key, given))
    return encrypt_text(value) if key.confidential else value


def _parse(key: Key, given: Any) -> Any:
    try:
        return key.kind.parse(given)
    except (ValueError, OverflowError) as error:
        shown = "***" if key.confidential else given if key.kind is not TEXT else type(given).__name__
        raise ApiError(SETTING_INVALID, key.name, shown) from error
