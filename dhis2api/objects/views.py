"""`/api/{plural}` and `/api/{plural}/{uid}` for every registered type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace as with_changes
from functools import wraps
from typing import Any, ClassVar, TypeVar
from urllib.parse import unquote_plus

from django.db.models import Q

from dhis2api.errors import CONFLICT, E1005, ApiError
from dhis2api.objects import crud
from dhis2api.objects.any_object import get_any_object
from dhis2api.objects.errors import IMPORT_FAILED, INVALID_QUERY
from dhis2api.objects.formats.bodies import read_object_body
from dhis2api.objects.formats.lists import Writing, csv_writing, json_writing, xml_writing
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.params import Defaults, DeleteParams, ListParams, ObjectParams
from dhis2api.objects.query.fields import with_presets_of_36
from dhis2api.objects.reading.budget import MAX_TREE_MEMBERS
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, get_object, list_objects
from dhis2api.objects.reading.snapshots import one_snapshot
from dhis2api.objects.registry import find_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.writers import await_closing
from dhis2api.objects.xml import object_document
from dhis2api.web.base_url import api_base
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import conflict, created, ok
from dhis2api.web.negotiation import CSV, HTML, JSON, XML
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, HttpResponse, StreamingHttpResponse, no_content, stream
from dhis2api.web.views import ApiRequest, ApiView

T = TypeVar("T")
LAST_OLD_VERSION = 36  # it knew no JSON Patch and answered changes without a body
JSON_PATCH = "application/json-patch+json"
LIST_FORMATS = (JSON, XML, CSV)
OBJECT_BODIES = (JSON, "application/*+json", XML)
PULLED_BY = "lastUpdated"  # in a filter of who asks what changed since his last pull
_IDENTIFIER = re.compile(r"[a-zA-Z0-9]{11}")


def reading_context(request: ApiRequest, params: Any = None) -> ReadingContext:
    """Who reads, in which language. `locale` counts with `translate=true`; otherwise the user's own setting."""
    locale = request.user.settings.get("keyDbLocale")
    if params is not None and params.translate and params.locale:
        locale = params.locale
    excludes = params is not None and params.defaults is Defaults.EXCLUDE
    limit = MAX_TREE_MEMBERS if request.accepted_media_type in (XML, HTML) else None
    return ReadingContext(request.user.principal, api_base(request._request), locale, limit, excludes)


def in_one_snapshot(method: Callable[..., T]) -> Callable[..., T]:
    """Have a view method read one state of the database, however many statements it takes."""

    @wraps(method)
    def read(view: ApiView, request: ApiRequest, *args: Any, **kwargs: Any) -> T:
        if PULLED_BY in unquote_plus(request.META.get("QUERY_STRING", "")):
            await_closing()
        with one_snapshot():
            return method(view, request, *args, **kwargs)

    return read


class ObjectsView(ApiView):
    """All objects of one type: a page of them, and a new one."""

    object_schema: ClassVar[Schema] = None  # set by the route
    name: ClassVar[str | None] = None  # title of the page, set by the route
    renders = LIST_FORMATS
    consumes = {"post": OBJECT_BODIES}
    is_browsable = True

    @in_one_snapshot
    @declares(ListParams)
    def get(self, request: ApiRequest, params: ListParams) -> ApiResponse | StreamingHttpResponse:
        """A page of the objects that the caller may read."""
        return list_answer(request, self.object_schema, params)

    @declares(MetadataImportParams)
    def post(self, request: ApiRequest, params: MetadataImportParams) -> ApiResponse:
        """Create one object."""
        return self.create(request, read_object_body(request, self.object_schema), params)

    def create(self, request: ApiRequest, body: Any, params: MetadataImportParams) -> ApiResponse:
        """The answer to a body that was read."""
        item, report = crud.create_object(self.object_schema, body, params=params, user=request.user)
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
    consumes = {"put": OBJECT_BODIES, "patch": (JSON_PATCH, JSON)}

    @in_one_snapshot
    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str) -> ApiResponse:
        """The object, with all its members unless `fields` says otherwise."""
        return self.show(request, params, uid)

    def show(self, request: ApiRequest, params: ObjectParams | ListParams, uid: str) -> ApiResponse:
        """The answer with one object."""
        check_identifier(self.object_schema, uid)
        data = get_object(self.object_schema, uid, fields_text(request, params), reading_context(request, params))
        return ApiResponse(data, xml=lambda: object_document(self.object_schema, data))

    @declares(MetadataImportParams)
    def put(self, request: ApiRequest, params: MetadataImportParams, uid: str) -> ApiResponse:
        """Replace the object."""
        check_identifier(self.object_schema, uid)
        schema = self.object_schema
        body = read_object_body(request, schema)
        item, report = crud.replace_object(schema, uid, body, params=params, user=request.user)
        if not schema.wire.put_answers_import_report:
            return _answer(item, report)
        return ok(response=report) if report.is_ok else conflict(IMPORT_FAILED.template, report, status="WARNING")

    @declares(MetadataImportParams)
    def patch(self, request: ApiRequest, params: MetadataImportParams, uid: str) -> ApiResponse | HttpResponse:
        """Change the object by JSON Patch, or by the JSON object of its changed members as up to 2.36."""
        check_identifier(self.object_schema, uid)
        body = read_json(request)
        is_merge = isinstance(body, dict) and not request.content_type.lower().startswith(JSON_PATCH)
        change = crud.merge_object if is_merge else crud.patch_object
        answer = _answer(*change(self.object_schema, uid, body, params=params, user=request.user))
        return no_content() if request.version <= LAST_OLD_VERSION and answer.status_code == 200 else answer

    @declares(DeleteParams)
    def delete(self, request: ApiRequest, params: DeleteParams, uid: str) -> ApiResponse:
        """Delete the object; what refers to it may stand in the way (E4030)."""
        check_identifier(self.object_schema, uid)
        return _answer(
            *crud.delete_object(self.object_schema, uid, user=request.user, force=params.force), status="WARNING"
        )

    def reference_endpoint(self, member: str) -> str | None:
        """Where the objects of a member are served, for links in browsers."""
        return reference_endpoint(self.object_schema, member)


