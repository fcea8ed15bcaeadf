"""`/api/systemSettings` and the CORS allowlist of `/api/configuration`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict

from configuration.cors import cors_allowlist, store_cors_allowlist
from configuration.errors import SETTING_VALUE_MISSING
from configuration.params import SettingParams, SettingsParams
from configuration.settings import (
    delete_settings,
    locale_code,
    shown_setting,
    shown_settings,
    store_setting,
    store_settings,
    store_translation,
)
from dhis2api.errors import BAD_REQUEST, NEEDS_AUTHORITY, ApiError
from dhis2api.web.bodies import open_body, read_json
from dhis2api.web.messages import ok
from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.renderers import encode_json
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.timestamps import format_timestamp
from dhis2api.web.views import ApiRequest, ApiView

AUTHORITY = "F_SYSTEM_SETTING"
TEXT = "text/plain"
FORM = "application/x-www-form-urlencoded"
MAX_VALUE = 1_000_000  # bytes
NOT_STORED = {"Cache-Control": "no-cache, no-store, must-revalidate"}


class SystemSettingsView(ApiView):
    """The settings of the whole system."""

    @declares(SettingsParams)
    def get(self, request: ApiRequest, params: SettingsParams) -> ApiResponse:
        """All settings that are no secrets, or some of them, with their types."""
        return ApiResponse(shown_settings(params.key), headers=NOT_STORED, xml="systemSettings")

    def post(self, request: ApiRequest) -> ApiResponse:
        """Set several; all or nothing."""
        require_authority(request)
        body = read_json(request)
        if not isinstance(body, dict):
            raise ApiError(BAD_REQUEST, "The body must be a JSON object of settings")
        store_settings(body, by=request.user.uid)
        return ok("System settings imported")

    @declares(SettingsParams)
    def delete(self, request: ApiRequest, params: SettingsParams) -> HttpResponse:
        """Bring back the defaults of some."""
        require_authority(request)
        delete_settings(params.key)
        return no_content()


class SystemSettingView(ApiView):
    """One setting of the system."""

    renders = (JSON, TEXT, XML)
    consumes = {"post": (TEXT, JSON, FORM)}

    @declares(SettingParams)
    def get(self, request: ApiRequest, key: str, params: SettingParams) -> ApiResponse | HttpResponse:
        """Its value: alone as text, as a member of its name in JSON; a translation always as text."""
        locale = locale_code(params.locale) if params.locale else None
        value = shown_setting(key, locale or request.user.settings.get("keyUiLocale"))
        if locale is not None or request.accepted_media_type == TEXT:
            return plain_text(value)
        return ApiResponse({key: value}, headers=NOT_STORED, xml="systemSetting")

    @declares(SettingParams)
    def post(self, request: ApiRequest, key: str, params: SettingParams) -> ApiResponse:
        """Set it, or one of its translations; an empty value brings the default back."""
        require_authority(request)
        value = given_value(request, params.value)
        if value is None:
            raise ApiError(SETTING_VALUE_MISSING)
        if params.locale:
            locale = locale_code(params.locale)
            store_translation(key, locale, str(value))
            return ok(f"Translation for system setting '{key}' and locale: '{locale}' set to: '{value}'")
        may_be_shown = store_setting(key, value, by=request.user.uid)
        return ok(f"System setting '{key}' set to value '{as_text(value) if may_be_shown else '***'}'.")

    @declares(SettingParams)
    def delete(self, request: ApiRequest, key: str, params: SettingParams) -> HttpResponse:
        """Bring back its default, or remove one translation."""
        require_authority(request)
        if params.locale:
            store_translation(key, params.locale, "")
        else:
            delete_settings([key])
        return no_content()


class CorsAllowlistView(ApiView):
    """The origins whose pages may call this server from a browser."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """The list."""
        return ApiResponse(cors_allowlist(), xml="corsAllowlist")

    def post(self, request: ApiRequest) -> HttpResponse:
        """Replace it."""
        require_authority(request)
        store_cors_allowlist(read_json(request))
        return no_content()


def require_authority(request: ApiRequest) -> None:
    """Errors: 403 for who may not change settings."""
    if not request.user.principal.has_any((AUTHORITY,)):
        raise ApiError(NEEDS_AUTHORITY, AUTHORITY)


def given_value(request: ApiRequest, parameter: str | None) -> Any:
    """The value of a setting: `?value=`, or the body as text, form member `value` or JSON scalar; None: neither."""
    if parameter is not None:
        return parameter
    media_type = request.content_type.partition(";")[0].strip().lower()
    if media_type == JSON:
        return read_json(request)
    with open_body(request) as stream:
        text = stream.read(MAX_VALUE).decode("utf-8", "replace")
    if media_type == FORM:
        return QueryDict(text).get("value")
    return text or None


def as_text(value: Any) -> str:
    """A value as its bare text: no quotes, dates as the API writes them."""
    if isinstance(value, str):
        return value
    return format_timestamp(value) if hasattr(value, "isoformat") else encode_json(value).decode()


def plain_text(value: Any) -> HttpResponse:
    """The bare value."""
    return HttpResponse(as_text(value), content_type=f"{TEXT};charset=UTF-8", headers=NOT_STORED)
