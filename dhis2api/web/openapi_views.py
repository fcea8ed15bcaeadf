"""`/api/openapi.json`, the description of every route, and `/api/docs`, a page to read and try it; both offline."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerView

from dhis2api.web.base_url import server_base
from dhis2api.web.negotiation import JSON
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView


class OpenApiDocumentView(ApiView):
    """`/api/openapi.json`: this description."""

    renders = (JSON,)
    schema = None

    def get(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse({**api_document(), "servers": [{"url": server_base(request._request)}]})


class OpenApiPageView(SpectacularSwaggerView):
    """`/api/docs`: the description as a page to read and try."""

    url_name = "openapi"
    schema = None


@cache
def api_document() -> dict[str, Any]:
    """The document of all routes; made once, since routes and declarations do not change while a process runs."""
    return SchemaGenerator().get_schema(request=None, public=True)
