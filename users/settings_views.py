"""`/api/userSettings`: settings of the caller, or of a user within the caller's reach."""

from __future__ import annotations

from configuration.views import FORM, TEXT, as_text, given_value
from dhis2api.web.messages import ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse
from dhis2api.web.views import ApiRequest, ApiView
from users.params import UserSettingParams, UserSettingsParams
from users.user_settings import delete_setting, find_owner, one_setting, some_settings, store_setting

PRIVATE = {"Cache-Control": "no-cache, private"}


class UserSettingsView(ApiView):
    """All settings of a user."""

    @declares(UserSettingsParams)
    def get(self, request: ApiRequest, params: UserSettingsParams) -> ApiResponse:
        """Every key with its value: the user's own, the system's, or the default."""
        owner = find_owner(request.user, params.user, params.user_id)
        shown = some_settings(owner, params.key, falls_back=params.use_fallback)
        return ApiResponse(shown, headers=PRIVATE, xml="userSettings")


class UserSettingView(ApiView):
    """One setting of a user."""

    renders = (TEXT, JSON)
    consumes = {"post": (TEXT, JSON, FORM)}

    @declares(UserSettingParams)
    def get(self, request: ApiRequest, key: str, params: UserSettingParams) -> HttpResponse:
        """The bare value, as text."""
        value = one_setting(find_owner(request.user, params.user, params.user_id), key)
        return HttpResponse(as_text(value), content_type=f"{TEXT};charset=UTF-8", headers=PRIVATE)

    @declares(UserSettingParams)
    def post(self, request: ApiRequest, key: str, params: UserSettingParams) -> ApiResponse:
        """Set it."""
        owner = find_owner(request.user, params.user, params.user_id)
        store_setting(owner, key, given_value(request, params.value))
        return ok("User setting saved")

    @declares(UserSettingParams)
    def delete(self, request: ApiRequest, key: str, params: UserSettingParams) -> HttpResponse:
        """Let it fall back to the system's setting."""
        delete_setting(find_owner(request.user, params.user, params.user_id), key)
        return HttpResponse(status=200)
