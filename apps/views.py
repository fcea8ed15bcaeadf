"""`/api/apps`: the list, installation and removal, the menu; and the files of apps, below the API and beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from apps.catalogue import Viewer, app_object, find_app, launch_url, list_apps
from apps.errors import APP_NOT_FOUND
from apps.installing import install_app, remove_app, remove_stray_files
from apps.keys import CORE_KEYS, LOGIN
from apps.manifests import MANAGEMENT
from apps.menu import list_modules, save_order
from apps.models import InstalledApp
from apps.params import AppListParams, AppRemovalParams
from apps.serving import MANIFEST, Redirect, resolve
from apps.shell import find_shell, is_framed, start_url
from dhis2api.errors import NEEDS_AUTHORITY, ApiError
from dhis2api.web.base_url import server_base
from dhis2api.web.bodies import read_json
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.uploads import MULTIPART, read_upload
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import Principal
from users.user_settings import one_setting

LAST_WITHOUT_BODY = 36  # versions up to it answer an installation with 204
DEFAULT_LOCALE = "en"
NOBODY = Principal("", frozenset())
NEVER_KEPT = "no-cache, no-store, max-age=0, must-revalidate"


class AppsView(ApiView):
    """The installed apps."""

    consumes = {"post": (MULTIPART,)}

    @declares(AppListParams)
    def get(self, request: ApiRequest, params: AppListParams) -> HttpResponseBase:
        """Those that the caller may open."""
        found = list_apps(viewer_of(request), key=params.key, filters=params.filter)
        if params.key is not None and not found:
            return HttpResponse(status=404)
        return ApiResponse(found, xml="apps")

    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Install the zip of the form's part `file`."""
        require_management(request)
        app = install_app(read_upload(request, "file").content)
        if request.version <= LAST_WITHOUT_BODY:
            return no_content()
        return ApiResponse(app_object(app, viewer_of(request)), status=201, xml="app")

    def put(self, request: ApiRequest) -> HttpResponse:
        """Look through the stored apps: what belongs to none is removed."""
        require_management(request)
        remove_stray_files()
        return no_content()


class AppView(ApiView):
    """One app."""

    def get(self, request: ApiRequest, key: str) -> HttpResponseRedirect:
        """Lead to its pages."""
        app = open_app(request, key)
        base = app_object(app, viewer_of(request))["baseUrl"]
        return HttpResponseRedirect(_with_query(request, f"{base}/"))

    @declares(AppRemovalParams)
    def delete(self, request: ApiRequest, params: AppRemovalParams, key: str) -> HttpResponse:
        """Remove it, with or without its data."""
        require_management(request)
        remove_app(key, with_data=params.delete_app_data)
        return no_content()


class AppConfigView(ApiView):
    """Settings of the app store of very old versions."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Accepted, without effect, as in DHIS2."""
        require_management(request)
        return no_content()


class MenuModulesView(ApiView):
    """What the header of every app lists."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """The apps with a page that the caller may open, in his own order."""
        return ApiResponse({"modules": list_modules(viewer_of(request), request.user)}, xml="menu")


class MenuOrderView(ApiView):
    """The caller's own order of the menu."""

    def post(self, request: ApiRequest) -> HttpResponse:
        """Remember it."""
        save_order(read_json(request), request.user)
        return no_content()


class PageView(ApiView):
    """What a browser loads: it gets what is there, whatever it would like better."""

    permission_classes = (AllowAny,)
    own_format = True

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return super().perform_content_negotiation(request, force=True)


class AppFileView(PageView):
    """A file of an app, at `/api/apps/{key}/…` and, of DHIS2's own apps, at `/dhis-web-{key}/…`."""

    only_core = False  # set by the route

    def get(self, request: ApiRequest, key: str, slash: str = "/", name: str = "") -> HttpResponseBase:
        """The file of that name, or where its address leads to."""
        if self.only_core and key not in CORE_KEYS:
            raise ApiError(APP_NOT_FOUND, key)
        if key == LOGIN and not InstalledApp.objects.filter(key=LOGIN).exists():
            return HttpResponseRedirect(reverse("login"))
        app = open_app(request, key)
        path = slash + name
        if not _stays_unframed(request) and is_framed(app, path):
            return HttpResponseRedirect(_with_query(request, f"{server_base(request._request)}/apps/{key}"))
        return file_answer(request, app, path)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.has_header("ETag") and response["Cache-Control"] != NEVER_KEPT:
            del response["Cache-Control"]
        return response


class AppFolderView(AppFileView):
    """`/api/apps/{key}/`: its start page, and the app itself, whose address may end in a slash as any other's."""

    @declares(AppRemovalParams)
    def delete(self, request: ApiRequest, params: AppRemovalParams, key: str) -> HttpResponse:
        """Remove it, with or without its data."""
        require_user(request)
        require_management(request)
        remove_app(key, with_data=params.delete_app_data)
        return no_content()


