"""By what a payload or an answer names its objects: uid, code, name, or the value of a unique custom attribute."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metadata.models import Attribute


class SchemeKind(StrEnum):
    UID = "UID"
    CODE = "CODE"
    NAME = "NAME"
    ATTRIBUTE = "ATTRIBUTE"


@dataclass(frozen=True, slots=True)
class IdScheme:
    """One scheme; `attribute` is the uid of a unique custom attribute."""

    kind: SchemeKind = SchemeKind.UID
    attribute: str | None = None


UID = IdScheme()
_COLUMNS = {SchemeKind.UID: "uid", SchemeKind.CODE: "code", SchemeKind.NAME: "name"}


def scheme_path(scheme: IdScheme) -> str | None:
    """The ORM path of a scheme; None for an attribute that is not unique, by which nothing can be named."""
    if scheme.kind is not SchemeKind.ATTRIBUTE:
        return _COLUMNS[scheme.kind]
    is_unique = Attribute.objects.filter(uid=scheme.attribute, unique=True).exists()
    return f"attribute_values__{scheme.attribute}" if is_unique else None


def attribute_exists(scheme: IdScheme) -> bool:
    """Whether the attribute of an attribute scheme exists."""
    return scheme.kind is not SchemeKind.ATTRIBUTE or Attribute.objects.filter(uid=scheme.attribute).exists()
