"""`…/changeLogs` of tracked entities and events."""

from __future__ import annotations

from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from tracker.change_logs.params import ChangeLogParams, EntityChangeLogParams
from tracker.change_logs.services import Page, entity_changes, event_changes
from tracker.export import envelopes
from tracker.export.base_params import require_path_uid, require_uid
from tracker.export.fields import plan_of
from tracker.export.shapes import CHANGE_LOG, CHANGE_LOG_DEFAULT


class EntityChangeLogView(ApiView):
    """Changes of the attribute values of a tracked entity."""

    @declares(EntityChangeLogParams)
    def get(self, request: ApiRequest, params: EntityChangeLogParams, uid: str) -> ApiResponse:
        """A page, newest first."""
        require_path_uid(uid)
        if params.program:
            require_uid(params.program, "program")
        return _answer(request, params, entity_changes(uid, params, request.user))


class EventChangeLogView(ApiView):
    """Changes of an event."""

    @declares(ChangeLogParams)
    def get(self, request: ApiRequest, params: ChangeLogParams, uid: str) -> ApiResponse:
        """A page, newest first."""
        require_path_uid(uid)
        return _answer(request, params, event_changes(uid, params, request.user))


def _answer(request: ApiRequest, params: ChangeLogParams, found: Page) -> ApiResponse:
    changes, has_more = found
    page = envelopes.Page(params.page, params.page_size, has_more)
    shown = plan_of(params.fields, CHANGE_LOG_DEFAULT, CHANGE_LOG).apply(changes)
    return ApiResponse({"pager": page.to_dict() | envelopes.page_links(request, page), "changeLogs": shown})
