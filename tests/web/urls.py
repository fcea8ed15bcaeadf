"""Tiny views that show one ability of the web kernel each; for the tests of this folder only."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import include, path

from dhis2api.errors import ApiError, code
from dhis2api.web import error_pages
from dhis2api.web.bodies import open_body, read_json
from dhis2api.web.health import LiveView, OpenView, PingView, ReadyView
from dhis2api.web.messages import conflict, created, ok
from dhis2api.web.negotiation import ADX, CSV, JSON, XML
from dhis2api.web.openapi_views import OpenApiDocumentView, OpenApiPageView
from dhis2api.web.paging import PagingParams, pager
from dhis2api.web.params import Params, declares, extras, needs_one_of, not_together, param
from dhis2api.web.responses import ApiResponse, stream
from dhis2api.web.views import ApiRequest, ApiView
from dhis2api.web.xml import append, iter_elements, local_name, root_element
from users.login_pages import LoginPageView

E9001 = code("E9001", "Choose one of `{}`", 409)


class Strategy(Enum):
    CREATE = "CREATE"
    CREATE_AND_UPDATE = "CREATE_AND_UPDATE"


class ShownParams(Params):
    text: str | None = param(None)
    import_strategy: Strategy = param(Strategy.CREATE_AND_UPDATE, aliases=("strategy",), doc="What may happen.")
    dry_run: bool = param(False)
    run_async: bool = param(False, name="async")
    limit: int = param(1, min=1, max=1000)
    ratio: float | None = param(None)
    start_date: date | None = param(None)
    updated_before: datetime | None = param(None, end_of_day=True)
    data_set: list[str] = param(repeatable=True)
    levels: list[int] = param()
    filter: list[str] = param(split=False)
    others: dict[str, list[str]] = extras()


class RequiredParams(Params):
    seconds: int = param()


class RuledParams(Params):
    data_set: list[str] = param()
    data_element: list[str] = param()
    start_date: date | None = param(None)
    period: str | None = param(None)

    rules = (
        needs_one_of("dataSet", "dataElement", code=E9001),
        not_together("period", "startDate"),
    )


class ShownView(OpenView):
    """Answers its parameters."""

    @declares(ShownParams)
    def get(self, request: ApiRequest, params: ShownParams) -> ApiResponse:
        return ApiResponse({name: getattr(params, name) for name in params.__dataclass_fields__})


class RequiredView(OpenView):
    @declares(RequiredParams)
    def get(self, request: ApiRequest, params: RequiredParams) -> ApiResponse:
        return ApiResponse(params.seconds)


class RuledView(OpenView):
    @declares(RuledParams)
    def get(self, request: ApiRequest, params: RuledParams) -> ApiResponse:
        return ApiResponse({})


class AddressView(OpenView):
    """Answers what the middleware made of the address."""

    renders = (JSON, XML, CSV, ADX)
    consumes = ()

    def get(self, request: ApiRequest, key: str = "") -> ApiResponse:
        if request.accepted_media_type == CSV:
            return ApiResponse("key\n" + key)
        return ApiResponse(
            {
                "key": key,
                "version": request.version,
                "explicitVersion": request.explicit_version,
                "suffix": request.suffix,
                "path": request.path_info,
            }
        )

    post = get


class EchoView(OpenView):
    """Answers the JSON that it was sent."""

    def post(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(read_json(request))

    def patch(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(request.data)

    def delete(self, request: ApiRequest) -> ApiResponse:
        return ok("deleted")


class SizeView(OpenView):
    """Answers how many bytes it was sent, reading them piece by piece."""

    consumes = ()

    def post(self, request: ApiRequest) -> ApiResponse:
        with open_body(request) as body:
            return ApiResponse({"size": sum(len(chunk) for chunk in iter(lambda: body.read(65536), b""))})


class ElementsView(OpenView):
    """Answers the names of the elements that it was sent."""

    consumes = (XML,)

    def post(self, request: ApiRequest) -> ApiResponse:
        names = [local_name(element) for event, element in iter_elements(open_body(request)) if event == "start"]
        return ApiResponse({"elements": names[:10], "count": len(names)})


class MessageView(OpenView):
    """Answers a WebMessage of each kind."""

    renders = (JSON, XML, CSV)

    def get(self, request: ApiRequest, kind: str) -> ApiResponse:
        counts = {"imported": 3, "updated": 1, "ignored": 2, "deleted": 0}
        summary = {"responseType": "ImportSummary", "status": "WARNING", "importCount": counts}
        kinds = {
            "ok": lambda: ok("Done"),
            "bare": lambda: ok(),
            "created": lambda: created(
                "/dataElements/fbfJHSPpUQD", {"responseType": "ObjectReport", "uid": "fbfJHSPpUQD"}
            ),
            "conflict": lambda: conflict("Look", summary, status="WARNING"),
        }
        return kinds[kind]()


ERRORS: dict[str, Any] = {
    "coded": ApiError(E9001, "this", response={"responseType": "ErrorReports"}, headers={"Retry-After": "7"}),
    "missing": Http404("No such thing"),
    "forbidden": PermissionDenied("Not yours"),
    "integrity": IntegrityError("duplicate key"),
    "data": DataError("value too long"),
    "gone": OperationalError("connection refused: host=secret"),
    "crash": RuntimeError("password=secret"),
}


class FailingView(OpenView):
    """Raises what it is asked to."""

    def get(self, request: ApiRequest, kind: str) -> ApiResponse:
        raise ERRORS[kind]


class ListView(OpenView):
    """A paged list of 120 objects, browsable."""

    is_browsable = True

    @declares(PagingParams)
    def get(self, request: ApiRequest, params: PagingParams) -> ApiResponse:
        objects = [{"id": "fbfJHSPpUQD", "name": "<b>ANC</b>", "categoryCombo": {"id": "bjDvmb4bfuf"}}]
        return ApiResponse({"pager": pager(request, params, 120), "dataElements": objects}, xml="metadata")

    def reference_endpoint(self, member: str) -> str | None:
        return {"dataElements": "/dataElements", "categoryCombo": "/categoryCombos"}.get(member)


class StreamView(OpenView):
    """Streams three chunks; `fail` raises before the first."""

    def get(self, request: ApiRequest, kind: str) -> HttpResponseBase:
        compression = kind if kind in ("gzip", "zip") else None
        name = None if kind == "plain" else "dataValues.json"
        return stream(self._chunks(kind), JSON, name, compression)

    def _chunks(self, kind: str) -> Any:
        if kind == "fail":
            raise ApiError(E9001, "first")
        yield from (b"[1,", b"2,", b"3]")


class NeverCachedView(OpenView):
    def get(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse({"now": 1}, headers={"Cache-Control": "no-store"})


class UntaggedView(OpenView):
    def get(self, request: ApiRequest) -> ApiResponse:
        request.no_etag = True
        return ApiResponse({"large": True})


class OwnXmlView(OpenView):
    def get(self, request: ApiRequest) -> ApiResponse:
        def document() -> Any:
            root = root_element("dataValueSet", period="201401")
            append(root, "dataValue", value="a\x00b")
            return root

        return ApiResponse({"period": "201401"}, xml=document)


class ClosedView(ApiView):
    """Needs credentials."""

    def get(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse({"user": request.user.get_username()})


urlpatterns = [
    path(
        "api/test/",
        include(
            [
                path("params", ShownView.as_view()),
                path("required", RequiredView.as_view()),
                path("ruled", RuledView.as_view()),
                path("address", AddressView.as_view()),
                path("address/<path:key>", AddressView.as_view()),
                path("echo", EchoView.as_view()),
                path("size", SizeView.as_view()),
                path("elements", ElementsView.as_view()),
                path("message/<kind>", MessageView.as_view()),
                path("fail/<kind>", FailingView.as_view()),
                path("list", ListView.as_view()),
                path("stream/<kind>", StreamView.as_view()),
                path("uncached", NeverCachedView.as_view()),
                path("untagged", UntaggedView.as_view()),
                path("own-xml", OwnXmlView.as_view()),
                path("closed", ClosedView.as_view()),
            ]
        ),
    ),
    path("api/apps/<path:key>", AddressView.as_view()),
    path("api/ping", PingView.as_view()),
    path("api/openapi", OpenApiDocumentView.as_view(), name="openapi"),
    path("api/docs", OpenApiPageView.as_view(), name="api-docs"),
    path("health/live", LiveView.as_view()),
    path("health/ready", ReadyView.as_view()),
    path("login/", LoginPageView.as_view(), name="login"),
]

handler400 = error_pages.bad_request
handler403 = error_pages.permission_denied
handler404 = error_pages.page_not_found
handler500 = error_pages.server_error
