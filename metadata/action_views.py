"""Endpoints beside the lists: geometries, levels, maintenance, associations."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.params import ObjectParams
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import check_identifier, reading_context
from dhis2api.web.bodies import open_body, read_json
from dhis2api.web.messages import WebMessage, answer, conflict, created, ok
from dhis2api.web.negotiation import GEOJSON, JSON, XML
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from dhis2api.web.xml import generic_document
from metadata.associations import category_combos_of, data_set_version, org_units_of
from metadata.geometries import GeoJsonReport, clear_geometries, import_geometries
from metadata.gml import import_gml
from metadata.levels import filled_levels, save_levels
from metadata.maintenance import update_all_option_combos, update_option_combos
from metadata.params import (
    AttributeParams,
    CategoryOptionAssociationParams,
    GeoJsonImportParams,
    GmlImportParams,
    ProgramAssociationParams,
    ProgramCopyParams,
)
from metadata.program_copies import copy_program


class GeometriesView(ApiView):
    """Geometries of org units, many at a time."""

    consumes = (JSON, GEOJSON, "application/*+json")

    @declares(GeoJsonImportParams)
    def post(self, request: ApiRequest, params: GeoJsonImportParams) -> ApiResponse:
        """Give the org units that the features of a FeatureCollection name their geometries."""
        return _geometry_answer(import_geometries(read_json(request), params=params, user=request.user))

    @declares(AttributeParams)
    def delete(self, request: ApiRequest, params: AttributeParams) -> ApiResponse:
        """Take the geometries, or the values of a GeoJSON attribute, from all org units."""
        return _geometry_answer(clear_geometries(params=params, user=request.user))


class GmlView(ApiView):
    """Geometries of org units as GML."""

    consumes = (XML, "application/*+xml")

    @declares(GmlImportParams)
    def post(self, request: ApiRequest, params: GmlImportParams) -> ApiResponse:
        """Give the org units that the features of a FeatureCollection name their geometries."""
        with open_body(request) as stream:
            return _geometry_answer(import_gml(stream, dry_run=params.dry_run, user=request.user))


class ProgramCopyView(ApiView):
    """A program as the beginning of another."""

    consumes = ()

    @declares(ProgramCopyParams)
    def post(self, request: ApiRequest, params: ProgramCopyParams, uid: str) -> ApiResponse:
        """Copy a program with what it is made of."""
        check_identifier(get_schema("program"), uid)
        context = reading_context(request)
        copy, report = copy_program(uid, prefix=params.prefix, context=context, user=request.user)
        if not report.is_ok:
            return conflict(IMPORT_FAILED.template, report, status="WARNING")
        return created(f"/programs/{copy}", message=f"Program created: '{copy}'")


class FilledLevelsView(ApiView):
    """The levels of the hierarchy, named or not."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams) -> ApiResponse:
        """A bare list, top first."""
        levels = filled_levels(params.fields_text, reading_context(request, params))
        return ApiResponse(levels, xml=lambda: _levels_document(levels))

    def post(self, request: ApiRequest) -> ApiResponse:
        """Replace all levels."""
        report = save_levels(read_json(request), user=request.user)
        if not report.is_ok:
            return conflict(IMPORT_FAILED.template, report, status="WARNING")
        return answer(WebMessage(http_status=201, response=report))


class OptionCombosView(ApiView):
    """Regeneration of the option combos of all category combos."""

    consumes = ()

    def post(self, request: ApiRequest) -> ApiResponse:
        """Bring them in line."""
        update_all_option_combos(request.user.principal)
        return ApiResponse(status=204)

    put = post


class OptionCombosOfComboView(ApiView):
    """Regeneration of the option combos of one category combo."""

    consumes = ()

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Bring them in line and say what was done."""
        return ok(response=update_option_combos(uid, request.user.principal))

    put = post


class CategoryOptionOrgUnitsView(ApiView):
    """Where category options are valid."""

    @declares(CategoryOptionAssociationParams)
    def get(self, request: ApiRequest, params: CategoryOptionAssociationParams) -> ApiResponse:
        """The org units of each option; none means everywhere."""
        return ApiResponse(org_units_of("categoryOption", params.category_options, reading_context(request)))


class ProgramOrgUnitsView(ApiView):
    """Where programs are run."""

    @declares(ProgramAssociationParams)
    def get(self, request: ApiRequest, params: ProgramAssociationParams) -> ApiResponse:
        """The org units of each program."""
        return ApiResponse(org_units_of("program", params.programs, reading_context(request)))


class DataSetVersionView(ApiView):
    """The version of a data set."""

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """`{"version": n}`."""
        return ApiResponse({"version": data_set_version(uid, reading_context(request))})


class DataSetCategoryCombosView(ApiView):
    """The category combos of a data set's elements."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str) -> ApiResponse:
        """Each once, an element's own replaced by the data set's."""
        found = category_combos_of(uid, params.fields_text, reading_context(request, params))
        return ApiResponse({"categoryCombos": found}, xml="metadata")


def _geometry_answer(report: GeoJsonReport) -> ApiResponse:
    status, message = ("WARNING", "Import partially successful.") if report.conflicts else ("OK", "Import successful.")
    return answer(WebMessage(status=status, message=message, response=report))


def _levels_document(levels: list[dict[str, Any]]) -> Any:
    return generic_document("metadata", {"organisationUnitLevels": levels})