class ShellView(AppFileView):
    """`/apps/…`: the global shell, if there is one, around the app that is named."""

    def get(self, request: ApiRequest, path: str = "") -> HttpResponseBase:
        """The shell's page for an app, a file of the shell, or the app itself where there is no shell."""
        server = server_base(request._request)
        require_user(request)
        shell = find_shell()
        key = path.rstrip("/")
        if key and "/" not in key and "." not in key:
            return self._framed(request, shell, key, path)
        if shell is None:
            return HttpResponseRedirect(f"{server}/")
        return file_answer(request, shell, f"/{path}")

    def _framed(self, request: ApiRequest, shell: InstalledApp | None, key: str, path: str) -> HttpResponseBase:
        server = server_base(request._request)
        if shell is None or request.query_params.get("shell") == "false":
            app = find_app(key, request.user.principal)
            launched = launch_url(app, server) if app is not None else None
            return HttpResponseRedirect(launched or f"{server}/")
        if path.endswith("/"):
            return HttpResponseRedirect(_with_query(request, f"{server}/apps/{key}"))
        return file_answer(request, shell, "/index.html")


class ShellRootView(PageView):
    """`/apps`."""

    def get(self, request: ApiRequest) -> HttpResponsePermanentRedirect:
        """To `/apps/`."""
        return HttpResponsePermanentRedirect(f"{server_base(request._request)}/apps/")


class StartView(PageView):
    """`/`."""

    def get(self, request: ApiRequest) -> HttpResponseRedirect:
        """To the app that the server starts with, or to the documentation of the API."""
        principal = request.user.principal if request.user.is_authenticated else None
        start = start_url(server_base(request._request), principal)
        return HttpResponseRedirect(start or reverse("api-docs"))


def viewer_of(request: ApiRequest) -> Viewer:
    """Who looks at apps, and how; the login app looks before there is a user."""
    server = server_base(request._request)
    if not request.user.is_authenticated:
        return Viewer(NOBODY, DEFAULT_LOCALE, server)
    return Viewer(request.user.principal, one_setting(request.user, "keyUiLocale") or DEFAULT_LOCALE, server)


def require_user(request: ApiRequest) -> None:
    """Errors: 401, for a browser the login page."""
    if not request.user.is_authenticated:
        raise NotAuthenticated


def require_management(request: ApiRequest) -> None:
    """Errors: 403 without the authority to manage apps."""
    if not request.user.principal.has_any((MANAGEMENT,)):
        raise ApiError(NEEDS_AUTHORITY, MANAGEMENT)


def open_app(request: ApiRequest, key: str) -> InstalledApp:
    """The app, for somebody who may open it. Errors: 401; 404 for one that is unknown or not his."""
    if key == LOGIN and (app := InstalledApp.objects.filter(key=LOGIN).first()):
        return app
    require_user(request)
    app = find_app(key, request.user.principal)
    if app is None:
        raise ApiError(APP_NOT_FOUND, key)
    return app


def file_answer(request: ApiRequest, app: InstalledApp, path: str) -> HttpResponseBase:
    """A file of the app, unless the browser has it. Errors: 404."""
    server = server_base(request._request)
    if path == f"/{MANIFEST}":
        return _manifest(request, app)
    found = resolve(app, path, server)
    if isinstance(found, Redirect):
        return HttpResponseRedirect(_with_query(request, found.url))
    response = StreamingHttpResponse(found.pieces, content_type=found.content_type)
    response["Content-Length"] = str(found.length)
    response["ETag"] = found.tag
    response["Last-Modified"] = http_date(app.installed.timestamp())
    if found.is_page:
        response["Cache-Control"] = NEVER_KEPT
    return get_conditional_response(
        request._request, etag=found.tag, last_modified=int(app.installed.timestamp()), response=response
    )


def _manifest(request: ApiRequest, app: InstalledApp) -> ApiResponse:
    """The app object in place of the file, with the server's address for an `href` of `*`."""
    server = server_base(request._request)
    viewer = viewer_of(request)
    shown = app_object(app, viewer)
    activity = shown.get("activities", {}).get("dhis", {})
    if activity.get("href") == "*":
        shown |= {"activities": {"dhis": activity | {"href": server}}}
    return ApiResponse(shown, content_type=JSON)


def _stays_unframed(request: ApiRequest) -> bool:
    query = request.query_params
    is_worker = request.headers.get("Referer", "").endswith("/service-worker.js")
    return is_worker or query.get("redirect") == "false" or query.get("shell") == "false"


def _with_query(request: ApiRequest, url: str) -> str:
    query = request._request.META.get("QUERY_STRING", "")
    return f"{url}?{query}" if query else url
