"""`/api/{type}/{id}/{property}`: one member of an object, and the members of its collections."""

from __future__ import annotations

from typing import Any, ClassVar

from dhis2api.errors import BAD_REQUEST, NOT_FOUND, ApiError
from dhis2api.objects import collections, crud
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.params import ObjectParams
from dhis2api.objects.reading.listing import get_object
from dhis2api.objects.schema import Schema
from dhis2api.objects.views import JSON_PATCH, LAST_OLD_VERSION, check_identifier, fields_text, reading_context
from dhis2api.objects.xml import object_document
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import conflict, ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, no_content
from dhis2api.web.views import ApiRequest, ApiView


class MemberView(ApiView):
    """One member of an object: read it, or change who stands in it."""

    object_schema: ClassVar[Schema] = None  # set by the route
    consumes = {
        "post": (JSON, "application/*+json"), "put": (JSON, "application/*+json"), "delete": (JSON,),
        "patch": (JSON, JSON_PATCH),
    }  # fmt: skip

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str, name: str) -> ApiResponse:
        """The member alone; `fields` speak of what is inside it."""
        check_identifier(self.object_schema, uid)
        prop = collections.find_member(self.object_schema, name)
        inside = f"[{params.fields_text or ':all'}]" if not prop.simple else ""
        data = get_object(self.object_schema, uid, prop.name + inside, reading_context(request, params))
        return ApiResponse(data, xml=lambda: object_document(self.object_schema, data))

    def post(self, request: ApiRequest, uid: str, name: str) -> ApiResponse | HttpResponse:
        """Add the objects of the body; `additions` and `deletions` do both at once."""
        check_identifier(self.object_schema, uid)
        body = read_json(request)
        if isinstance(body, dict) and ("additions" in body or "deletions" in body):
            added, gone = _identifiers(body, "additions"), _identifiers(body, "deletions")
            report = collections.change_members(self.object_schema, uid, name, added, gone, request.user)
        else:
            items = _identifiers(body, "identifiableObjects")
            report = collections.add_members(self.object_schema, uid, name, items, request.user)
        return collection_answer(request, report)

    def put(self, request: ApiRequest, uid: str, name: str) -> ApiResponse | HttpResponse:
        """Let the collection hold just the objects of the body; up to 2.36, set the member."""
        check_identifier(self.object_schema, uid)
        body = read_json(request)
        if request.version <= LAST_OLD_VERSION and not _names_items(body):
            return self._set(request, uid, name, body)
        # What is absent empties nothing: a misspelt member would take all others along.
        items = _identifiers(body if _names_items(body) else None, "identifiableObjects")
        return collection_answer(
            request, collections.replace_members(self.object_schema, uid, name, items, request.user)
        )

    def patch(self, request: ApiRequest, uid: str, name: str) -> ApiResponse | HttpResponse:
        """Set the member, as up to 2.36."""
        if request.version > LAST_OLD_VERSION:
            return self.http_method_not_allowed(request)
        check_identifier(self.object_schema, uid)
        return self._set(request, uid, name, read_json(request))

    def delete(self, request: ApiRequest, uid: str, name: str) -> ApiResponse | HttpResponse:
        """Take the objects of the body out of the collection."""
        check_identifier(self.object_schema, uid)
        items = _identifiers(read_json(request), "identifiableObjects")
        return collection_answer(
            request, collections.remove_members(self.object_schema, uid, name, items, request.user)
        )

    def _set(self, request: ApiRequest, uid: str, name: str, body: Any) -> ApiResponse | HttpResponse:
        prop = collections.find_member(self.object_schema, name)
        if not isinstance(body, dict) or prop.name not in body:
            raise ApiError(BAD_REQUEST, f"The body must be a JSON object with the member `{prop.name}`")
        item, report = crud.merge_object(
            self.object_schema, uid, {prop.name: body[prop.name]}, params=MetadataImportParams(), user=request.user
        )
        return no_content() if report.is_ok else conflict(IMPORT_FAILED.template, single_report(item))


class MemberItemView(ApiView):
    """One object in a collection: put it in, take it out; up to 2.36, read it."""

    object_schema: ClassVar[Schema] = None  # set by the route
    consumes = ()

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str, name: str, item: str) -> ApiResponse:
        """The member, as its own address shows it. Errors: 404 after 2.36, and for what is not in the collection."""
        if request.version > LAST_OLD_VERSION:
            raise ApiError(NOT_FOUND, f"Since version {LAST_OLD_VERSION + 1} objects are read by their own addresses")
        check_identifier(self.object_schema, uid)
        context = reading_context(request, params)
        target = collections.find_item(self.object_schema, uid, name, item, context)
        data = get_object(target, item, fields_text(request, params), context)
        return ApiResponse(data, xml=lambda: object_document(target, data))

    def post(self, request: ApiRequest, uid: str, name: str, item: str) -> ApiResponse | HttpResponse:
        """Add the object of the address."""
        check_identifier(self.object_schema, uid)
        return collection_answer(request, collections.add_members(self.object_schema, uid, name, [item], request.user))

    def delete(self, request: ApiRequest, uid: str, name: str, item: str) -> ApiResponse | HttpResponse:
        """Take the object of the address out."""
        check_identifier(self.object_schema, uid)
        return collection_answer(
            request, collections.remove_members(self.object_schema, uid, name, [item], request.user)
        )


class TranslationsView(MemberView):
    """All translations of an object."""

    consumes = (JSON, "application/*+json")

    def put(self, request: ApiRequest, uid: str, name: str = "translations") -> ApiResponse | HttpResponse:
        """Replace them. Errors: 409 with E1106, E1107 or E4000."""
        check_identifier(self.object_schema, uid)
        body = read_json(request)
        if not isinstance(body, dict) or not isinstance(body.get("translations"), list):
            raise ApiError(BAD_REQUEST, "The body must be a JSON object with the list `translations`")
        item, report = crud.replace_translations(self.object_schema, uid, body["translations"], user=request.user)
        if report.is_ok:
            return no_content()
        return conflict(IMPORT_FAILED.template, single_report(item), status="WARNING")


def collection_answer(request: ApiRequest, report: collections.CollectionReport) -> ApiResponse | HttpResponse:
    """200 with the report (204 without a body up to 2.36), 409 where a member was refused."""
    if not report.is_ok:
        return conflict(IMPORT_FAILED.template, report)
    return ok(response=report) if request.version > LAST_OLD_VERSION else no_content()


def _names_items(body: Any) -> bool:
    return isinstance(body, dict) and "identifiableObjects" in body


def _identifiers(body: Any, member: str) -> list[str]:
    """The ids of `{member: [{"id": …}]}`; none where the member is absent.

    Errors: 400 naming the entry that is no reference.
    """
    given = body.get(member) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(given, list | None):
        raise ApiError(BAD_REQUEST, f"The body must be a JSON object with the list `{member}`")
    found = []
    for position, entry in enumerate(given or ()):
        uid = entry.get("id") if isinstance(entry, dict) else entry
        if not isinstance(uid, str):
            raise ApiError(BAD_REQUEST, f"`{member}[{position}]` must be a reference by id")
        found.append(uid)
    return found
