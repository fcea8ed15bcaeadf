"""One request and its answer: the connection goes to the address that was checked, and everything has an end.

Redirects are answers like others: none is followed, so that nothing leads away from what was allowed. Bodies are read
in pieces, and what they hold when decompressed counts.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from synchronization.outgoing.addresses import Networks, find_addresses
from synchronization.outgoing.errors import AnswerUnusable, OutgoingError, Unreachable
from synchronization.outgoing.places import Place

CHUNK = 64 * 1024
AGENT = "dhis2api"
LOOK_SECONDS = 0.5  # between two questions whether the answer is still wanted


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an exchange may take (seconds), and how much may come back (bytes, decompressed)."""

    connect: float = 5.0
    silence: float = 60.0  # between two pieces of an answer, and before the first
    total: float = 600.0
    size: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of HTTP Basic. The password is never shown, whoever prints this."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back. `body` is decompressed."""

    status: int
    reason: str
    body: bytes

    def json(self) -> Any:
        """The body's value, which can be written as JSON again. Errors: AnswerUnusable."""
        try:
            return orjson.loads(self.body)
        except ValueError as error:
            raise AnswerUnusable("The answer is not JSON") from error


def ask(
    place: Place,
    *,
    limits: Limits,
    allowed_networks: Networks = (),
    method: str = "GET",
    credentials: Credentials | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
    is_unwanted: Callable[[], bool] | None = None,
) -> Exchange:
    """Send one request and read its answer; a body in pieces is sent as they come.

    Once `is_unwanted`, asked by another thread, says so, nothing is waited for any more.

    Errors: RequestRefused before anything is sent, Unreachable, AnswerUnusable.
    """
    started = time.monotonic()
    addresses = find_addresses(place.host, place.port, allowed_networks=allowed_networks, seconds=limits.connect)
    sent = {"Host": place.authority, "User-Agent": AGENT, "Accept": "application/json", **(headers or {})}
    if credentials is not None:
        sent["Authorization"] = credentials.header
    connection = _Connection(_connect(addresses, place.port, limits.connect))
    with connection, _watched(connection, started + limits.total, is_unwanted):
        client = connection.open(place, limits)
        client.request(method, place.target, body, sent)
        answer = client.getresponse()
        return Exchange(answer.status, answer.reason, _read(answer, limits.size))


class _Connection:
    """A socket to a checked address. What goes wrong in a `with` block is an OutgoingError."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.is_late = False

    def open(self, place: Place, limits: Limits) -> http.client.HTTPConnection:
        """HTTP on the socket, over TLS where the place says so: its certificate must be for the name."""
        if place.scheme == "https":
            try:
                self.wire = ssl.create_default_context().wrap_socket(self.wire, server_hostname=place.host)
            except ssl.SSLError as error:
                raise Unreachable("The server cannot prove who it is, or speaks no TLS") from error
        if self.is_late:  # it was to be hung up while TLS took it over
            raise TimeoutError
        self.wire.settimeout(limits.silence)
        client = http.client.HTTPConnection(place.host, place.port)
        client.auto_open = 0  # never by the name again
        client.sock = self.wire
        return client

    def hang_up(self) -> None:
        """From another thread: whatever is being waited for ends at once."""
        self.is_late = True
        try:
            # Not TLS's own: that would have the reader take what is on the wire for plain text.
            socket.socket.shutdown(self.wire, socket.SHUT_RDWR)
        except OSError:
            return

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self.wire.close()
        if self.is_late or isinstance(error, TimeoutError):
            raise Unreachable("The answer took too long") from error
        if error is None or isinstance(error, OutgoingError):
            return
        if isinstance(error, OSError | http.client.IncompleteRead | http.client.RemoteDisconnected):
            raise Unreachable("The connection broke") from error
        if isinstance(error, http.client.HTTPException):
            raise AnswerUnusable("The answer is not HTTP") from error


def _connect(addresses: list[str], port: int, seconds: float) -> socket.socket:
    """To the first address that takes it. Errors: Unreachable."""
    deadline = time.monotonic() + seconds
    failure: OSError | None = None
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
    raise Unreachable("Network is unreachable") from failure


@contextmanager
def _watched(connection: _Connection, until: float, is_unwanted: Callable[[], bool] | None) -> Iterator[None]:
    """End the exchange after its total time; a server that drips bytes never is silent for long."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(min(max(until - time.monotonic(), 0.0), LOOK_SECONDS)):
            if time.monotonic() >= until or (is_unwanted is not None and is_unwanted()):
                connection.hang_up()
                return

    thread = threading.Thread(target=watch, name="exchange", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    """The whole body, decompressed. Errors: AnswerUnusable beyond `most` bytes, on the wire and after."""
    encoding = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise AnswerUnusable("The answer is compressed in a way that was not asked for")
    pieces = _pieces(answer)
    body = bytearray()
    for piece in pieces if encoding == "identity" else gunzip(pieces, most):
        body += piece
        if len(body) > most:
            raise AnswerUnusable(f"The answer is larger than {most} bytes")
    return bytes(body)


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read(CHUNK):
        yield piece
    if answer.length:  # what was announced and did not come; reading in pieces tells nobody
        raise Unreachable("The connection broke")


def gunzip(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """What gzip holds, in pieces of bounded size: a bomb is found out by its first `most` bytes.

    Errors: AnswerUnusable for what is no gzip, ends early, or holds more.
    """
    unpacker = zlib.decompressobj(wbits=31)
    held = taken = 0
    try:
        for piece in pieces:
            taken += len(piece)
            waiting = piece
            while waiting and not unpacker.eof:
                unpacked = unpacker.decompress(waiting, CHUNK * 16)
                waiting = unpacker.unconsumed_tail
                held += len(unpacked)
                if held > most:
                    raise AnswerUnusable(f"The answer is larger than {most} bytes")
                yield unpacked
            if taken > most:
                raise AnswerUnusable(f"The answer is larger than {most} bytes")
    except zlib.error as error:
        raise AnswerUnusable("The answer is no gzip") from error
    if not unpacker.eof:
        raise AnswerUnusable("The answer ends in the middle")
