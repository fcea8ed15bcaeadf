"""Who asks: HTTP Basic first, then the session. Source: DHIS2 2.42, users, authentication methods.

Neither checks CSRF tokens, as DHIS2 does not; Basic sets no cookie. No `WWW-Authenticate` header is ever sent, since
browsers would open a dialog.
"""

from __future__ import annotations

import base64
import binascii
import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from dhis2api.errors import ApiError
from dhis2api.web.credentials import find_user

PROLONGED = "prolonged"  # seconds since the epoch, in the session
PROLONG_SECONDS = 300


class BasicAuthentication(authentication.BaseAuthentication):
    """`Authorization: Basic …` in UTF-8. A header that is present but empty counts as none."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        scheme, _, encoded = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "basic":
            return None
        username, password = _decode_credentials(encoded.strip())
        try:
            user = find_user(request._request, username, password)
        except ApiError as error:  # locked or disabled: DRF marks a request as anonymous only by its own exception
            raise AuthenticationFailed(error.message) from error
        if user is None or not user.is_active:
            raise AuthenticationFailed("Unauthorized")
        return user, None


class SessionAuthentication(authentication.BaseAuthentication):
    """The session cookie of a login, without DRF's CSRF check."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        _prolong(request._request.session)
        return user, None


def _prolong(session: SessionBase) -> None:
    """Sessions end some time after the last request; written at most once in `PROLONG_SECONDS`, not every time."""
    now = int(time.time())
    if now - session.get(PROLONGED, 0) >= PROLONG_SECONDS:
        session[PROLONGED] = now


def _decode_credentials(encoded: str) -> tuple[str, str]:
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise AuthenticationFailed("Unauthorized") from error
    username, separator, password = decoded.partition(":")
    if not separator or "\x00" in decoded:
        raise AuthenticationFailed("Unauthorized")
    return username, password
