"""Request bodies: opened as streams of bounded length whatever their compression, and read as JSON.

A body is gzip or a zip of one file if its first bytes say so, as DHIS2's importers sniff them; `MAX_BODY` holds before
and after decompression. Garbage fails by its first mebibyte, a bomb at the limit, both in flat memory.
"""

from __future__ import annotations

import gzip
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from typing import Any, BinaryIO

import msgspec
import orjson
from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from dhis2api.errors import ApiError
from dhis2api.web.errors import BODY_TOO_LARGE, BODY_UNREADABLE, CONTENT_ENCODING_UNSUPPORTED, JSON_UNREADABLE

WITH_BODY = ("POST", "PUT", "PATCH")  # methods whose content type counts
BUFFER_BYTES = 64 * 1024
PREFIX_BYTES = 1024 * 1024  # of a JSON body, checked before the rest is read
SPOOL_BYTES = 4 * 1024 * 1024  # of a zip held in memory; more goes to a temporary file
MAX_DEPTH = 200  # of nested arrays and objects: what walks them may recurse
CUT_BYTES = 16  # an error this near to the end of a prefix may be the cut's: a number, an escape, a surrogate pair
JSON_BLANKS = b" \t\r\n"
UTF8_BOM = b"\xef\xbb\xbf"
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*(\\u0000)")
DECOMPRESSION_ERRORS = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


