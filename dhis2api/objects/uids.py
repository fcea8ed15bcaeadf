"""DHIS2 uids: a letter and ten alphanumerics (`^[A-Za-z][A-Za-z0-9]{10}$`)."""

from __future__ import annotations

import re
import secrets
import string

UID_LENGTH = 11
_LETTERS = string.ascii_letters
_ALPHANUMERICS = string.ascii_letters + string.digits
_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")


def generate_uid() -> str:
    """A new random uid; with 52 * 62^10 possibilities a collision is not worth a look-up."""
    return secrets.choice(_LETTERS) + "".join(secrets.choice(_ALPHANUMERICS) for _ in range(UID_LENGTH - 1))


def is_uid(text: object) -> bool:
    """Whether `text` has the shape of a uid."""
    return isinstance(text, str) and _UID.fullmatch(text) is not None
