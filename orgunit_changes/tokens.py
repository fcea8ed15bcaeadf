"""JSON web tokens of phones: a pair of a short and a long one, both good for as long as their user's state is.

A token carries the digest of what its user's login depends on (password, state, roles): when any of it changes, all
tokens end at once, though they would live for years.
"""

from __future__ import annotations

from typing import Any

from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken, Token

from users.models import User

STAMP = "stamp"
USER_GONE = "User not found"
STATE_CHANGED = "The user's password, state or roles have changed"


def make_pair(user: User) -> dict[str, str]:
    """The two tokens of a user who has just logged in."""
    refresh = RefreshToken.for_user(user)
    refresh[STAMP] = user.get_session_auth_hash()
    return {"refresh": str(refresh), "access": str(refresh.access_token)}


def user_of(token: Token) -> User:
    """The user of a verified token. Errors: AuthenticationFailed 401 where he is gone, closed, or has changed."""
    claim = str(token.get(api_settings.USER_ID_CLAIM, ""))
    user = User.objects.with_rights(int(claim)) if claim.isascii() and claim.isdigit() else None
    if user is None or not user.is_active or not user.password_holds:
        raise AuthenticationFailed(USER_GONE)
    if not constant_time_compare(str(token.get(STAMP, "")), user.get_session_auth_hash()):
        raise AuthenticationFailed(STATE_CHANGED)
    return user


class MobileTokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer …`; an empty one is refused, not passed over."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        parts = header.split()
        if len(parts) == 1 and parts[0] in (b"Bearer", b"bearer"):
            raise InvalidToken("Token is missing")
        return super().get_raw_token(header)

    def get_user(self, validated_token: Token) -> Any:
        return user_of(validated_token)
