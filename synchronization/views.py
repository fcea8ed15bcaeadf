"""`/api/synchronization` and the settings of the remote under `/api/configuration`."""

from __future__ import annotations

from typing import ClassVar

import orjson
from django.http import HttpResponse

from configuration.settings import delete_settings, store_settings, system_setting
from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.web.bodies import open_body
from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority
from synchronization.availability import look
from synchronization.errors import NO_ANSWER, PUSH_UNDER_WAY, RemoteFailed, remote_failed
from synchronization.metadata_pull import fetch_directory, pull_metadata
from synchronization.outgoing.errors import OutgoingError, RequestRefused
from synchronization.remote import PASSWORD, URL, USERNAME, find_remote
from synchronization.turns import push_turn
from synchronization.values.pushing import push_values_at_once

TEXT = "text/plain"
LONGEST_BODY = 10_000  # bytes of a URL or a password
NOT_STORED = {"Cache-Control": "no-store"}


class AvailabilityView(ApiView):
    """Whether the remote can be reached with its credentials."""

    renders = (JSON, XML)

    def get(self, request: ApiRequest) -> ApiResponse:
        """Always 200."""
        return ApiResponse(look().to_dict(), headers=NOT_STORED, xml="availabilityStatus")


class DataPushView(ApiView):
    """A push of data values."""

    renders = (JSON,)
    consumes = ("*/*",)

    def post(self, request: ApiRequest) -> ApiResponse | HttpResponse:
        """Push what changed; the remote's summary, or nothing where it is not available."""
        require_authority(request.user.principal, "F_EXPORT_DATA")
        if not look().is_available:
            # 2.36 writes its null out.
            is_old = request.explicit_version is not None and request.explicit_version <= LAST_WITH_NULL
            return HttpResponse("null" if is_old else "", content_type=JSON, headers=NOT_STORED)
        try:
            remote = find_remote()
            if remote is None:
                raise RequestRefused("Remote server is not configured")
            with push_turn() as is_ours:
                if not is_ours:
                    raise ApiError(PUSH_UNDER_WAY)
                return ApiResponse(push_values_at_once(remote), headers=NOT_STORED)
        except OutgoingError as error:
            raise ApiError(NO_ANSWER, error) from error
        except RemoteFailed as error:
            raise ApiError(*remote_failed(error.status, str(error))) from error


LAST_WITH_NULL = 36


class MetadataPullView(ApiView):
    """A pull of metadata."""

    renders = (JSON,)
    consumes = (TEXT, JSON)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Import the document at the URL that is the body."""
        require_authority(request.user.principal, "ALL")
        report = pull_metadata(read_text(request), request.user)
        shown = {name: value for name, value in report.to_dict().items() if name != "responseType"}
        return ApiResponse(shown, headers=NOT_STORED)


class MetadataRepositoryView(ApiView):
    """The index of the repository of metadata that the settings name."""

    renders = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """As it is."""
        return ApiResponse(fetch_directory(system_setting("keyMetaDataRepoUrl")), headers=NOT_STORED)


class RemoteSettingView(ApiView):
    """One setting of the remote by its old address."""

    setting: ClassVar[str]
    renders = (JSON, TEXT)
    consumes = (TEXT, JSON)

    def post(self, request: ApiRequest) -> HttpResponse:
        """Set it."""
        require_authority(request.user.principal, "F_SYSTEM_SETTING")
        store_settings({self.setting: read_text(request)}, by=request.user.uid)
        return no_content()

    def delete(self, request: ApiRequest) -> HttpResponse:
        """Forget it."""
        require_authority(request.user.principal, "F_SYSTEM_SETTING")
        delete_settings([self.setting])
        return no_content()


class ShownRemoteSettingView(RemoteSettingView):
    """One that is no secret."""

    def get(self, request: ApiRequest) -> ApiResponse | HttpResponse:
        """Its value, bare."""
        value = system_setting(self.setting)
        if request.accepted_media_type == TEXT:
            return HttpResponse(value, content_type=f"{TEXT};charset=UTF-8", headers=NOT_STORED)
        return ApiResponse(value, headers=NOT_STORED)


class RemoteUrlView(ShownRemoteSettingView):
    """Where the remote is."""

    setting = URL


class RemoteUsernameView(ShownRemoteSettingView):
    """As whom this server logs in there."""

    setting = USERNAME


class RemotePasswordView(RemoteSettingView):
    """With which password; it is answered to nobody."""

    setting = PASSWORD


def read_text(request: ApiRequest) -> str:
    """The body of a request as a text. Errors: 400 for an empty or a long one, or one that is no text."""
    with open_body(request) as stream:
        data = stream.read(LONGEST_BODY + 1)
    try:
        text = data.decode().strip()
    except UnicodeDecodeError as error:
        raise ApiError(BAD_REQUEST, "The body is no UTF-8") from error
    if not text or len(data) > LONGEST_BODY or "\x00" in text:
        raise ApiError(BAD_REQUEST, f"The body must be a text of 1 to {LONGEST_BODY} bytes")
    if request.content_type.startswith(JSON) and text.startswith('"'):
        return _from_json(text)
    return text


def _from_json(text: str) -> str:
    """Errors: 400."""
    try:
        found = orjson.loads(text)
    except ValueError as error:
        raise ApiError(BAD_REQUEST, "The body is no JSON text") from error
    if not found or "\x00" in found:
        raise ApiError(BAD_REQUEST, "The body must be a text")
    return str(found)
