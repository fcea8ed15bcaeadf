"""`/api/dataValues`: one value in, one value out; marks and files of values."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from datavalues.authorities import DATAVALUE_ADD
from datavalues.errors import E2033
from datavalues.single.files import read_value_file, save_file
from datavalues.single.followup import mark_values
from datavalues.single.keys import ValueName
from datavalues.single.params import FileParams, SaveParams, ValueKeyParams, as_text, attribute_of, fields_of_body
from datavalues.single.saving import Change, delete_value, read_value, save_value
from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.reading.listing import get_object
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import read_json
from dhis2api.web.downloads import uploaded_content
from dhis2api.web.errors import PARAMETER_MISSING
from dhis2api.web.messages import WebMessage, answer
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, no_content
from dhis2api.web.uploads import MULTIPART, read_form, read_upload
from dhis2api.web.views import ApiRequest, ApiView
from metadata.attribute_combos import combination
from sharing.access import require_authority

FORM = "application/x-www-form-urlencoded"
REQUIRED = ("de", "pe", "ou")


class DataValuesView(ApiView):
    """One data value."""

    consumes = (JSON, FORM, MULTIPART)

    @declares(ValueKeyParams)
    def get(self, request: ApiRequest, params: ValueKeyParams) -> ApiResponse:
        """The value, as an array of one text."""
        return ApiResponse([read_value(_name(params), request.user).value], xml="dataValues")

    def post(self, request: ApiRequest) -> HttpResponse:
        """Save a value; parameters stand in the address, in a form or in a JSON body."""
        require_authority(request.user.principal, DATAVALUE_ADD)
        params = _save_params(request)
        change = Change(params.value, params.comment, params.follow_up)
        save_value(_name(params), change, request.user, force=params.force)
        return HttpResponse(status=200)

    @declares(SaveParams)
    def delete(self, request: ApiRequest, params: SaveParams) -> HttpResponse:
        """Delete the value; it stays as a mark, so that synchronisation sees it go."""
        require_authority(request.user.principal, DATAVALUE_ADD)
        delete_value(_name(params), request.user, force=params.force)
        return no_content()


class FollowupView(ApiView):
    """The follow-up mark of one value."""

    def put(self, request: ApiRequest) -> HttpResponse:
        """Set it."""
        mark_values([_mark(read_json(request))], request.user)
        return HttpResponse(status=200)


class FollowupsView(ApiView):
    """The follow-up marks of many values."""

    def put(self, request: ApiRequest) -> HttpResponse:
        """Set all of them, or none."""
        body = read_json(request)
        values = body.get("values") if isinstance(body, dict) else None
        if not isinstance(values, list) or not values:
            raise ApiError(E2033)
        mark_values([_mark(value) for value in values], request.user)
        return HttpResponse(status=200)


class FileView(ApiView):
    """The file of a value, sent together with what names the value."""

    consumes = (MULTIPART, FORM)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Store the form's part `file` and save it as the value; without a file the value and its file are deleted."""
        require_authority(request.user.principal, DATAVALUE_ADD)
        params = SaveParams.parse(read_form(request))
        name, change = _name(params), Change("", params.comment, params.follow_up)
        if not _has_file(request):
            save_value(name, change, request.user, force=params.force)
            return answer(WebMessage(202))
        file = save_file(name, read_upload(request, "file"), change, request.user, force=params.force)
        shown = get_object(get_schema("fileResource"), file.uid, "*", reading_context(request))
        return answer(WebMessage(202, response={"responseType": "FileResource", "fileResource": shown}))


class FileContentView(ApiView):
    """The bytes of a value that is a file."""

    @declares(FileParams)
    def get(self, request: ApiRequest, params: FileParams) -> HttpResponseBase:
        """As they were sent, or an image in a smaller size."""
        content = read_value_file(_name(params), params.dimension, request.user)
        return uploaded_content(
            content.pieces, filename=content.file.name, content_type=content.file.content_type, length=content.length,
            tag=f'"{content.file.uid}-{params.dimension.lower()}"',
        )  # fmt: skip


def _save_params(request: ApiRequest) -> SaveParams:
    """From JSON if the body says so, else from form and address. Errors: 400 for a form without `de`, `pe` or `ou`."""
    if request.content_type.partition(";")[0].strip().lower() == JSON:
        fields = QueryDict(mutable=True)
        fields.update(fields_of_body(read_json(request)))
        return SaveParams.parse(fields)
    fields = read_form(request)
    for name in REQUIRED:
        if name not in fields:
            raise ApiError(PARAMETER_MISSING, name, "String")
    return SaveParams.parse(fields)


def _name(params: ValueKeyParams) -> ValueName:
    return ValueName(
        data_element=params.de, period=params.pe, org_unit=params.ou, category_option_combo=params.co,
        attribute=combination(params.cc, params.cp), data_set=params.ds,
    )  # fmt: skip


def _mark(body: Any) -> tuple[ValueName, bool]:
    """One item of a follow-up body. Errors: E2033 without `followup`, 400 for another shape."""
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "Expected an object that names a data value")
    mark = body.get("followup", body.get("followUp"))
    if not isinstance(mark, bool):
        raise ApiError(E2033)
    texts = {
        name: "" if body.get(name) is None else as_text(body[name], name)
        for name in ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo")
    }
    combo, options = attribute_of(body["attribute"]) if body.get("attribute") is not None else ("", [])
    return ValueName(
        data_element=texts["dataElement"], period=texts["period"], org_unit=texts["orgUnit"],
        category_option_combo=texts["categoryOptionCombo"], attribute=combination(combo, options),
        attribute_option_combo=texts["attributeOptionCombo"],
    ), mark  # fmt: skip


def _has_file(request: ApiRequest) -> bool:
    return "file" in request._request.FILES  # an empty one is refused, not taken for none
