"""`/api/locales/…`: languages of the interface and of translations."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework.permissions import AllowAny

from configuration.locales import (
    Shown,
    countries,
    create_database_locale,
    database_locales,
    delete_database_locale,
    find_database_locale,
    interface_locales,
    languages,
    list_database_locales,
)
from configuration.params import LocaleParams
from dhis2api.errors import NEEDS_AUTHORITY, ApiError
from dhis2api.web.messages import created
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView

LAST_SHORT_VERSION = 36  # it knew `locale` and `name` alone


class InterfaceLocalesView(ApiView):
    """Languages that the apps speak; open to everybody, as a login page needs them."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """In the order of their English names."""
        return shown(request, interface_locales())


class DatabaseLocalesView(ApiView):
    """Languages that names of objects may be translated to."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """In the order of their English names."""
        return shown(request, database_locales())


class KeptLocalesView(ApiView):
    """The same as objects, and a new one."""

    consumes = ()

    def get(self, request: ApiRequest) -> ApiResponse:
        """With identifiers."""
        return ApiResponse(list_database_locales(), xml="locales")

    @declares(LocaleParams)
    def post(self, request: ApiRequest, params: LocaleParams) -> ApiResponse:
        """Have one more."""
        require(request, "F_LOCALE_ADD")
        uid = create_database_locale(params.language, params.country, params.script)
        return created(f"/locales/dbLocales/{uid}", message="Locale created successfully")


class KeptLocaleView(ApiView):
    """One of them."""

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """With its identifier."""
        return ApiResponse(find_database_locale(uid), xml="locale")

    def delete(self, request: ApiRequest, uid: str) -> HttpResponse:
        """Have it no more."""
        require(request, "F_LOCALE_DELETE")
        delete_database_locale(uid)
        return no_content()


class LanguagesView(ApiView):
    """Languages by their codes."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """In English."""
        return ApiResponse(languages(), xml="languages")


class CountriesView(ApiView):
    """Countries by their codes."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """In English."""
        return ApiResponse(countries(), xml="countries")


def shown(request: ApiRequest, found: Sequence[Shown]) -> ApiResponse:
    """Locales as the called version shows them."""
    if request.version <= LAST_SHORT_VERSION:
        return ApiResponse([{"locale": one.locale, "name": one.display_name} for one in found], xml="locales")
    return ApiResponse([one.to_dict() for one in found], xml="locales")


def require(request: ApiRequest, authority: str) -> None:
    """Errors: 403."""
    if not request.user.principal.has_any((authority,)):
        raise ApiError(NEEDS_AUTHORITY, authority)