def check_identifier(schema: Schema, uid: str) -> None:
    """Errors: 404 for what cannot be an object's id."""
    if not _IDENTIFIER.fullmatch(uid):
        raise ApiError(E1005, schema.simple_klass, uid)


class AnyObjectView(ApiView):
    """`/api/identifiableObjects/{uid}`: an object of whatever type."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str) -> ApiResponse:
        """The object, with all its members unless `fields` says otherwise."""
        schema, data = get_any_object(uid, fields_text(request, params), reading_context(request, params))
        return ApiResponse(data, xml=lambda: object_document(schema, data))


def fields_text(request: ApiRequest, params: ObjectParams | ListParams) -> str:
    """The `fields` of a request in today's words."""
    return params.fields_text if request.version > LAST_OLD_VERSION else with_presets_of_36(params.fields_text)


def as_in_version(request: ApiRequest, error: ApiError) -> ApiError:
    """A query that cannot be read was a conflict up to version 36."""
    if error.code is not INVALID_QUERY or request.version > LAST_OLD_VERSION:
        return error
    return ApiError(CONFLICT, error.message, detail=error.detail)


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
    request: ApiRequest, schema: Schema, params: ListParams, restriction: Q | None = None,
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> ApiResponse | StreamingHttpResponse:  # fmt: skip
    """The page of a list that `params` ask for; `restriction` is what the address itself demands.

    `complete` adds to each object what no column holds.
    """
    media_type = request.accepted_media_type
    writing = _writing(media_type, schema, with_changes(params, fields=[fields_text(request, params)]))
    selection = Selection(
        writing.fields, params.filter, params.root_junction, params.query, params.order_text,
        restriction=restriction or Q(),
    )  # fmt: skip
    limit = params.page_size if params.is_paged else None
    context = reading_context(request, params)
    try:
        page = list_objects(schema, selection, context, offset=params.offset, limit=limit, streams=media_type != HTML)
    except ApiError as error:
        raise as_in_version(request, error) from error
    head: dict[str, Any] = {"pager": pager(request, params, page.total)} if params.is_paged else {}
    objects = page.objects if complete is None else map(complete, page.objects)
    if page.is_streamed:
        return _streamed(request, writing, head, objects)
    objects = list(objects)
    if media_type == CSV:
        return ApiResponse(b"".join(writing.chunks(head, objects)))
    return ApiResponse(head | {schema.plural: objects}, xml=lambda: b"".join(writing.chunks(head, objects)))


def _writing(media_type: str, schema: Schema, params: ListParams) -> Writing:
    if media_type == CSV:
        return csv_writing(schema, params)
    return (xml_writing if media_type == XML else json_writing)(schema, params)


def _streamed(
    request: ApiRequest, writing: Writing, head: dict[str, Any], objects: Iterable[dict[str, Any]]
) -> StreamingHttpResponse:
    """A long list, compressed as a file where the address asks for one."""
    compression = getattr(request, "compression", None)
    media_type = request.accepted_media_type
    chunks = writing.chunks(head, objects)
    if compression is None:
        return stream(chunks, media_type if media_type == JSON else f"{media_type}; charset=UTF-8")
    filename = f"{request._request.path_info.rpartition('/')[2]}.{media_type.rpartition('/')[2]}"
    return stream(chunks, f"{media_type}+{compression}", filename, compression)


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
