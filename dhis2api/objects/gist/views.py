"""`/api/{plural}/gist`, `/api/{plural}/{uid}/gist` and `/api/{plural}/{uid}/{member}/gist` for every type."""

from __future__ import annotations

from typing import Any, ClassVar

from dhis2api.objects.formats.csv_lists import Dialect, csv_chunks
from dhis2api.objects.gist.params import PAGE_SIZE, GistListParams, GistParams
from dhis2api.objects.gist.reading import GistPage, get_gist, get_member_gist, list_gists
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.schema import Schema
from dhis2api.web.base_url import api_base
from dhis2api.web.negotiation import CSV, JSON
from dhis2api.web.paging import address_with
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView

_DIALECT = Dialect(",", ";", has_header=True)


class GistsView(ApiView):
    """Gists of the objects of one type."""

    object_schema: ClassVar[Schema] = None  # set by the route
    renders = (JSON, CSV)

    @declares(GistListParams)
    def get(self, request: ApiRequest, params: GistListParams) -> ApiResponse:
        """A page of gists."""
        schema = self.object_schema
        page = list_gists(schema, params, gist_context(request, params), link_base(request, params))
        return page_answer(request, params, page, schema.plural)


class GistView(ApiView):
    """The gist of one object."""

    object_schema: ClassVar[Schema] = None  # set by the route
    renders = (JSON,)

    @declares(GistParams)
    def get(self, request: ApiRequest, params: GistParams, uid: str) -> ApiResponse:
        """The gist."""
        context = gist_context(request, params)
        return ApiResponse(get_gist(self.object_schema, uid, params, context, link_base(request, params)))


class MemberGistView(ApiView):
    """The gist of what one member of an object holds."""

    object_schema: ClassVar[Schema] = None  # set by the route
    renders = (JSON,)

    @declares(GistListParams)
    def get(self, request: ApiRequest, params: GistListParams, uid: str, member: str) -> ApiResponse:
        """A page of the gists of a collection; of a reference, its gist; else the value."""
        context = gist_context(request, params)
        found = get_member_gist(self.object_schema, uid, member, params, context, link_base(request, params))
        if isinstance(found, GistPage):
            return page_answer(request, params, found, member)
        return ApiResponse(found)


def gist_context(request: ApiRequest, params: GistParams) -> ReadingContext:
    """Who reads, and in which language: the caller's own unless the request names another or none."""
    locale = params.locale or request.user.settings.get("keyDbLocale")
    return ReadingContext(request.user.principal, api_base(request._request), locale if params.translate else None)


def link_base(request: ApiRequest, params: GistParams) -> str:
    """What links begin with: nothing, unless absolute ones are asked for."""
    return api_base(request._request) if params.absolute_urls else ""


def page_answer(request: ApiRequest, params: GistListParams, page: GistPage, name: str) -> ApiResponse:
    """A page under `name`, or the bare array; as CSV the gists alone, links left out."""
    if request.accepted_media_type == CSV:
        rows = [item if isinstance(item, dict) else {page.columns[0]: item} for item in page.items]
        return ApiResponse(b"".join(csv_chunks(page.columns, rows, _DIALECT)))
    if params.headless:
        return ApiResponse(page.items)
    return ApiResponse({"pager": _pager(request, params, page), params.page_list_name or name: page.items})


def _pager(request: ApiRequest, params: GistListParams, page: GistPage) -> dict[str, Any]:
    members: dict[str, Any] = {"page": params.page_number, "pageSize": params.limit}
    if page.total is not None:
        members |= {"total": page.total, "pageCount": max(1, -(-page.total // params.limit))}
    if params.page_number > 1:
        members["prevPage"] = _address(request, params, params.page_number - 1)
    if page.has_more:
        members["nextPage"] = _address(request, params, params.page_number + 1)
    return members


def _address(request: ApiRequest, params: GistListParams, page: int) -> str:
    query = [("page", str(page))] if page > 1 else []
    if params.limit != PAGE_SIZE:
        query.append(("pageSize", str(params.limit)))
    return address_with(request, query, base=link_base(request, params))
