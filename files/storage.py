"""The file store: a directory of the server's home, or S3, as the settings say (Django's default storage).

Names are made here; nothing that a client sent is ever part of one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage

CHUNK_BYTES = 64 * 1024


class Draft:
    """Files that were written, and stay only if everything else succeeds."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.folders: list[str] = []  # those that hold nothing else

    def write(self, name: str, content: BinaryIO) -> None:
        """Store all of `content` under `name`, which nobody else has."""
        self.names.append(name)
        default_storage.save(name, File(content))


@contextmanager
def drafting() -> Iterator[Draft]:
    """Write files beside a transaction: what the block wrote is gone again if it, or its commit, fails.

    The transaction belongs inside of the block.
    """
    draft = Draft()
    try:
        yield draft
    except BaseException:
        remove([*draft.names, *draft.folders])
        raise


def new_name(folder: str) -> str:
    """A name in `folder` that nobody can guess and nobody has."""
    return f"{folder}/{secrets.token_hex(16)}"


def remove(names: list[str]) -> None:
    """Delete files; those that are not there are no error."""
    for name in names:
        default_storage.delete(name)


def open_stored(name: str) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time. Errors: FileNotFoundError, at once."""
    stored = default_storage.open(name, "rb")
    return _pieces(stored)


def _pieces(stored: BinaryIO) -> Iterator[bytes]:
    with stored:
        while piece := stored.read(CHUNK_BYTES):
            yield piece
