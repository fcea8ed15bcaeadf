"""What somebody may do who is not logged in: recover an account, complete an invitation, renew a password."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import AllowAny

from dhis2api.errors import ApiError
from dhis2api.web.base_url import mailed_base
from dhis2api.web.messages import ok
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse
from dhis2api.web.views import ApiRequest, ApiView
from users.authenticating import LoginStatus, check_password
from users.changing_password import change_password
from users.errors import BAD_CREDENTIALS, PASSWORD_NOT_EXPIRED
from users.login_views import read_small_object
from users.models import User
from users.params import PasswordParams, RestoreParams, UsernameParams
from users.passwords import password_rules
from users.restoring import complete_invitation, complete_recovery, find_username_fault, forgot_password

NOT_STORED = {"Cache-Control": "no-store"}


class OpenView(ApiView):
    """An endpoint for people without a session."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class ForgotPasswordView(OpenView):
    """A mail with a link, for whoever forgot the password."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """200 whether or not there is such a user."""
        forgot_password(read_small_object(request).get("emailOrUsername"), mailed_base(request._request))
        return HttpResponse(status=200)


class PasswordResetView(OpenView):
    """A new password by the link of that mail."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Set it."""
        body = read_small_object(request)
        complete_recovery(body.get("resetToken"), body.get("newPassword"))
        return HttpResponse(status=200)


class InviteView(OpenView):
    """The completion of an account by the link of an invitation."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Choose name and password."""
        complete_invitation(read_small_object(request))
        return ok("Account updated")


class UpdatePasswordView(OpenView):
    """A new password in the place of one that has expired."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Needs the expired one."""
        body = read_small_object(request)
        username, old = body.get("username"), body.get("oldPassword")
        if not isinstance(username, str) or not isinstance(old, str):
            raise ApiError(BAD_CREDENTIALS)
        status = check_password(username, old).status
        if status is LoginStatus.SUCCESS:
            raise ApiError(PASSWORD_NOT_EXPIRED)
        if status is not LoginStatus.PASSWORD_EXPIRED:
            raise ApiError(BAD_CREDENTIALS)
        change_password(User.objects.get(username=username), old, body.get("newPassword"))
        return ok("Password updated")


class UsernameView(OpenView):
    """Whether a user name can be taken."""

    @declares(UsernameParams)
    def get(self, request: ApiRequest, params: UsernameParams) -> ApiResponse:
        """`success`, or `error` with the reason."""
        return validation(find_username_fault(params.username))

    post = get


class PasswordView(OpenView):
    """Whether a text could be a password."""

    @declares(PasswordParams)
    def get(self, request: ApiRequest, params: PasswordParams) -> ApiResponse:
        """`success`, or `error` with the rule that it breaks."""
        return validation(password_rules().find_fault(params.password))

    post = get


class LegacyRecoveryView(OpenView):
    """`POST /api/account/recovery?username=`, as older login pages ask."""

    consumes = ()

    @declares(UsernameParams)
    def post(self, request: ApiRequest, params: UsernameParams) -> ApiResponse:
        """A mail with a link."""
        forgot_password(params.username, mailed_base(request._request))
        return ok("Recovery message sent")


class LegacyRestoreView(OpenView):
    """`POST /api/account/restore?token=&password=`, as older login pages ask."""

    consumes = ()

    @declares(RestoreParams)
    def post(self, request: ApiRequest, params: RestoreParams) -> ApiResponse:
        """A new password by the link of that mail."""
        complete_recovery(params.token, params.password)
        return ok("Account restored")


def validation(fault: str | None) -> ApiResponse:
    """DHIS2's answer to forms that validate while somebody types."""
    shown: dict[str, Any] = {"response": "success" if fault is None else "error", "message": fault or ""}
    return ApiResponse(shown, headers=NOT_STORED)
