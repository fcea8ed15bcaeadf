"""`…/note` of enrollments and events."""

from __future__ import annotations

from dhis2api.web.bodies import read_json
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from tracker.export.base_params import require_path_uid
from tracker.notes.services import add_enrollment_note, add_event_note, parse_note


class EnrollmentNoteView(ApiView):
    """Notes of one enrollment."""

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Add one."""
        require_path_uid(uid)
        return ApiResponse(add_enrollment_note(uid, parse_note(read_json(request)), request.user))


class EventNoteView(ApiView):
    """Notes of one event."""

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Add one."""
        require_path_uid(uid)
        return ApiResponse(add_event_note(uid, parse_note(read_json(request)), request.user))
