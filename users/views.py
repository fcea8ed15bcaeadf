"""`/api/auth/login`, logout, and `/api/me` with what hangs below it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse, HttpResponseRedirect
from rest_framework.permissions import AllowAny

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.collections import CollectionReport, add_members, remove_members
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.params import ObjectParams
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import reading_context
from dhis2api.web import saved_requests
from dhis2api.web.bodies import open_body, read_json
from dhis2api.web.messages import conflict
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from users.authenticating import AccountState, check_credentials
from users.changing_password import change_password
from users.current import authorities, current_user, has_authority, user_settings
from users.errors import BAD_CREDENTIALS, PASSWORD_MISSING
from users.passwords import find_password_fault

NOT_STORED = {"Cache-Control": "no-store"}
MAX_PASSWORD_BODY = 10_000


class LoginView(ApiView):
    """A session in exchange for a password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Log in; a locked, disabled or expired account is told so, with status 200 as in DHIS2."""
        body = _object(read_json(request))
        username, password = body.get("username"), body.get("password")
        if not isinstance(username, str) or not isinstance(password, str):
            raise ApiError(BAD_CREDENTIALS)
        state, user = check_credentials(username, password)
        if state is not AccountState.OPEN:
            return ApiResponse({"loginStatus": state})
        if user is None:
            raise ApiError(BAD_CREDENTIALS)
        login(request._request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        # Clients expect the session's cookie and no other; the API checks no CSRF token.
        request._request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
        context_path = request._request.META.get("SCRIPT_NAME", "").rstrip("/")
        wanted = saved_requests.take(request._request)
        return ApiResponse({"loginStatus": state, "redirectUrl": wanted or f"{context_path}/"})


class LogoutView(ApiView):
    """The end of a session, at the address that DHIS2's apps use."""

    permission_classes = (AllowAny,)

    def get(self, request: ApiRequest) -> HttpResponseRedirect:
        """Forget the session and go to the start page."""
        logout(request._request)
        return HttpResponseRedirect(request._request.META.get("SCRIPT_NAME", "").rstrip("/") + "/")

    post = get


class MeView(ApiView):
    """The current user."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams) -> ApiResponse:
        """Who I am, and what I may do."""
        shown = current_user(request.user, params.fields_text, reading_context(request, params))
        return ApiResponse(shown, xml="me")


class AuthoritiesView(ApiView):
    """My authorities."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """All authorities of my roles, as a bare list."""
        return ApiResponse(authorities(request.user), headers=NOT_STORED, xml="authorities")


class AuthorityView(ApiView):
    """One authority."""

    def get(self, request: ApiRequest, authority: str) -> ApiResponse:
        """Whether I hold it."""
        return ApiResponse(has_authority(request.user, authority), headers=NOT_STORED, xml="authority")


class SettingsView(ApiView):
    """My settings."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """All my settings, defaults included."""
        wanted = request.query_params.getlist("key")
        shown = user_settings(request.user)
        return ApiResponse({k: v for k, v in shown.items() if not wanted or k in wanted}, xml="settings")


class ChangePasswordView(ApiView):
    """My password."""

    def put(self, request: ApiRequest) -> HttpResponse:
        """Change it; all my sessions end."""
        body = _object(read_json(request))
        change_password(request.user, body.get("oldPassword"), body.get("newPassword"))
        return HttpResponse(status=202)


class VerifyPasswordView(ApiView):
    """Whether a text is my password."""

    consumes = ("text/plain", JSON)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Compare it with mine."""
        return ApiResponse({"isCorrectPassword": request.user.check_password(_password(request))})


class ValidatePasswordView(ApiView):
    """Whether a text could be my password."""

    consumes = ("text/plain", JSON)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Check it against the rules."""
        fault = find_password_fault(_password(request), request.user.username, request.user.email or "")
        shown: dict[str, Any] = {"isValidPassword": fault is None}
        return ApiResponse(shown if fault is None else shown | {"errorMessage": fault})


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    return body


def _password(request: ApiRequest) -> str:
    if request.content_type.startswith(JSON):
        password = _object(read_json(request)).get("password")
    else:
        password = open_body(request).read(MAX_PASSWORD_BODY).decode("utf-8", "replace")
    if not isinstance(password, str) or not password:
        raise ApiError(PASSWORD_MISSING)
    return password


class RoleMemberView(ApiView):
    """One user of a role: the role is given or taken, by the rules of users; both answer without a body."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str, user: str) -> HttpResponse:
        """Give the role to the user."""
        return self._answer(add_members(get_schema("userRole"), uid, "users", [user], request.user))

    put = post

    def delete(self, request: ApiRequest, uid: str, user: str) -> HttpResponse:
        """Take the role from the user."""
        return self._answer(remove_members(get_schema("userRole"), uid, "users", [user], request.user))

    def _answer(self, report: CollectionReport) -> HttpResponse:
        return no_content() if report.is_ok else conflict(IMPORT_FAILED.template, report)
