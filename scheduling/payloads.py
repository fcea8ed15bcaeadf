"""Payloads of any size in constant memory: compressed chunks on the way in, a stream on the way out."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

CHUNK_BYTES = 1024 * 1024  # of a payload in one row, before compression
SPOOL_BYTES = 4 * 1024 * 1024  # of compressed chunks in memory; more goes to a temporary file
FASTEST = 1  # of zlib's levels: a payload is written once and read once
_LENGTH = struct.Struct("!I")


class PackedPayload:
    """A body, read to its end and compressed, before anything is stored: a slow client holds no transaction open."""

    def __init__(self, body: BinaryIO) -> None:
        """Errors: whatever reading the body raises; nothing is left behind then."""
        self._spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by `close`
        try:
            while chunk := _read_fully(body, CHUNK_BYTES):
                packed = zlib.compress(chunk, FASTEST)
                self._spool.write(_LENGTH.pack(len(packed)) + packed)
        except BaseException:
            self._spool.close()
            raise

    def chunks(self) -> Iterator[bytes]:
        """The compressed chunks in their order."""
        self._spool.seek(0)
        while head := self._spool.read(_LENGTH.size):
            yield self._spool.read(_LENGTH.unpack(head)[0])

    def close(self) -> None:
        """Give the temporary file back."""
        self._spool.close()


def _read_fully(body: BinaryIO, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := body.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


class _Chunks(io.RawIOBase):
    """Stored chunks as one stream; each is fetched when the one before is used up."""

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        super().__init__()
        self._fetch = fetch
        self._position = 0
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            packed = self._fetch(self._position)
            if packed is None:
                return 0
            self._position += 1
            self._rest = memoryview(zlib.decompress(packed))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def open_chunks(fetch: Callable[[int], bytes | None]) -> BinaryIO:
    """A stream over chunks; `fetch` gives the compressed chunk of a position, None behind the last."""
    return io.BufferedReader(_Chunks(fetch), CHUNK_BYTES)
