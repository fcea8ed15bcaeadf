"""`/api/{plural}` and `/api/{plural}/{uid}` for every registered type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.db.models import Q

from dhis2api.errors import E1005, ApiError
from dhis2api.objects import crud
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.json_chunks import list_chunks
from dhis2api.objects.params import Defaults, ListParams, ObjectParams
from dhis2api.objects.reading.budget import MAX_TREE_MEMBERS
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, get_object, list_objects
from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.xml import list_document, object_document
from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import conflict, created, ok
from dhis2api.web.negotiation import JSON
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, StreamingHttpResponse, stream
from dhis2api.web.views import ApiRequest, ApiView

JSON_PATCH = "application/json-patch+json"
_IDENTIFIER = re.compile(r"[a-zA-Z0-9]{11}")


def reading_context(request: ApiRequest, params: Any = None) -> ReadingContext:
    """Who reads, in which language. `locale` counts with `translate=true`; otherwise the user's own setting."""
    locale = request.user.settings.get("keyDbLocale")
    if params is not None and params.translate and params.locale:
        locale = params.locale
    excludes = params is not None and params.defaults is Defaults.EXCLUDE
    limit = None if request.accepted_media_type == JSON else MAX_TREE_MEMBERS
    return ReadingContext(request.user.principal, api_base(request._request), locale, limit, excludes)


class ObjectsView(ApiView):
    """All objects of one type: a page of them, and a new one."""

    object_schema: ClassVar[Schema] = None  # set by the route
    name: ClassVar[str | None] = None  # title of the page, set by the route
    is_browsable = True

    @declares(ListParams)
    def get(self, request: ApiRequest, params: ListParams) -> ApiResponse | StreamingHttpResponse:
        """A page of the objects that the caller may read."""
        return list_answer(request, self.object_schema, params)

    @declares(MetadataImportParams)
    def post(self, request: ApiRequest, params: MetadataImportParams) -> ApiResponse:
        """Create one object."""
        item, report = crud.create_object(self.object_schema, read_json(request), params=params, user=request.user)
        if not report.is_ok:
            return conflict(IMPORT_FAILED.template, single_report(item))
        return created(f"/{self.object_schema.plural}/{item.uid}", single_report(item))

    def reference_endpoint(self, member: str) -> str | None:
        """Where the objects of a member are served, for links in browsers."""
        return reference_endpoint(self.object_schema, member)


class ObjectView(ApiView):
    """One object."""

    object_schema: ClassVar[Schema] = None  # set by the route
    name: ClassVar[str | None] = None  # title of the page, set by the route
    is_browsable = True
    consumes = {"put": (JSON, "application/*+json"), "patch": (JSON_PATCH, JSON)}

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str) -> ApiResponse:
        """The object, with all its members unless `fields` says otherwise."""
        return self.show(request, params, uid)

    def show(self, request: ApiRequest, params: ObjectParams | ListParams, uid: str) -> ApiResponse:
        """The answer with one object."""
        self._check(uid)
        data = get_object(self.object_schema, uid, params.fields_text, reading_context(request, params))
        return ApiResponse(data, xml=lambda: object_document(self.object_schema, data))

    @declares(MetadataImportParams)
    def put(self, request: ApiRequest, params: MetadataImportParams, uid: str) -> ApiResponse:
        """Replace the object."""
        self._check(uid)
        schema = self.object_schema
        item, report = crud.replace_object(schema, uid, read_json(request), params=params, user=request.user)
        if not schema.wire.put_answers_import_report:
            return _answer(item, report)
        return ok(response=report) if report.is_ok else conflict(IMPORT_FAILED.template, report, status="WARNING")

    @declares(MetadataImportParams)
    def patch(self, request: ApiRequest, params: MetadataImportParams, uid: str) -> ApiResponse:
        """Change the object by JSON Patch."""
        self._check(uid)
        return _answer(
            *crud.patch_object(self.object_schema, uid, read_json(request), params=params, user=request.user)
        )

    def delete(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Delete the object; what refers to it may stand in the way (E4030)."""
        self._check(uid)
        return _answer(*crud.delete_object(self.object_schema, uid, user=request.user), status="WARNING")

    def reference_endpoint(self, member: str) -> str | None:
        """Where the objects of a member are served, for links in browsers."""
        return reference_endpoint(self.object_schema, member)

    def _check(self, uid: str) -> None:
        if not _IDENTIFIER.fullmatch(uid):
            raise ApiError(E1005, self.object_schema.simple_klass, uid)


class MarkView(ApiView):
    """The caller's mark on an object: a favourite, or a subscription."""

    object_schema: ClassVar[Schema] = None  # set by the route
    mark: ClassVar[Callable[..., str]] = None  # set by the route

    def post(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Set the mark."""
        return ok(self.mark(self.object_schema, uid, request.user, marked=True))

    def delete(self, request: ApiRequest, uid: str) -> ApiResponse:
        """Remove the mark."""
        return ok(self.mark(self.object_schema, uid, request.user, marked=False))


def list_answer(
    request: ApiRequest, schema: Schema, params: ListParams, restriction: Q | None = None
) -> ApiResponse | StreamingHttpResponse:
    """The page of a list that `params` ask for; `restriction` is what the address itself demands."""
    selection = Selection(
        params.fields_text, params.filter, params.root_junction, params.query, params.order_text,
        restriction=restriction or Q(),
    )  # fmt: skip
    limit = params.page_size if params.is_paged else None
    context = reading_context(request, params)
    streams = request.accepted_media_type == JSON
    page = list_objects(schema, selection, context, offset=params.offset, limit=limit, streams=streams)
    data: dict[str, Any] = {"pager": pager(request, params, page.total)} if params.is_paged else {}
    if page.is_streamed:
        return _streamed(request, list_chunks(data, schema.plural, page.objects), schema.plural)
    data[schema.plural] = page.objects
    return ApiResponse(data, xml=lambda: list_document(schema, data))


def _streamed(request: ApiRequest, chunks: Iterator[bytes], plural: str) -> StreamingHttpResponse:
    """A long list, compressed as a file where the address asks for one."""
    compression = getattr(request, "compression", None)
    if compression is None:
        return stream(chunks, JSON)
    return stream(chunks, f"{JSON}+{compression}", f"{plural}.json", compression)


def reference_endpoint(schema: Schema, member: str) -> str | None:
    """`/categoryCombos` for `categoryCombo`; None where the member refers to nothing that is served."""
    if member in (schema.plural, ""):  # an item of the list, and the object itself
        return f"/{schema.plural}"
    prop = schema.properties.get(member)
    target = find_schema(prop.target) if prop is not None and prop.target else None
    return f"/{target.plural}" if target is not None and target.wire.endpoint else None


def _answer(item: Any, report: Any, status: str = "ERROR") -> ApiResponse:
    if not report.is_ok:
        return conflict(IMPORT_FAILED.template, single_report(item), status=status)
    return ok(response=single_report(item))
