"""`GET /api/metadata`: every selected type, streamed, a chunk of objects in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, CONFLICT, ApiError
from dhis2api.objects.errors import TOO_MANY_MEMBERS, UNFILTERED_EXPORT, USER_EXPORT
from dhis2api.objects.params import MetadataExportParams
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, iterate_objects
from dhis2api.objects.registry import find_by_plural, metadata_schemas
from dhis2api.objects.schema import Schema
from dhis2api.objects.system_id import system_id
from dhis2api.version import DHIS2_VERSION, REVISION
from dhis2api.web.timestamps import format_timestamp
from sharing.access import Principal, can_read_type

SHARING_MEMBERS = "!user,!publicAccess,!userGroupAccesses,!userAccesses,!externalAccess,!sharing"
WHOLE_EXPORT = ("F_METADATA_EXPORT",)

Selections = Sequence[tuple[Schema, Selection]]  # in the order of the document
# What stands before the objects, and the objects by type, as the pieces of a document.
DocumentWriter = Callable[[Mapping[str, Any], Iterable[tuple[Schema, Iterable[dict[str, Any]]]]], Iterator[bytes]]


def select_types(params: MetadataExportParams, context: ReadingContext) -> Selections:
    """What to export; unselected, every type that the caller may read.

    Errors: 409 for an unselected export, or users that are asked for, without the authority. Either F_USER_VIEW or
        F_METADATA_EXPORT lets users out.
    """
    chosen = _chosen(params.types)
    principal = _exporter(context.principal)
    if chosen is None and not principal.has_any(WHOLE_EXPORT):
        raise ApiError(UNFILTERED_EXPORT)
    if chosen is None:
        schemas = [
            schema
            for schema in metadata_schemas()
            if can_read_type(schema.rules, principal) and not schema.wire.secondary
        ]
    else:
        schemas = chosen
    if any(s.singular == "user" and not can_read_type(s.rules, principal) for s in schemas):
        raise ApiError(USER_EXPORT)
    return [(schema, _selection(schema, params)) for schema in schemas]


def export_chunks(selections: Selections, context: ReadingContext, write: DocumentWriter) -> Iterator[bytes]:
    """The document, piece by piece, in the format of `write`; types without objects have no key.

    All plans are compiled before the first piece, so that a bad filter is still an error answer.
    Errors: 409 for fields and filters that cannot be read; E1003 (400) for nested fields that multiply too much, as
        far as the first objects of a type tell.
    """
    context = replace(context, principal=_exporter(context.principal))
    try:
        prepared = [(schema, iterate_objects(schema, selection, context)) for schema, selection in selections]
    except ApiError as error:
        if error.status != BAD_REQUEST.status or error.code is TOO_MANY_MEMBERS:
            raise
        # The one endpoint where DHIS2 answers a bad filter with 409 and no code.
        raise ApiError(CONFLICT, error.message, detail=error.detail) from error
    return write({"system": _system()}, _not_empty(prepared))


def _exporter(principal: Principal) -> Principal:
    """Who may export everything reads users there, too, as with F_USER_VIEW."""
    if not principal.has_any(WHOLE_EXPORT):
        return principal
    return replace(principal, authorities=principal.authorities | {"F_USER_VIEW"})


def _system() -> dict[str, str]:
    return {
        "id": system_id(), "rev": REVISION, "version": DHIS2_VERSION, "date": format_timestamp(timezone.now()),
    }  # fmt: skip


def _not_empty(
    prepared: Iterable[tuple[Schema, Iterator[dict[str, Any]]]],
) -> Iterator[tuple[Schema, Iterator[dict[str, Any]]]]:
    for schema, objects in prepared:
        first = next(objects, None)
        if first is not None:
            yield schema, chain([first], objects)


def _chosen(extras: Mapping[str, list[str]]) -> list[Schema] | None:
    """The types that the request names by `{type}=true` or by a parameter of their own; None: all."""
    found: dict[str, Schema] = {}
    for name, values in extras.items():
        plural, _, member = name.partition(":")
        schema = find_by_plural(plural)
        if schema is None or not schema.wire.metadata:
            continue
        if member in ("fields", "filter", "order") or any(value.lower() == "true" for value in values):
            found[plural] = schema
    return sorted(found.values(), key=lambda s: s.order) if found else None


def _selection(schema: Schema, params: MetadataExportParams) -> Selection:
    own = params.types
    fields = ",".join(own.get(f"{schema.plural}:fields") or params.fields) or ":owner"
    filters, order = own.get(f"{schema.plural}:filter"), own.get(f"{schema.plural}:order")
    inherits = filters is None and order is None
    return Selection(
        fields=f"{fields},{SHARING_MEMBERS}" if params.skip_sharing else fields,
        filters=filters or (params.filter if inherits else []),
        junction=params.root_junction,
        order=",".join(order or (params.order if inherits else [])),
        default_fields=":owner",
        restriction=schema.wire.exported,
    )
