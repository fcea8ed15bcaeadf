"""Identifier schemes: by what a payload or an answer names its objects (DHIS2 2.42, data values, id schemes)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dhis2api.objects.uids import is_uid
from metadata.id_schemes import UID, IdScheme, SchemeKind

_NAMES = {"UID": SchemeKind.UID, "ID": SchemeKind.UID, "CODE": SchemeKind.CODE, "NAME": SchemeKind.NAME}


def parse_scheme(text: str) -> IdScheme:
    """`uid`, `id` (the same), `code`, `name` or `attribute:<uid>`, in any case.

    Errors: ValueError naming the text and what it should be.
    """
    kind, _, attribute = text.strip().partition(":")
    if kind.upper() == "ATTRIBUTE" and is_uid(attribute):
        return IdScheme(SchemeKind.ATTRIBUTE, attribute)
    if attribute or kind.upper() not in _NAMES:
        raise ValueError(f"`{text}` is not an identifier scheme: use uid, code, name or attribute:<uid>")
    return IdScheme(_NAMES[kind.upper()])


@dataclass(frozen=True, slots=True)
class Schemes:
    """The schemes of one import or export, one for each type of object."""

    data_element: IdScheme = UID
    org_unit: IdScheme = UID
    category_option_combo: IdScheme = UID
    attribute_option_combo: IdScheme = UID
    data_set: IdScheme = UID
    category: IdScheme = UID
    category_option: IdScheme = UID


@dataclass(frozen=True, slots=True)
class SchemeTexts:
    """Schemes as they were sent: a general one and those of single types; None where nothing was said."""

    general: str | None = None
    data_element: str | None = None
    org_unit: str | None = None
    category_option_combo: str | None = None
    attribute_option_combo: str | None = None
    data_set: str | None = None
    category: str | None = None
    category_option: str | None = None


TYPES = tuple(field.name for field in fields(Schemes))


def resolve_schemes(*sources: SchemeTexts) -> Schemes:
    """The schemes that hold: earlier sources before later ones, and within one the specific before the general.

    Errors: ValueError for a text that is no scheme.
    """
    found: dict[str, IdScheme] = {}
    for name in TYPES:
        for source in sources:
            text = getattr(source, name) or source.general
            if text:
                found[name] = parse_scheme(text)
                break
    return Schemes(**found)
