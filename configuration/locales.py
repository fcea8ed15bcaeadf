"""Languages of the interface and of translations (DHIS2 2.42, locales). Names come from the CLDR, by Babel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.db import IntegrityError, transaction

from configuration.errors import LOCALE_EXISTS, LOCALE_INVALID, LOCALE_UNKNOWN
from configuration.kinds import parse_locale
from configuration.models import DatabaseLocale
from dhis2api.errors import ApiError
from dhis2api.objects.uids import generate_uid

# The languages that DHIS2's apps are translated to.
INTERFACE = (
    "ar", "ar_EG", "ar_IQ", "ar_SD", "bn", "cs", "da", "en", "en_US", "es", "es_419", "fa_AF", "fr", "hi_IN", "id",
    "km", "lo", "my", "nb", "ne", "nl", "or", "ps", "pt", "pt_BR", "ro", "ru", "si", "sv", "te_IN", "tet", "tg", "uk",
    "ur", "uz_UZ_Cyrl", "uz_UZ_Latn", "vi", "zh", "zh_CN",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A locale with its names: in its own language, and in English."""

    locale: str
    tag: str
    name: str
    display_name: str

    def to_dict(self) -> dict[str, str]:
        """The members of today; versions up to 36 know two of them."""
        return {
            "locale": self.locale, "languageTag": self.tag, "name": self.name, "displayName": self.display_name,
        }  # fmt: skip


def interface_locales() -> list[Shown]:
    """The languages that a user may read the apps in, in the order of their English names."""
    return _sorted(INTERFACE)


def database_locales() -> list[Shown]:
    """The languages that names of objects may be translated to, in the order of their English names."""
    return _sorted(DatabaseLocale.objects.values_list("locale", flat=True))


def list_database_locales() -> list[dict[str, Any]]:
    """The same as they are kept, with identifiers."""
    return [_object(row) for row in DatabaseLocale.objects.order_by("locale")]


def find_database_locale(uid: str) -> dict[str, Any]:
    """One of them. Errors: 404."""
    row = DatabaseLocale.objects.filter(uid=uid).first()
    if row is None:
        raise ApiError(LOCALE_UNKNOWN, uid)
    return _object(row)


def create_database_locale(language: str, country: str, script: str) -> str:
    """Have one more; its identifier. Errors: 400 for what is no language, country or script, 409 for one that is."""
    wanted = "_".join(part for part in (language.strip(), country.strip(), script.strip()) if part)
    try:
        code = parse_locale(wanted)
    except ValueError as error:
        raise ApiError(LOCALE_INVALID, wanted) from error
    if language.strip().lower() not in languages() or (country.strip() and country.strip().upper() not in countries()):
        raise ApiError(LOCALE_INVALID, wanted)
    row = DatabaseLocale(uid=generate_uid(), locale=code)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise ApiError(LOCALE_EXISTS, code) from error
    return row.uid


def delete_database_locale(uid: str) -> None:
    """Have it no more; translations stay. Errors: 404."""
    deleted, _ = DatabaseLocale.objects.filter(uid=uid).delete()
    if not deleted:
        raise ApiError(LOCALE_UNKNOWN, uid)


def languages() -> dict[str, str]:
    """Codes of languages and their English names."""
    return _names(Locale("en").languages, lambda code: len(code) in (2, 3) and code.isalpha())


def countries() -> dict[str, str]:
    """Codes of countries and their English names."""
    return _names(Locale("en").territories, lambda code: len(code) == 2 and code.isalpha())


def _names(known: Any, is_wanted: Any) -> dict[str, str]:
    found = {code: str(name) for code, name in known.items() if is_wanted(code)}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _sorted(locales: Iterable[str]) -> list[Shown]:
    return sorted((_shown(locale) for locale in locales), key=lambda shown: (shown.display_name, shown.locale))


def _shown(locale: str) -> Shown:
    language, region, script = [*locale.split("_"), None, None][:3]
    tag = "-".join(part for part in (language, script, region) if part)
    english = str(Locale("en").languages.get(language, language))
    places = [str(Locale("en").scripts.get(script, script))] if script else []
    places += [str(Locale("en").territories.get(region, region))] if region else []
    display_name = f"{english} ({', '.join(places)})" if places else english
    try:
        own = Locale(language, territory=region, script=script)
    except (UnknownLocaleError, ValueError):
        own = _language_alone(language)
    return Shown(locale, tag, (own.get_display_name(own) if own is not None else None) or display_name, display_name)


def _language_alone(language: str) -> Locale | None:
    try:
        return Locale(language)
    except UnknownLocaleError:
        return None


def _object(row: DatabaseLocale) -> dict[str, Any]:
    shown = _shown(row.locale)
    return {"id": row.uid, "locale": row.locale, "name": shown.display_name, "displayName": shown.display_name}
