"""`/api/email/test` and `/api/email/notification`."""

from __future__ import annotations

import msgspec

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.web.bodies import has_body, read_json
from dhis2api.web.messages import ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from messaging.email.services import notify, notify_system, send_test
from messaging.params import EmailParams

SENT = "Email sent"


class Body(msgspec.Struct):
    """A mail to who runs the system."""

    subject: str = ""
    text: str = ""


class EmailTestView(ApiView):
    """A mail to oneself."""

    consumes = {"post": ("*/*",)}

    def post(self, request: ApiRequest) -> ApiResponse:
        """Send it."""
        send_test(request.user)
        return ok(SENT)


class EmailNotificationView(ApiView):
    """A mail to who runs the system, as JSON; or to addresses, as parameters."""

    consumes = {"post": ("*/*",)}

    @declares(EmailParams)
    def post(self, request: ApiRequest, params: EmailParams) -> ApiResponse:
        """Send it."""
        if has_body(request._request) and request.content_type.startswith(JSON):
            try:
                body = msgspec.convert(read_json(request), Body)
            except msgspec.ValidationError as error:
                raise ApiError(BAD_REQUEST, str(error)) from error
            notify_system(body.subject, body.text)
        else:
            notify(params.recipients, params.subject, params.message, request.user)
        return ok(SENT)
