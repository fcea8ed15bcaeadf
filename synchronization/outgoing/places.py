"""Addresses of other servers, taken apart once: what is compared with the allowlist is what is connected to.

Two places are of one server when scheme, host and port are equal. A plain comparison of texts would let
`https://a.org.evil` pass for `https://a.org`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from synchronization.outgoing.errors import RequestRefused

PORTS = {"http": 80, "https": 443}
LONGEST = 2000  # characters
# What a URL cannot hold without being escaped; user names and passwords have no place in one either.
UNFIT = re.compile(r"[^\x21-\x7e]|[\\@<>\"{}|^`]")


@dataclass(frozen=True, slots=True)
class Place:
    """A URL in its parts. `host` is in small letters, an IPv6 address without brackets; `path` has no slash at its
    end, `query` no question mark."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What the first line of a request asks for."""
        return (self.path or "/") + (f"?{self.query}" if self.query else "")

    def below(self, path: str, query: str = "") -> Place:
        """A place under this one; `path` begins with a slash."""
        return Place(self.scheme, self.host, self.port, self.path + path, query)

    def holds(self, other: Place) -> bool:
        """Whether another place is of the same server, and at or below this one's path."""
        same_server = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same_server and f"{other.path}/".startswith(f"{self.path}/")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_place(text: str) -> Place:
    """Errors: RequestRefused for what is no plain http(s) URL."""
    text = text.strip()
    if len(text) > LONGEST or UNFIT.search(text):
        raise RequestRefused("The URL is too long, or holds characters that a URL cannot hold, or a user name")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise RequestRefused("The URL cannot be read") from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not host or "%" in host or port == 0:
        raise RequestRefused("The URL must begin with http:// or https:// and a host")
    # A server may resolve `..` after it was compared, also where it is escaped.
    if any(segment in (".", "..") for segment in re.split(r"[/\\]", _unescaped(parts.path))):
        raise RequestRefused("The path of the URL must have no segments `.` and `..`")
    return Place(scheme, host.removesuffix("."), port or PORTS[scheme], parts.path.rstrip("/"), parts.query)


def is_held(place: Place, texts: Iterable[str]) -> bool:
    """Whether one of the servers named by `texts` holds a place; those that cannot be read hold none."""
    for text in texts:
        try:
            if parse_place(text).holds(place):
                return True
        except RequestRefused:
            continue
    return False


def _unescaped(path: str) -> str:
    """Until nothing changes: `%252e` is `%2e` is `.`."""
    while (shorter := unquote(path, errors="replace")) != path:
        path = shorter
    return path