def open_body(request: Any) -> BinaryIO:
    """The body as a stream of decompressed bytes.

    Errors: ApiError 413 when either side of the decompression exceeds `MAX_BODY`, 415 for an unknown
    Content-Encoding, 400 for a broken archive; those found while reading are raised by `read`.
    """
    http_request: HttpRequest = getattr(request, "_request", request)
    encoding = http_request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise ApiError(CONTENT_ENCODING_UNSUPPORTED, encoding)
    if int(http_request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY:
        raise ApiError(BODY_TOO_LARGE, settings.MAX_BODY)
    raw = _bounded(_raw_stream(http_request))
    magic = raw.peek(4)[:4]
    if magic.startswith(GZIP_MAGIC):
        return _bounded(gzip.GzipFile(fileobj=raw))
    if "gzip" in encoding and magic:
        raise ApiError(BODY_UNREADABLE, "Content-Encoding is gzip, but the body is not")
    if magic == ZIP_MAGIC:
        return _bounded(_open_zip(raw))
    return raw


def read_text(request: Any) -> str:
    """The body as text. Errors: ApiError 400 for what is not UTF-8, or holds a NUL character; else as `open_body`."""
    with open_body(request) as stream:
        data = stream.read()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ApiError(BODY_UNREADABLE, "it is not UTF-8") from error
    if "\x00" in text:
        raise ApiError(BODY_UNREADABLE, "it holds a NUL character")
    return text


def discard_rest(request: Any) -> None:
    """Read what is left of a refused body of bearable length: its sender may still be sending, and a connection that
    is closed on unread bytes takes the answer with it."""
    http_request: HttpRequest = getattr(request, "_request", request)
    stream, left = _raw_stream(http_request), settings.MAX_BODY
    if int(http_request.META.get("CONTENT_LENGTH") or 0) > left:
        return
    while left > 0 and (chunk := stream.read(BUFFER_BYTES)):
        left -= len(chunk)


def read_json(request: Any) -> Any:
    """The whole body as JSON values.

    Errors: ApiError 400 with line and column for what is not JSON, too deep, or holds NUL characters or lone
    surrogates; 413 beyond `MAX_BODY`. The last of repeated members wins.
    """
    return decode_json(read_json_bytes(request))


def read_json_bytes(request: Any) -> bytes:
    """The whole body of a request that should be JSON, for a typed decoder; errors as `read_json`'s are early."""
    with open_body(request) as stream:
        return read_json_stream(stream)


def read_json_stream(stream: BinaryIO) -> bytes:
    """All of a stream that should be JSON. Errors: ApiError 400 when its first mebibyte shows that it is not."""
    data = stream.read(PREFIX_BYTES).removeprefix(UTF8_BOM)
    if len(data) >= PREFIX_BYTES - len(UTF8_BOM) and not data.strip(JSON_BLANKS):
        raise ApiError(JSON_UNREADABLE, "more than 1 MiB of white space before the first value")
    _refuse_garbage(data)
    whole = io.BytesIO()  # grows in its place; `read` to the end would hold the body twice for a moment
    whole.write(data)
    shutil.copyfileobj(stream, whole, BUFFER_BYTES)
    return whole.getvalue()


def decode_json(data: bytes, decoder: msgspec.json.Decoder[Any] | None = None) -> Any:
    """JSON bytes as plain values, or as what a typed `decoder` makes of them. Errors: as `read_json`."""
    if not data.strip():
        raise ApiError(JSON_UNREADABLE, "the body is empty, at line 1, column 1")
    refuse_nul(data)
    if decoder is not None:
        return _decode_typed(data, decoder)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _unreadable(data, error) from error
    _refuse_depth(value)
    return value


def refuse_nul(data: bytes) -> None:
    """Refuse `\\u0000`, which JSON can write and PostgreSQL cannot store. Errors: ApiError 400 with its place."""
    if b"\\u0000" in data and (found := ESCAPED_NUL.search(data)):
        raise ApiError(JSON_UNREADABLE, _at("a NUL character is not allowed", *json_error_place(data, found.start(1))))


def json_error_place(data: bytes, byte_offset: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1, the column in characters."""
    before = data[:byte_offset]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1


def has_body(request: HttpRequest) -> bool:
    """Whether a request announces a body."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length != "0" or "HTTP_TRANSFER_ENCODING" in request.META


def _raw_stream(request: HttpRequest) -> Any:
    # Django gives a chunked body no length and so reads none of it; the server's own input ends where the body does.
    is_chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    if is_chunked and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request


def _open_zip(raw: BinaryIO) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - lives as long as the stream
    while chunk := raw.read(BUFFER_BYTES):
        spool.write(chunk)
    try:
        archive = zipfile.ZipFile(spool)
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(files) != 1:
            raise ApiError(BODY_UNREADABLE, f"the zip holds {len(files)} files, expected one")
        if files[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or files[0].flag_bits & 1:
            raise ApiError(BODY_UNREADABLE, "the zip is encrypted or compressed by another method than deflate")
        return archive.open(files[0])  # type: ignore[return-value]
    except zipfile.BadZipFile as error:
        raise ApiError(BODY_UNREADABLE, str(error)) from error


class _BoundedReader(io.RawIOBase):
    """Counts what is read and stops at `MAX_BODY`; turns a broken archive into a refusal."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source = source
        self._limit = settings.MAX_BODY
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._source.read(len(buffer))
        except DECOMPRESSION_ERRORS as error:
            raise ApiError(BODY_UNREADABLE, str(error)) from error
        except OSError as error:  # the client hung up
            raise UnreadablePostError(*error.args) from error
        self._seen += len(chunk)
        if self._seen > self._limit:
            raise ApiError(BODY_TOO_LARGE, self._limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _bounded(source: Any) -> Any:
    return io.BufferedReader(_BoundedReader(source), BUFFER_BYTES)


def _refuse_garbage(prefix: bytes) -> None:
    """Refuse a body whose beginning cannot be the beginning of JSON; a short body is left to the decoder."""
    if len(prefix) < PREFIX_BYTES - len(UTF8_BOM):
        return
    try:
        orjson.loads(prefix)
    except orjson.JSONDecodeError as error:
        text_error = _find_text_error(prefix)
        position = text_error.start if text_error else error.pos
        is_cut = position >= len(prefix if text_error else error.doc) - CUT_BYTES
        if not is_cut:
            raise _unreadable(prefix, error) from error


def _decode_typed(data: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise ApiError(JSON_UNREADABLE, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # orjson knows the place, and tells a lone surrogate from an unfinished text.
        try:
            _refuse_depth(orjson.loads(data))
        except orjson.JSONDecodeError as placed:
            raise _unreadable(data, placed) from error
        raise ApiError(JSON_UNREADABLE, str(error)) from error


def _unreadable(data: bytes, error: orjson.JSONDecodeError) -> ApiError:
    if text_error := _find_text_error(data):
        place = json_error_place(data, text_error.start)
        return ApiError(JSON_UNREADABLE, _at(f"not UTF-8, {text_error.reason}", *place))
    if "depth limit" in error.msg:
        return ApiError(JSON_UNREADABLE, _at(TOO_DEEP, error.lineno, error.colno))
    return ApiError(JSON_UNREADABLE, _at(error.msg, error.lineno, error.colno))


def _find_text_error(data: bytes) -> UnicodeDecodeError | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error
    return None


TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node if type(node) is list else ())
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise ApiError(JSON_UNREADABLE, TOO_DEEP)


def _at(reason: str, line: int, column: int) -> str:
    return f"{reason}, at line {line}, column {column}"
