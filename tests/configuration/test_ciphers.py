"""Secrets at rest can be read by whoever has the key, and by nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from dhis2api.ciphers import UndecryptableError, decrypt_text, encrypt_text


@given(st.text())
def test_what_is_encrypted_is_read_back(text: str) -> None:
    encrypted = encrypt_text(text)
    assert decrypt_text(encrypted) == text
    assert encrypted.isascii()


def test_the_same_text_looks_different_every_time() -> None:
    assert encrypt_text("secret") != encrypt_text("secret")


def test_another_key_reads_nothing(settings: Settings) -> None:
    encrypted = encrypt_text("secret")
    settings.ENCRYPTION_KEYS = ["another"]
    with pytest.raises(UndecryptableError):
        decrypt_text(encrypted)


def test_a_new_key_is_put_before_the_old_one(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    encrypted = encrypt_text("secret")
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert decrypt_text(encrypted) == "secret"
    assert encrypt_text("secret") != encrypted
