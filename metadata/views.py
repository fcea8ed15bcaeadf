"""`/api/dataElementOperands`, packages of an object and its dependencies, and lists of org units by the hierarchy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as with_changes
from typing import Any, ClassVar

from django.db.models import Q

from dhis2api.objects.member_views import MemberView
from dhis2api.objects.metadata_views import export_answer
from dhis2api.objects.params import ListParams
from dhis2api.objects.reading.listing import LIST_FIELDS
from dhis2api.objects.reading.snapshots import streamed
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.views import (
    LIST_FORMATS,
    ObjectsView,
    ObjectView,
    in_one_snapshot,
    list_answer,
    reading_context,
)
from dhis2api.web.negotiation import GEOJSON
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, StreamingHttpResponse, stream
from dhis2api.web.views import ApiRequest, ApiView
from metadata.dependencies import package
from metadata.operands import OperandSelection, list_operands
from metadata.org_unit_features import feature_chunks, units_of_map
from metadata.org_unit_lists import (
    LAST_BY_PRESENCE,
    below,
    children,
    count_members,
    units_around,
    units_of_list,
    units_of_user,
)
from metadata.params import OperandParams, OrgUnitChildrenParams, OrgUnitListParams, OrgUnitParams, PackageParams


class OperandsView(ApiView):
    """Data elements combined with the option combos that their data is kept by; read only."""

    @declares(OperandParams)
    def get(self, request: ApiRequest, params: OperandParams) -> ApiResponse:
        """A page of the operands of readable data elements."""
        selection = OperandSelection(
            params.fields_text, params.filter, params.query.strip(), params.data_set, params.totals
        )
        limit = params.page_size if params.is_paged else None
        offset = params.offset if params.is_paged else 0
        page = list_operands(selection, reading_context(request, params), offset=offset, limit=limit)
        data: dict[str, Any] = {"pager": pager(request, params, page.total)} if params.is_paged else {}
        return ApiResponse(data | {"dataElementOperands": page.objects}, xml="metadata")


class PackageView(ApiView):
    """One object with all that it depends on, as a document that an import takes."""

    object_schema: ClassVar[Schema] = None  # set by the route

    @in_one_snapshot
    @declares(PackageParams)
    def get(self, request: ApiRequest, params: PackageParams, uid: str) -> StreamingHttpResponse:
        """The object and its dependencies, as far as the caller may read them."""
        context = with_changes(reading_context(request, params), member_limit=None)
        selections = package(self.object_schema, uid, context, skip_sharing=params.skip_sharing)
        return export_answer(request, selections, context, is_attachment=params.download)


class OrgUnitsView(ObjectsView):
    """Org units, and a new one."""

    renders = (*LIST_FORMATS, GEOJSON)

    @in_one_snapshot
    @declares(OrgUnitListParams)
    def get(self, request: ApiRequest, params: OrgUnitListParams) -> ApiResponse | StreamingHttpResponse:
        """A page of the org units, by level and by the caller's places too; all of a level as GeoJSON."""
        if request.accepted_media_type == GEOJSON:
            units = units_of_map(params.level, params.parent) & units_of_user(params, request.user.pk)
            chunks = streamed(lambda: feature_chunks(units, with_properties=params.properties), at_once=1)
            return stream(chunks, GEOJSON)
        if params.level_sorted:
            params = with_changes(params, order=["level", "name:iasc"])
        restriction = units_of_list(params, request.user.pk)
        if not params.member_object:
            return list_answer(request, self.object_schema, params, restriction)
        context = reading_context(request, params)
        counts = count_members(params.member_collection, params.member_object, context)
        params = with_changes(params, fields=[*(params.fields or [LIST_FIELDS]), "id"])

        def counted(unit: dict[str, Any]) -> dict[str, Any]:
            # `fields` may exclude or rename what the count goes by.
            return unit | {"memberCount": counts[unit["id"]]} if "id" in unit else unit

        return list_answer(request, self.object_schema, params, restriction, counted)


class OrgUnitView(ObjectView):
    """One org unit, or the list of those around it."""

    @in_one_snapshot
    @declares(OrgUnitParams)
    def get(self, request: ApiRequest, params: OrgUnitParams, uid: str) -> ApiResponse | StreamingHttpResponse:
        """The org unit, with all its members unless `fields` says otherwise."""
        restriction = units_around(uid, params, request.version)
        if restriction is None:
            return self.show(request, params, uid)
        if request.version > LAST_BY_PRESENCE:
            return list_answer(request, self.object_schema, _topmost_first(params), restriction)
        # Up to version 36 all of them stand without a pager, ancestors from the unit upwards.
        order = params.order or (["level:desc"] if params.include_ancestors is not None else ["level", "name:iasc"])
        params = with_changes(params, order=order, paging=False)
        return list_answer(request, self.object_schema, params, restriction)


class OrgUnitRelativesView(ApiView):
    """Org units by their place relative to one of them."""

    renders = LIST_FORMATS
    relatives: ClassVar[Callable[[str], Q]] = None  # set by the route

    @in_one_snapshot
    @declares(ListParams)
    def get(self, request: ApiRequest, params: ListParams, uid: str) -> ApiResponse | StreamingHttpResponse:
        """A page of the org units there."""
        return list_answer(request, get_schema("organisationUnit"), _topmost_first(params), self.relatives(uid))


class OrgUnitChildrenView(MemberView):
    """The org units below one of them; a list of its own to read, a collection like others to change."""

    renders = LIST_FORMATS

    @in_one_snapshot
    @declares(OrgUnitChildrenParams)
    def get(
        self, request: ApiRequest, params: OrgUnitChildrenParams, uid: str, name: str
    ) -> ApiResponse | StreamingHttpResponse:
        """A page of the unit and those directly below it, or of those `level` levels below."""
        restriction = children(uid) if params.level is None else below(uid, params.level)
        return list_answer(request, get_schema("organisationUnit"), params, restriction)


def _topmost_first(params: ListParams) -> ListParams:
    """The order of units around one, unless the request names another."""
    return params if params.order else with_changes(params, order=["level", "name:iasc"])
