"""`…/changeLogs` of tracked entities and events."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.web.paging import address_with
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from tracker.change_logs.params import ChangeLogParams, EntityChangeLogParams
from tracker.change_logs.services import Page, entity_changes, event_changes


class EntityChangeLogView(ApiView):
    """Changes of the attribute values of a tracked entity."""

    @declares(EntityChangeLogParams)
    def get(self, request: ApiRequest, params: EntityChangeLogParams, uid: str) -> ApiResponse:
        """A page, newest first."""
        return _answer(request, params, entity_changes(uid, params, request.user))


class EventChangeLogView(ApiView):
    """Changes of an event."""

    @declares(ChangeLogParams)
    def get(self, request: ApiRequest, params: ChangeLogParams, uid: str) -> ApiResponse:
        """A page, newest first."""
        return _answer(request, params, event_changes(uid, params, request.user))


def _answer(request: ApiRequest, params: ChangeLogParams, page: Page) -> ApiResponse:
    changes, has_more = page
    pager: dict[str, Any] = {"page": params.page, "pageSize": params.page_size}
    if params.page > 1:
        pager["prevPage"] = _link(request, params, params.page - 1)
    if has_more:
        pager["nextPage"] = _link(request, params, params.page + 1)
    shown = pick(changes, parse_fields(",".join(params.fields) or "*"))
    return ApiResponse({"pager": pager, "changeLogs": shown})


def _link(request: ApiRequest, params: ChangeLogParams, page: int) -> str:
    return address_with(request, [("page", str(page)), ("pageSize", str(params.page_size))])
