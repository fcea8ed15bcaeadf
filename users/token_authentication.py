"""`Authorization: ApiToken …` (DHIS2 2.42, personal access tokens). Never opens a session."""

from __future__ import annotations

from typing import Any

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from dhis2api.errors import ApiError
from users.errors import TOKEN_CHECKSUM_WRONG, TOKEN_MALFORMED
from users.models import ApiToken
from users.token_format import HEADER, has_valid_checksum
from users.tokens import Caller, check_token, find_token

SCHEME = "apitoken"
CHALLENGE = {"WWW-Authenticate": "ApiToken"}


class TokenRefused(AuthenticationFailed):
    """A refusal with its own status, 400 or 401; DRF marks a request as anonymous only by its own exception."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.message)
        self.refusal_status = error.status
        self.headers = CHALLENGE


class ApiTokenAuthentication(authentication.BaseAuthentication):
    """The user of a token, if the token's lists allow the request; the token is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        header = request.headers.get("Authorization", "").strip()
        if not header.lower().startswith(SCHEME):
            return None
        try:
            token = self._find_token(header)
            address = request.headers.get("X-Forwarded-For") or request.META.get("REMOTE_ADDR", "")
            caller = Caller(address, request.method, request.headers.get("Referer"))
            return check_token(token, caller), token
        except ApiError as error:
            raise TokenRefused(error) from error

    def _find_token(self, header: str) -> ApiToken:
        found = HEADER.fullmatch(header)
        if found is None:
            raise ApiError(TOKEN_MALFORMED)
        if not has_valid_checksum(found["token"]):
            raise ApiError(TOKEN_CHECKSUM_WRONG)
        return find_token(found["token"])
