"""Images of a given size."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def picture(width: int = 40, height: int = 30, kind: str = "PNG") -> bytes:
    """A small image in one colour."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(written, kind)
    return written.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A few hundred bytes that claim to be a PNG of `side` by `side` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
