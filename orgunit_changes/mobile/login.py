"""Tokens for a password, and for a token. Source: the change request API of Iaso, login of phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import authenticate
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from dhis2api.errors import ApiError
from orgunit_changes.errors import NOT_BLANK, NOT_NULL, REQUIRED, STRING_INVALID, not_found, refuse_all
from orgunit_changes.models import Project
from orgunit_changes.tokens import make_pair, user_of

NO_ACCOUNT = "No active account found with the given credentials"


def log_in(body: Mapping[str, Any], app_id: str, request: Any) -> dict[str, str]:
    """The tokens of a user.

    Errors: 400 for members that are missing, 401 for credentials that are wrong or an account that is closed, 404 for
    a project that is none.
    """
    given = _read(body, "username", "password")
    if app_id.strip() and not Project.objects.filter(app_id=app_id.strip()).exists():
        raise not_found()
    try:
        user = authenticate(request, username=given["username"], password=given["password"])
    except ApiError as error:  # locked, closed, expired, or a second factor is asked for
        raise AuthenticationFailed(error.message) from error
    if user is None or not user.is_active:
        raise AuthenticationFailed(NO_ACCOUNT)
    return make_pair(user)


def refresh_pair(body: Mapping[str, Any]) -> dict[str, str]:
    """New tokens for a long one. Errors: 400 without one; 401 for one that is wrong, over, or of a changed user."""
    try:
        token = RefreshToken(_read(body, "refresh")["refresh"])
    except TokenError as error:
        raise AuthenticationFailed(str(error)) from error
    return make_pair(user_of(token))


def _read(body: Mapping[str, Any], *names: str) -> dict[str, str]:
    faults = {name: [fault] for name in names if (fault := _fault_of(body, name)) is not None}
    if faults:
        raise refuse_all(faults)
    return {name: body[name] for name in names}


def _fault_of(body: Mapping[str, Any], name: str) -> str | None:
    if name not in body:
        return REQUIRED
    if body[name] is None:
        return NOT_NULL
    if not isinstance(body[name], str):
        return STRING_INVALID
    return None if body[name] else NOT_BLANK
