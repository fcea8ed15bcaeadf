"""Who asks: HTTP Basic first, then the session. Source: DHIS2 2.42, users, authentication methods.

Basic sets no cookie, and no CSRF check applies to it; sessions are checked where `API_CSRF` is on, which it is not by
default, as in DHIS2. No `WWW-Authenticate` header is ever sent, since
browsers would open a dialog.
"""

from __future__ import annotations

import base64
import binascii
import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
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
    """The session cookie of a login.

    With `API_CSRF` a request that changes something repeats the cookie `XSRF-TOKEN` in the header `X-XSRF-TOKEN`.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        if settings.API_CSRF:
            _check_csrf(request._request)
        _prolong(request._request.session)
        return user, None


def _check_csrf(request: HttpRequest) -> None:
    """Errors: 403 where the token is absent or wrong. Every answer then carries the cookie that the next one needs."""
    check = authentication.CSRFCheck(lambda _: HttpResponse())
    check.process_request(request)
    if reason := check.process_view(request, None, (), {}):
        raise PermissionDenied(f"CSRF check failed: {reason}")
    get_token(request)


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
