"""`/api/2fa/…`: the caller's second factor."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash

from dhis2api.web.authentication import SessionAuthentication
from dhis2api.web.messages import ok
from dhis2api.web.responses import ApiResponse, HttpResponse
from dhis2api.web.views import ApiRequest, ApiView
from users import two_factor
from users.login_views import read_object

PNG = "image/png"
NOT_STORED = {"Cache-Control": "no-store"}


class EnrollTotpView(ApiView):
    """The first step towards codes of an app."""

    consumes = ()

    def post(self, request: ApiRequest) -> ApiResponse:
        """Make a secret; the QR code shows it."""
        two_factor.enroll_totp(request.user)
        return ok("The user has enrolled in TOTP 2FA, call the QR code endpoint to continue the process")


class EnrollMailView(ApiView):
    """The first step towards codes by mail."""

    consumes = ()

    def post(self, request: ApiRequest) -> ApiResponse:
        """Mail a first code."""
        two_factor.enroll_mail(request.user)
        return ok("The user has enrolled in email-based 2FA, a verification code has been sent successfully")


class QrCodeJsonView(ApiView):
    """The secret of an enrolment, as text and picture."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Only until the enrolment ends."""
        secret, uri = two_factor.enrolment(request.user)
        shown = {"base32Secret": secret, "base64QRImage": two_factor.qr_image_text(uri)}
        return ApiResponse(shown, headers=NOT_STORED)


class QrCodePngView(ApiView):
    """The same as a picture alone."""

    renders = (PNG,)

    def get(self, request: ApiRequest) -> HttpResponse:
        """Only until the enrolment ends."""
        _, uri = two_factor.enrolment(request.user)
        return HttpResponse(two_factor.qr_image(uri), content_type=PNG, headers=NOT_STORED)


class EnabledView(ApiView):
    """Whether a second factor is asked for at login; `POST` turns it on."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """A bare boolean."""
        return ApiResponse(request.user.has_second_factor, headers=NOT_STORED)

    def post(self, request: ApiRequest) -> ApiResponse:
        """End the enrolment by a code; sessions that were opened without one end, but for this one."""
        two_factor.enable(request.user, read_object(request).get("code"))
        keep_session(request)
        return ok("2FA was enabled successfully")


class DisabledView(ApiView):
    """No second factor any more."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Turn it off by a code."""
        two_factor.disable(request.user, read_object(request).get("code"))
        keep_session(request)
        return ok("2FA was disabled successfully")


def keep_session(request: Any) -> None:
    """Have the caller's own session, if it is one, go on after a change that ends the others."""
    if isinstance(request.successful_authenticator, SessionAuthentication):
        update_session_auth_hash(request._request, request.user)
