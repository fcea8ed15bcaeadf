"""`/api/system/…`: info, ping, new identifiers."""

from __future__ import annotations

from django.http import HttpResponse

from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.web.base_url import api_base, server_base
from dhis2api.web.exposition import PROMETHEUS, expose
from dhis2api.web.negotiation import CSV, JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority
from system.info import system_info
from system.metrics import server_families
from system.params import IdentifierParams, InfoParams
from system.services import (
    list_flags,
    list_resources,
    list_styles,
    new_identifiers,
    new_uuids,
    object_counts,
)

METRICS_AUTHORITIES = ("F_VIEW_SERVER_INFO", "F_PERFORM_MAINTENANCE")
NEVER_CACHED = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}


class InfoView(ApiView):
    """What this server is."""

    @declares(InfoParams)
    def get(self, request: ApiRequest, params: InfoParams) -> ApiResponse:
        """Version, dates, identity; more for superusers."""
        shown = system_info(
            context_path=server_base(request._request),
            user_agent=request.headers.get("User-Agent", ""),
            for_superuser=request.user.is_superuser,
        )
        if params.fields:
            shown = pick(shown, parse_fields(",".join(params.fields)))
        return ApiResponse(shown, headers=NEVER_CACHED, xml="systemInfo")


class PingView(ApiView):
    """Whether credentials are good."""

    renders = ("text/plain", JSON, XML)

    def get(self, request: ApiRequest) -> HttpResponse:
        """`pong`."""
        return HttpResponse("pong", content_type="text/plain", headers=NEVER_CACHED)


class IdentifiersView(ApiView):
    """New uids."""

    renders = (JSON, XML, CSV)

    @declares(IdentifierParams)
    def get(self, request: ApiRequest, params: IdentifierParams) -> ApiResponse | HttpResponse:
        """Uids that nothing has yet."""
        codes = new_identifiers(params.limit)
        if request.accepted_media_type == CSV:
            text = "uid\n" + "".join(f"{code}\n" for code in codes)
            return HttpResponse(text, content_type=CSV, headers=NEVER_CACHED)
        return ApiResponse({"codes": codes}, headers=NEVER_CACHED, xml="identifiers")


class UuidsView(ApiView):
    """New UUIDs."""

    @declares(IdentifierParams)
    def get(self, request: ApiRequest, params: IdentifierParams) -> ApiResponse:
        """UUIDs that nothing has yet."""
        return ApiResponse({"codes": new_uuids(params.limit)}, headers=NEVER_CACHED, xml="identifiers")


class ContextView(ApiView):
    """How the server sees the caller's request."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """The base of its addresses, and the caller's client."""
        shown = {"contextPath": server_base(request._request), "userAgent": request.headers.get("User-Agent", "")}
        return ApiResponse(shown, headers=NEVER_CACHED, xml="context")


class ObjectCountsView(ApiView):
    """How much metadata there is."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Type → number of objects."""
        return ApiResponse(object_counts(), xml="objectCounts")


class FlagsView(ApiView):
    """Flags to choose of."""

    renders = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """All of them."""
        return ApiResponse(list_flags())


class StylesView(ApiView):
    """Styles to choose of."""

    renders = (JSON,)

    def get(self, request: ApiRequest) -> ApiResponse:
        """All of them."""
        return ApiResponse(list_styles())


class MetricsView(ApiView):
    """Figures for Prometheus, for whoever may see how the server is."""

    renders = PROMETHEUS

    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them, in its text format."""
        require_authority(request.user.principal, *METRICS_AUTHORITIES)
        return expose(server_families())


class ResourcesView(ApiView):
    """The list of resources."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """Every type with its address."""
        return ApiResponse({"resources": list_resources(api_base(request._request))}, xml="resources")
