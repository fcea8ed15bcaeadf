"""DHIS2 uids: a letter and ten alphanumerics (`^[A-Za-z][A-Za-z0-9]{10}$`)."""

from __future__ import annotations

import os
import re
import secrets
import string

UID_LENGTH = 11
_LETTERS = string.ascii_letters
_ALPHANUMERICS = string.ascii_letters + string.digits
# Bytes to letters and digits; the few that are likelier than others do not matter.
_TO_LETTER = bytes(_LETTERS[byte % len(_LETTERS)].encode()[0] for byte in range(256))
_TO_ALPHANUMERIC = bytes(_ALPHANUMERICS[byte % len(_ALPHANUMERICS)].encode()[0] for byte in range(256))
_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")


def generate_uid() -> str:
    """A new random uid; with 52 * 62^10 possibilities a collision is not worth a look-up."""
    return secrets.choice(_LETTERS) + "".join(secrets.choice(_ALPHANUMERICS) for _ in range(UID_LENGTH - 1))


def generate_uids(count: int) -> list[str]:
    """Many new random uids; a tenth of the time of one by one."""
    first = os.urandom(count).translate(_TO_LETTER).decode()
    rest = os.urandom(count * (UID_LENGTH - 1)).translate(_TO_ALPHANUMERIC).decode()
    step = UID_LENGTH - 1
    return [letter + rest[place * step : (place + 1) * step] for place, letter in enumerate(first)]


def is_uid(text: object) -> bool:
    """Whether `text` has the shape of a uid."""
    return isinstance(text, str) and _UID.fullmatch(text) is not None
