"""Logging in and out, what the login page needs to know, and the sessions that are open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from rest_framework.permissions import AllowAny

from configuration.settings import locale_code
from dhis2api.errors import BAD_REQUEST, NEEDS_AUTHORITY, ApiError
from dhis2api.web import saved_requests
from dhis2api.web.bodies import decode_json, open_body, read_json
from dhis2api.web.errors import BODY_TOO_LARGE
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, redirect
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import SUPERUSER
from users.authenticating import LoginStatus, forgive_failures, log_in
from users.errors import BAD_CREDENTIALS
from users.login_config import login_config, start_page
from users.params import LoginConfigParams
from users.sessions import end_oldest_sessions, end_sessions, list_sessions

MAX_OPEN_BODY = 100_000  # bytes


class LoginView(ApiView):
    """A session in exchange for a password, and a code where the account has a second factor."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Log in; a locked, disabled or expired account is told so, with status 200 as in DHIS2."""
        body = read_small_object(request)
        username, password, code = (body.get(name) for name in ("username", "password", "twoFactorCode"))
        if not isinstance(username, str) or not isinstance(password, str):
            raise ApiError(BAD_CREDENTIALS)
        result = log_in(username, password, str(code) if code else None)
        if result.status is None:
            raise ApiError(BAD_CREDENTIALS)
        if result.user is None:
            return ApiResponse({"loginStatus": result.status})
        landing = landing_page(request._request, result.user)
        open_session(request._request, result.user)
        return ApiResponse({"loginStatus": LoginStatus.SUCCESS, "redirectUrl": landing})


def landing_page(request: Any, user: Any) -> str:
    """Where a login leads: to the page that was asked for before, unless the user must go somewhere first."""
    wanted, start = saved_requests.take(request), start_page(user)
    if wanted is not None and start == "/":
        return wanted
    return request.META.get("SCRIPT_NAME", "").rstrip("/") + start


def open_session(request: Any, user: Any) -> None:
    """Log a verified user in, with the session's cookie and no other: the API checks no CSRF token."""
    forgive_failures(user)
    end_oldest_sessions(user)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False


class LogoutView(ApiView):
    """The end of a session, at the address that DHIS2's apps use."""

    permission_classes = (AllowAny,)

    def get(self, request: ApiRequest) -> HttpResponse:
        """Forget the session and go to the start page."""
        logout(request._request)
        return redirect(request._request.META.get("SCRIPT_NAME", "").rstrip("/") + "/")

    post = get


class LoginConfigView(ApiView):
    """What a login page shows; open to everybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @declares(LoginConfigParams)
    def get(self, request: ApiRequest, params: LoginConfigParams) -> ApiResponse:
        """Title, texts, logo, and which ways to an account there are."""
        return ApiResponse(login_config(locale_code(params.locale) if params.locale else None), xml="loginConfig")


class SessionsView(ApiView):
    """Everybody's open sessions; for superusers."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Digest of each session's id → its user."""
        require_superuser(request)
        return ApiResponse(list_sessions(), headers={"Cache-Control": "no-store"}, xml="sessions")

    def delete(self, request: ApiRequest, username: str | None = None) -> HttpResponse:
        """End all of them, or those of one user."""
        require_superuser(request)
        end_sessions(username)
        return HttpResponse(status=204)


def require_superuser(request: ApiRequest) -> None:
    """Errors: 403 for everybody else."""
    if not request.user.principal.is_superuser:
        raise ApiError(NEEDS_AUTHORITY, SUPERUSER)


def read_object(request: ApiRequest) -> dict[str, Any]:
    """The body, a JSON object. Errors: 400."""
    return _as_object(read_json(request))


def read_small_object(request: ApiRequest) -> dict[str, Any]:
    """The same of whoever has not logged in, and shall not make the server read much. Errors: 400, 413."""
    with open_body(request) as stream:
        data = stream.read(MAX_OPEN_BODY + 1)
    if len(data) > MAX_OPEN_BODY:
        raise ApiError(BODY_TOO_LARGE, MAX_OPEN_BODY)
    return _as_object(decode_json(data))


def _as_object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    return body
