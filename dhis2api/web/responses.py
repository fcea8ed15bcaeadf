"""What a view answers: data that the negotiated renderer writes, or bytes as they are produced.

`ApiResponse` is for everything that fits in memory, `stream` for the rest; both can go out compressed as a file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from lxml import etree
from rest_framework.response import Response

XmlForm = str | Callable[[], "etree._Element | bytes"]
TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]+")
COMPRESSED_EXTENSIONS = {"gzip": ".gz", "zip": ".zip"}


class ApiResponse(Response):
    """Data for the negotiated renderer.

    `xml` is the XML form of `data`: the name of the root of a generic rendering, or a function that makes the
    document (an element or bytes), called only if XML was asked for.
    """

    def __init__(
        self,
        data: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        xml: XmlForm | None = None,
        *,
        content_type: str | None = None,
    ) -> None:
        super().__init__(data, status=status, headers=headers, content_type=content_type)
        self.xml = xml


def no_content() -> HttpResponse:
    """204, where DHIS2 answers a success without a body."""
    return HttpResponse(status=204)


def redirect(location: str) -> HttpResponse:
    """302."""
    return HttpResponseRedirect(location)


def stream(
    chunks: Iterable[bytes], content_type: str, filename: str | None = None, compression: str | None = None
) -> StreamingHttpResponse:
    """Send bytes as they are produced, in constant memory; no ETag, no Content-Length.

    `filename` makes it an attachment. `compression` is None, `gzip` or `zip`; the file name gets `.gz` or `.zip`
    unless it has it, and a zip has one entry, the name without `.zip`. What is raised before the first chunk still
    becomes an error answer.
    """
    body = _started(chunks)
    # Whoever unpacks a zip writes where its entry says: that is never outside the folder.
    entry = re.sub(r"[/\\]", "_", filename or "data").removesuffix(".zip")
    if compression == "gzip":
        body = gzip_chunks(body)
    elif compression == "zip":
        body = zip_chunks(body, entry)
    response = StreamingHttpResponse(body, content_type=content_type)
    response.is_compressed = compression in COMPRESSED_EXTENSIONS
    if filename is not None:
        extension = COMPRESSED_EXTENSIONS.get(compression or "", "")
        set_attachment(response, filename.removesuffix(extension) + extension if extension else filename)
    return response


def set_attachment(response: Any, filename: str) -> None:
    """Mark a response as a file to save. A plain name stands unquoted, as clients of DHIS2 compare it."""
    response["Content-Disposition"] = f"attachment; {_filename_parameter(filename)}"
    response["Content-Transfer-Encoding"] = "binary"


def set_filename(response: Any, filename: str) -> None:
    """Name a file that is shown rather than saved, in DHIS2's form of the header."""
    response["Content-Disposition"] = _filename_parameter(filename)


def compress(content: bytes, compression: str, entry: str) -> bytes:
    """A whole body as gzip, or as a zip with one entry."""
    chunks = gzip_chunks([content]) if compression == "gzip" else zip_chunks([content], entry)
    return b"".join(chunks)


def gzip_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes as one gzip member."""
    compressor = zlib.compressobj(level=6, wbits=31)
    for chunk in chunks:
        if packed := compressor.compress(chunk):
            yield packed
    yield compressor.flush()


def zip_chunks(chunks: Iterable[bytes], entry: str) -> Iterator[bytes]:
    """Bytes as a zip with one entry, written without seeking; zip64, since the size is not known before."""
    buffer = _Drain()
    archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open(entry, "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk)
            if packed := buffer.take():
                yield packed
    yield buffer.take()


class _Drain(io.RawIOBase):
    """A file that can only be written; what was written is taken out piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _started(chunks: Iterable[bytes]) -> Iterator[bytes]:
    iterator = iter(chunks)
    first = next(iterator, b"")
    return _resumed(first, iterator)


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        close = getattr(rest, "close", None)
        if close is not None:  # a generator holding a cursor gives it back when the client hangs up
            close()


def _filename_parameter(filename: str) -> str:
    if TOKEN.fullmatch(filename):
        return f"filename={filename}"
    plain = re.sub(r'[^ -~]|["\\]', "_", filename)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
