"""`/api/tracker/{trackedEntities,enrollments,events,relationships}`, and the same below `/api`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from dhis2api.web.negotiation import CSV, JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, stream
from dhis2api.web.views import ApiRequest, ApiView
from tracker.access.reader import reader_of
from tracker.access.reading import (
    get_readable_enrollment,
    get_readable_entity,
    get_readable_event,
    get_readable_program,
    get_readable_relationship,
)
from tracker.export.base_params import ListParams, require_path_uid, require_uid
from tracker.export.csv import ENTITY_COLUMNS, header
from tracker.export.documents import Export, csv_chunks, csv_lines, csv_plan, json_chunks, json_document
from tracker.export.enrollments import list_enrollments
from tracker.export.entities import list_entities, most_entities
from tracker.export.envelopes import Page, envelope, list_key
from tracker.export.events import list_events
from tracker.export.identifiers import ENTITY_REFERENCES, EVENT_REFERENCES, identifier
from tracker.export.listing import BATCH
from tracker.export.objects import ENROLLMENTS, ENTITIES, EVENTS, RELATIONSHIPS, load_objects
from tracker.export.params import (
    EnrollmentParams,
    EntityParams,
    EventParams,
    OneEntityParams,
    OneEventParams,
    OneParams,
    RelationshipParams,
)
from tracker.export.relationships import list_relationships
from tracker.export.rendering.session import Session, style_of

APPLICATION_CSV = "application/csv"  # an `Accept` of its own, because `application/csv+gzip` is one, too
CSV_TYPES = (CSV, APPLICATION_CSV)
JSON_CONTENT = "application/json; charset=UTF-8"
CSV_CONTENT = "application/csv; charset=UTF-8"


class EntitiesView(ApiView):
    """Tracked entities."""

    renders = (JSON, *CSV_TYPES)

    @declares(EntityParams)
    def get(self, request: ApiRequest, params: EntityParams) -> HttpResponseBase:
        """A page of tracked entities, or all as CSV."""
        limit = most_entities(params)
        reader = reader_of(request.user)
        style = style_of(request.version)
        identify = identifier(ENTITY_REFERENCES, params, style.option_separator)
        listing, program = list_entities(reader, params)
        session = Session(reader, style, params.include_deleted, program)
        return answer(request, params, Export(ENTITIES, listing, session, identify, limit))


class EntityView(ApiView):
    """One tracked entity."""

    renders = (JSON, *CSV_TYPES)

    @declares(OneEntityParams)
    def get(self, request: ApiRequest, params: OneEntityParams, uid: str) -> HttpResponseBase:
        """A tracked entity, as enrolled in `program` if one is named."""
        require_path_uid(uid)
        if params.program:
            require_uid(params.program, "program")
        reader = reader_of(request.user)
        key = get_readable_entity(reader, uid, params.program or None, tells_owned=request.version <= 41)
        program = get_readable_program(reader, params.program) if params.program else None
        session = Session(reader, style_of(request.version), program=program)
        identify = identifier(ENTITY_REFERENCES, params, session.style.option_separator)
        if request.accepted_media_type in CSV_TYPES:
            session.style = replace(session.style, is_csv=True)
            shown = one_object(ENTITIES, session, key, csv_plan(ENTITIES), identify)
            names = b"" if params.skip_header else header(ENTITY_COLUMNS)
            return attachment([names + csv_lines(ENTITIES, [shown])], CSV_CONTENT, "trackedEntity.csv", None)
        return answer_one(ENTITIES, session, key, params, identify)


class EnrollmentsView(ApiView):
    """Enrollments."""

    renders = (JSON,)

    @declares(EnrollmentParams)
    def get(self, request: ApiRequest, params: EnrollmentParams) -> HttpResponseBase:
        """A page of enrollments."""
        reader = reader_of(request.user)
        session = Session(reader, style_of(request.version), params.include_deleted)
        return answer(request, params, Export(ENROLLMENTS, list_enrollments(reader, params), session))


class EnrollmentView(ApiView):
    """One enrollment."""

    renders = (JSON,)

    @declares(OneParams)
    def get(self, request: ApiRequest, params: OneParams, uid: str) -> HttpResponseBase:
        """An enrollment."""
        require_path_uid(uid)
        reader = reader_of(request.user)
        key = get_readable_enrollment(reader, uid)
        return answer_one(ENROLLMENTS, Session(reader, style_of(request.version)), key, params)


class EventsView(ApiView):
    """Events."""

    renders = (JSON, *CSV_TYPES)

    @declares(EventParams)
    def get(self, request: ApiRequest, params: EventParams) -> HttpResponseBase:
        """A page of events, or all as CSV or as a compressed file."""
        reader = reader_of(request.user)
        session = Session(reader, style_of(request.version), params.include_deleted)
        identify = identifier(EVENT_REFERENCES, params, session.style.option_separator)
        return answer(request, params, Export(EVENTS, list_events(reader, params), session, identify))


class EventView(ApiView):
    """One event."""

    renders = (JSON,)

    @declares(OneEventParams)
    def get(self, request: ApiRequest, params: OneEventParams, uid: str) -> HttpResponseBase:
        """An event."""
        require_path_uid(uid)
        reader = reader_of(request.user)
        key = get_readable_event(reader, uid)
        session = Session(reader, style_of(request.version), checks_elements=not reader.viewer.is_superuser)
        identify = identifier(EVENT_REFERENCES, params, session.style.option_separator)
        return answer_one(EVENTS, session, key, params, identify)


class RelationshipsView(ApiView):
    """Relationships."""

    renders = (JSON,)

    @declares(RelationshipParams)
    def get(self, request: ApiRequest, params: RelationshipParams) -> HttpResponseBase:
        """A page of the relationships of one object."""
        reader = reader_of(request.user)
        session = Session(reader, style_of(request.version), params.include_deleted)
        return answer(request, params, Export(RELATIONSHIPS, list_relationships(reader, params), session))


class RelationshipView(ApiView):
    """One relationship."""

    renders = (JSON,)

    @declares(OneParams)
    def get(self, request: ApiRequest, params: OneParams, uid: str) -> HttpResponseBase:
        """A relationship."""
        require_path_uid(uid)
        reader = reader_of(request.user)
        key = get_readable_relationship(reader, uid)
        return answer_one(RELATIONSHIPS, Session(reader, style_of(request.version)), key, params)


def answer(request: ApiRequest, params: ListParams, export: Export) -> HttpResponseBase:
    """A page; or everything, streamed, where no page is asked for: CSV, compressed JSON, `paging=false`."""
    compression = getattr(request._request, "compression", None)
    plural = export.kind.plural
    if request.accepted_media_type in CSV_TYPES:
        export.session.style = replace(export.session.style, is_csv=True, is_flat=False)
        chunks = csv_chunks(export, with_header=not params.skip_header)
        content_type = f"application/csv+{compression}" if compression else CSV_CONTENT
        return attachment(chunks, content_type, f"{plural}.csv", compression, is_binary=export.kind is ENTITIES)
    plan = export.kind.plan(params.fields)
    if compression:
        chunks = json_chunks(export, plural, plan)
        return attachment(chunks, f"application/json+{compression}", f"{plural}.json", compression)
    if not params.is_paged:
        return stream(json_chunks(export, list_key(request.version, plural), plan), JSON_CONTENT)
    keys, has_next = export.listing.page(params.page_number, params.size)
    total = export.listing.count() if params.total_pages else None
    page = Page(params.page_number, params.size, has_next, total)
    if len(keys) > BATCH:  # a page may be as large as the client likes
        batches = (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
        return stream(json_document(export, envelope(request, plural, [], page), batches, plan), JSON_CONTENT)
    return ApiResponse(envelope(request, plural, plan.apply(export.objects(keys, plan)), page))


def answer_one(kind: Any, session: Session, key: int, params: OneParams, identify: Any = None) -> ApiResponse:
    """One object with the members that `fields` names."""
    plan = kind.plan(params.fields)
    return ApiResponse(plan.apply(one_object(kind, session, key, plan, identify)))


def one_object(kind: Any, session: Session, key: int, plan: Any, identify: Any) -> dict[str, Any]:
    """One object by its key."""
    objects = load_objects(kind, session, [key], plan)
    if identify is not None:
        identify(objects)
    return objects[0]


def attachment(
    chunks: Any, content_type: str, filename: str, compression: str | None, *, is_binary: bool = False
) -> StreamingHttpResponse:
    """A file; plain CSV does not say that it is binary, but that of a list of tracked entities does, as in DHIS2."""
    response = stream(chunks, content_type, filename, compression)
    if compression is None and not is_binary:
        del response["Content-Transfer-Encoding"]
    return response
