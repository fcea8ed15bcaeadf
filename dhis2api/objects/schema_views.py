"""`/api/schemas`: the types, and validation of a payload against one."""

from __future__ import annotations

from dhis2api.errors import ApiError
from dhis2api.objects.describing import describe_property, describe_schema
from dhis2api.objects.errors import IMPORT_FAILED, UNKNOWN_PROPERTY, UNKNOWN_TYPE
from dhis2api.objects.importer.schema_check import check_schema
from dhis2api.objects.params import ObjectParams
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.registry import all_schemas
from dhis2api.objects.schema import Schema
from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import WebMessage, answer, ok
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView


class SchemasView(ApiView):
    """All types."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams) -> ApiResponse:
        """Every schema, in import order."""
        base = api_base(request._request)
        found = [describe_schema(schema, base) for schema in _by_singular().values()]
        return ApiResponse({"schemas": pick(found, parse_fields(params.fields_text))}, xml="schemas")


class SchemaView(ApiView):
    """One type."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, singular: str) -> ApiResponse:
        """The schema of a type by its singular name."""
        shown = describe_schema(_get(singular), api_base(request._request))
        return ApiResponse(pick(shown, parse_fields(params.fields_text)), xml="schema")

    def post(self, request: ApiRequest, singular: str) -> ApiResponse:
        """Check an object's content against the schema, without storing it."""
        reports = check_schema(_get(singular), read_json(request))
        response = {"responseType": "ErrorReports", "errorReports": reports}
        if reports:
            return answer(WebMessage(400, "ERROR", IMPORT_FAILED.template, response=response))
        return ok(response=response)

    put = post


class SchemaPropertyView(ApiView):
    """One property of a type."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, singular: str, name: str) -> ApiResponse:
        """The property by its JSON name."""
        schema = _get(singular)
        prop = schema.properties.get(name)
        if prop is None or not prop.readable:
            raise ApiError(UNKNOWN_PROPERTY, name, schema.klass)
        shown = describe_property(prop, schema, api_base(request._request))
        return ApiResponse(pick(shown, parse_fields(params.fields_text)), xml="property")


def _get(singular: str) -> Schema:
    schema = _by_singular().get(singular)
    if schema is None:
        raise ApiError(UNKNOWN_TYPE, singular)
    return schema


def _by_singular() -> dict[str, Schema]:
    """Every type by its name on the wire; of rows that are embedded in two places under one name, the first."""
    found: dict[str, Schema] = {}
    for schema in all_schemas():
        found.setdefault(schema.singular, schema)
    return found
