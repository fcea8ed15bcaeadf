"""Secrets at rest: texts that the server must be able to read again, encrypted with keys that no table holds.

The keys follow from the settings `ENCRYPTION_KEYS`, or from `SECRET_KEY` where none is set. The first one encrypts,
all of them decrypt, so that a new key can be put before an old one.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UndecryptableError(Exception):
    """What was encrypted with a key that the server no longer has, or was changed since."""


def encrypt_text(text: str) -> str:
    """`text` as printable ASCII, another one every time."""
    return _cipher(_secrets()).encrypt(text.encode()).decode()


def decrypt_text(encrypted: str) -> str:
    """What was encrypted. Errors: UndecryptableError."""
    try:
        return _cipher(_secrets()).decrypt(encrypted.encode()).decode()
    except InvalidToken as error:
        raise UndecryptableError("The value was encrypted with another key, or changed since") from error


def _secrets() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS) or (settings.SECRET_KEY,)


@lru_cache(maxsize=4)
def _cipher(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(secret)) for secret in secrets])


def _derive(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"dhis2api secrets at rest").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
