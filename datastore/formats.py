"""Answers of the data stores as JSON, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

PIECE_BYTES = 64 * 1024


def name_chunks(names: Iterable[str]) -> Iterator[bytes]:
    """An array of names."""
    return array_chunks(orjson.dumps(name) for name in names)


def array_chunks(items: Iterable[bytes], before: bytes = b"[", after: bytes = b"]") -> Iterator[bytes]:
    """An array of what is JSON already, between what stands `before` and `after` its items."""
    piece, separator = bytearray(before), b""
    for item in items:
        piece += separator + item
        separator = b","
        if len(piece) > PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + after
