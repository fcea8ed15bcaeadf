"""`/api/trackedEntityInstances`, and writing at `/api/enrollments` and `/api/events`, in the format of before 2.36."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http.response import HttpResponseBase

from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import WebMessage, answer
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, stream
from dhis2api.web.views import ApiRequest, ApiView
from tracker.export import views as export
from tracker.export.params import EntityParams, OneEntityParams
from tracker.old.bodies import ENROLLMENTS, ENTITIES, EVENTS, Kind
from tracker.old.exporting import Instances, find_instance
from tracker.old.params import OldImportParams
from tracker.old.services import Request, change_values, delete_object, import_objects, replace_object

JSON_CONTENT = "application/json; charset=UTF-8"
DONE, FAILED = "Import was successful.", "An error occurred, please check import summary."


class Importing(ApiView):
    """`POST` of a list or of one object."""

    kind: ClassVar[Kind]

    @declares(OldImportParams)
    def post(self, request: ApiRequest, params: OldImportParams) -> ApiResponse:
        """Import what is sent; what is right goes in."""
        return _answer(import_objects(self.kind, read_json(request), _request(request, params)))


class Replacing(ApiView):
    """`PUT` and `DELETE` of one object."""

    kind: ClassVar[Kind]

    @declares(OldImportParams)
    def put(self, request: ApiRequest, params: OldImportParams, uid: str) -> ApiResponse:
        """Replace it."""
        return _answer(replace_object(self.kind, uid, read_json(request), _request(request, params)))

    @declares(OldImportParams)
    def delete(self, request: ApiRequest, params: OldImportParams, uid: str) -> ApiResponse:
        """Delete it."""
        return _answer(delete_object(self.kind, uid, _request(request, params)))


class InstancesView(Importing):
    """Tracked entity instances."""

    renders = (JSON,)
    kind = ENTITIES

    @declares(EntityParams)
    def get(self, request: ApiRequest, params: EntityParams) -> HttpResponseBase:
        """A page of them, or all."""
        found = Instances(params, request.user)
        return ApiResponse(found.page()) if params.is_paged else stream(found.chunks(), JSON_CONTENT)


class InstanceView(Replacing):
    """One tracked entity instance."""

    renders = (JSON,)
    kind = ENTITIES

    @declares(OneEntityParams)
    def get(self, request: ApiRequest, params: OneEntityParams, uid: str) -> ApiResponse:
        """It, as enrolled in `program` if one is named."""
        return ApiResponse(find_instance(uid, params.program or None, params.fields, request.user))


class EnrollmentsView(Importing, export.EnrollmentsView):
    """Enrollments: written in the old format, read in today's."""

    kind = ENROLLMENTS


class EnrollmentView(Replacing, export.EnrollmentView):
    """One enrollment."""

    kind = ENROLLMENTS


class EventsView(Importing, export.EventsView):
    """Events: written in the old format, read in today's."""

    kind = EVENTS


class EventView(Replacing, export.EventView):
    """One event."""

    kind = EVENTS


class EventValueView(ApiView):
    """One data value of an event."""

    @declares(OldImportParams)
    def put(self, request: ApiRequest, params: OldImportParams, uid: str, data_element: str) -> ApiResponse:
        """Change what is sent, and nothing else."""
        return _answer(change_values(uid, read_json(request), _request(request, params)))


def _request(request: ApiRequest, params: OldImportParams) -> Request:
    return Request(request.user, params, api_base(request._request))


def _answer(response: dict[str, Any]) -> ApiResponse:
    """200 or 409, with the summaries; a single new object's address goes into a header."""
    if response["status"] == "ERROR":
        return answer(WebMessage(409, "ERROR", FAILED, response=response))
    rows = response.get("importSummaries", [])
    location = rows[0].get("href") if len(rows) == 1 else None
    return answer(WebMessage(200, message=DONE, response=response, location=location))
