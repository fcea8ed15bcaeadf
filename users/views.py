"""`/api/me` and what hangs below it; the members of a role."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from dhis2api.errors import ApiError
from dhis2api.objects.collections import CollectionReport, add_members, remove_members
from dhis2api.objects.errors import IMPORT_FAILED, NO_DELETE, NO_UPDATE
from dhis2api.objects.params import ObjectParams
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import open_body
from dhis2api.web.messages import conflict
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from users.changing_password import change_password
from users.current import authorities, current_user, has_authority
from users.errors import PASSWORD_MISSING
from users.login_views import read_object
from users.models import User
from users.passwords import find_password_fault
from users.profile import remove_avatar, update_profile
from users.user_actions import require_gift
from users.user_settings import one_setting, some_settings

NOT_STORED = {"Cache-Control": "no-store"}
TEXT = "text/plain"
MAX_PASSWORD_BODY = 10_000


class MeView(ApiView):
    """The current user."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams) -> ApiResponse:
        """Who I am, and what I may do."""
        shown = current_user(request.user, params.fields_text, reading_context(request, params))
        return ApiResponse(shown, xml="me")

    @declares(ObjectParams)
    def put(self, request: ApiRequest, params: ObjectParams) -> ApiResponse:
        """Change my profile: members that are not empty replace mine."""
        update_profile(request.user, read_object(request))
        changed = User.objects.get(pk=request.user.pk)
        return ApiResponse(current_user(changed, params.fields_text, reading_context(request, params)), xml="me")


class AvatarView(ApiView):
    """My picture."""

    def delete(self, request: ApiRequest) -> HttpResponse:
        """Have none."""
        remove_avatar(request.user)
        return no_content()


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
        """All my settings, defaults included, or those that are named."""
        return ApiResponse(some_settings(request.user, request.query_params.getlist("key")), xml="settings")


class SettingView(ApiView):
    """One of my settings."""

    def get(self, request: ApiRequest, key: str) -> ApiResponse:
        """Its value as JSON."""
        return ApiResponse(one_setting(request.user, key), headers=NOT_STORED, xml="setting")


class ChangePasswordView(ApiView):
    """My password."""

    def put(self, request: ApiRequest) -> HttpResponse:
        """Change it; all my sessions end."""
        body = read_object(request)
        change_password(request.user, body.get("oldPassword"), body.get("newPassword"))
        return HttpResponse(status=202)


class VerifyPasswordView(ApiView):
    """Whether a text is my password."""

    consumes = (TEXT, JSON)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Compare it with mine."""
        return ApiResponse({"isCorrectPassword": request.user.check_password(_password(request))})


class ValidatePasswordView(ApiView):
    """Whether a text could be my password."""

    consumes = (TEXT, JSON)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Check it against the rules."""
        fault = find_password_fault(_password(request), request.user)
        shown: dict[str, Any] = {"isValidPassword": fault is None}
        return ApiResponse(shown if fault is None else shown | {"errorMessage": fault})


def _password(request: ApiRequest) -> str:
    if request.content_type.startswith(JSON):
        password = read_object(request).get("password")
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
        require_gift(request.user, uid, user, NO_UPDATE)
        return self._answer(add_members(get_schema("userRole"), uid, "users", [user], request.user))

    put = post

    def delete(self, request: ApiRequest, uid: str, user: str) -> HttpResponse:
        """Take the role from the user."""
        require_gift(request.user, uid, user, NO_DELETE)
        return self._answer(remove_members(get_schema("userRole"), uid, "users", [user], request.user))

    def _answer(self, report: CollectionReport) -> HttpResponse:
        return no_content() if report.is_ok else conflict(IMPORT_FAILED.template, report)
