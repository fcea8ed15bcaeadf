"""The sharing endpoints."""

from __future__ import annotations

from typing import Any, ClassVar

from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.formats.bodies import body_type
from dhis2api.objects.importer import ImportReport
from dhis2api.objects.member_views import MemberView
from dhis2api.objects.schema import Schema
from dhis2api.objects.views import JSON_PATCH, check_identifier, reading_context
from dhis2api.web.bodies import open_body, read_json
from dhis2api.web.messages import conflict, ok
from dhis2api.web.negotiation import JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView
from sharing.resource.bulk import patch_objects, patch_objects_alike
from sharing.resource.cascade import cascade_sharing
from sharing.resource.dialog import read_dialog, replace_by_dialog
from sharing.resource.formats import dialog_xml
from sharing.resource.params import BulkParams, CascadeParams, SearchParams, SharedObjectParams
from sharing.resource.replacement import replace_sharing
from sharing.resource.search import search_grantees


class SharingView(ApiView):
    """With whom an object is shared, as a dialog needs it."""

    consumes = (JSON, "application/*+json", XML)

    @declares(SharedObjectParams)
    def get(self, request: ApiRequest, params: SharedObjectParams) -> ApiResponse:
        """The object's sharing, and what the caller may choose."""
        data = read_dialog(params.type, params.id, reading_context(request))
        headers = {"Cache-Control": "no-cache"}
        return ApiResponse(data, headers=headers, xml=lambda: dialog_xml.write_dialog(data))

    @declares(SharedObjectParams)
    def post(self, request: ApiRequest, params: SharedObjectParams) -> ApiResponse:
        """Replace the object's sharing."""
        replace_by_dialog(params.type, params.id, _dialog_body(request), request.user)
        return ok("Access control set")

    @declares(SharedObjectParams)
    def put(self, request: ApiRequest, params: SharedObjectParams) -> ApiResponse:
        """The same as POST."""
        replace_by_dialog(params.type, params.id, _dialog_body(request), request.user)
        return ok("Access control set")


class SharingSearchView(ApiView):
    """Users and groups to share with."""

    @declares(SearchParams)
    def get(self, request: ApiRequest, params: SearchParams) -> ApiResponse:
        """Those whose names contain the key."""
        data = search_grantees(params.key, params.page_size, request.user.principal)
        return ApiResponse(data, xml="sharing")


class SharingOfObjectView(MemberView):
    """The member `sharing` of an object."""

    def put(self, request: ApiRequest, uid: str, name: str = "sharing") -> ApiResponse | HttpResponse:
        """Replace it."""
        check_identifier(self.object_schema, uid)
        report = replace_sharing(self.object_schema, uid, read_json(request), request.user)
        if report is None:
            return no_content()
        return conflict(IMPORT_FAILED.template, {"responseType": "TypeReport"} | report.to_dict())


class SharingOfTypeView(ApiView):
    """The sharing of many objects of one type."""

    object_schema: ClassVar[Schema] = None  # set by the route
    consumes = {"patch": (JSON_PATCH, JSON)}

    @declares(BulkParams)
    def patch(self, request: ApiRequest, params: BulkParams) -> ApiResponse:
        """Apply one patch to all of them."""
        body: Any = read_json(request)
        return _answer(patch_objects_alike(self.object_schema, body, atomic=params.atomic, user=request.user))


class SharingOfMetadataView(ApiView):
    """The sharing of many objects of many types."""

    consumes = {"patch": (JSON_PATCH, JSON)}

    @declares(BulkParams)
    def patch(self, request: ApiRequest, params: BulkParams) -> ApiResponse:
        """Apply a patch to each of them."""
        return _answer(patch_objects(read_json(request), atomic=params.atomic, user=request.user))


class CascadeView(ApiView):
    """What a dashboard shows, shared like the dashboard."""

    consumes = ()

    @declares(CascadeParams)
    def post(self, request: ApiRequest, params: CascadeParams, uid: str) -> ApiResponse:
        """Let those who may read the dashboard read what stands on it."""
        report = cascade_sharing(uid, dry_run=params.dry_run, atomic=params.atomic, user=request.user)
        return ApiResponse(report, xml="cascadeSharingReport")


def _dialog_body(request: ApiRequest) -> Any:
    if body_type(request) == XML:
        with open_body(request) as stream:
            return dialog_xml.read_dialog(stream)
    return read_json(request)


def _answer(report: ImportReport) -> ApiResponse:
    if report.is_ok:
        return ok(response=report)
    return conflict(IMPORT_FAILED.template, report, status="WARNING")
