"""The text of a personal access token: prefix, random code, checksum (DHIS2 2.42, personal access tokens).

The checksum is a CRC-32. DHIS2 takes it over a buffer that is some bytes longer than the code: version 2 over four
NUL bytes more, version 1 over three more where it checks and none where it once issued. Both are accepted of both.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass

ALPHANUMERICS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # also the digits of base 62


@dataclass(frozen=True, slots=True)
class TokenFormat:
    """One generation of tokens."""

    version: int
    type: str
    prefix: str
    code_length: int
    checksum_length: int
    padding: int  # NUL bytes behind the code

    def checksum(self, code: str, *, padded: bool = True) -> str:
        """The checksum of a code, of fixed length."""
        crc = zlib.crc32(code.encode() + b"\0" * (self.padding if padded else 0))
        return (str(crc) if self.version == 1 else _base_62(crc)).rjust(self.checksum_length, "0")

    def is_valid(self, token: str) -> bool:
        """Whether `token` has this format and its checksum is right."""
        body = token.removeprefix(self.prefix)
        if not token.startswith(self.prefix) or len(body) != self.code_length + self.checksum_length:
            return False
        code, checksum = body[: self.code_length], body[self.code_length :]
        return (
            code.isascii() and code.isalnum() and checksum in (self.checksum(code), self.checksum(code, padded=False))
        )


V1 = TokenFormat(1, "PERSONAL_ACCESS_TOKEN_V1", "d2pat_", 32, 10, 3)
V2 = TokenFormat(2, "PERSONAL_ACCESS_TOKEN_V2", "d2p_", 44, 6, 4)
FORMATS = (V2, V1)
HEADER = re.compile(r"apitoken (?P<token>[a-z0-9\-._~+/]+=*)", re.IGNORECASE)


def new_token() -> str:
    """A token of the current format; its code begins with a letter."""
    code = secrets.choice(string.ascii_letters) + "".join(
        secrets.choice(ALPHANUMERICS) for _ in range(V2.code_length - 1)
    )
    return V2.prefix + code + V2.checksum(code)


def has_valid_checksum(token: str) -> bool:
    """Whether `token` is of a known format, intact."""
    return any(known.is_valid(token) for known in FORMATS)


def digest(token: str) -> str:
    """What is stored of a token: 64 hexadecimal digits. A token is random enough for a fast hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _base_62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = ALPHANUMERICS[rest] + digits
    return digits or "0"
