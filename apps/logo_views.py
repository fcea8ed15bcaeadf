"""`/api/staticContent/{key}`: the system's own pictures."""

from __future__ import annotations

from rest_framework.permissions import AllowAny

from apps.logos import PNG, find_logo, open_logo, store_logo
from apps.views import require_user
from dhis2api.errors import NEEDS_AUTHORITY, ApiError
from dhis2api.web.base_url import server_base
from dhis2api.web.downloads import uploaded_content
from dhis2api.web.negotiation import JSON
from dhis2api.web.responses import ApiResponse, HttpResponse, StreamingHttpResponse, no_content
from dhis2api.web.uploads import MULTIPART, read_upload
from dhis2api.web.views import ApiRequest, ApiView

SETTINGS_AUTHORITY = "F_SYSTEM_SETTING"
FOUND = 302  # what DHIS2 answers with, without a Location


class LogoView(ApiView):
    """A picture, or where it is; open to everybody, since the login page shows one."""

    permission_classes = (AllowAny,)
    renders = (JSON, PNG)
    consumes = {"post": (MULTIPART,)}

    def get(self, request: ApiRequest, key: str) -> ApiResponse | StreamingHttpResponse:
        """The PNG for who asks for one, else its address. 404: the usual picture is shown."""
        if request.accepted_media_type == PNG:
            pieces, logo = open_logo(key)
            return uploaded_content(
                pieces, filename=f"{key}.png", content_type=PNG, length=logo.length, tag=f'"{logo.storage_key}"'
            )
        find_logo(key)
        address = f"{server_base(request._request)}/api/staticContent/{key}.png"
        return ApiResponse({"images": {"png": address}}, status=FOUND)

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        """Replace it by the form's part `file`."""
        require_user(request)
        if not request.user.principal.has_any((SETTINGS_AUTHORITY,)):
            raise ApiError(NEEDS_AUTHORITY, SETTINGS_AUTHORITY)
        store_logo(key, read_upload(request, "file"))
        return no_content()
