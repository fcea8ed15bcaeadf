"""`POST …/merge` and `POST /api/organisationUnits/split`."""

from __future__ import annotations

from typing import ClassVar

from dhis2api.web.bodies import read_json
from dhis2api.web.messages import conflict, ok
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.merging.errors import MERGE_FAILED
from metadata.merging.objects import merge_objects
from metadata.merging.org_units import merge_units, split_unit


class OrgUnitSplitView(ApiView):
    """Org units that take the place of one."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Split an org unit."""
        split_unit(read_json(request), user=request.user)
        return ok("Organisation unit split")


class OrgUnitMergeView(ApiView):
    """An org unit that takes the place of others."""

    def post(self, request: ApiRequest) -> ApiResponse:
        """Merge org units."""
        merge_units(read_json(request), user=request.user)
        return ok("Organisation units merged")


class MergeView(ApiView):
    """An object that takes the place of others of its type."""

    singular: ClassVar[str] = ""  # set by the route

    def post(self, request: ApiRequest) -> ApiResponse:
        """Merge them."""
        report = merge_objects(self.singular, read_json(request), user=request.user)
        if report.errors:
            return conflict(MERGE_FAILED.template, report, status="WARNING")
        return ok(response=report)
