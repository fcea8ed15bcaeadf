"""Lists that are not paged, as chunks of a document: made batch by batch from a server-side cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dhis2api.web.renderers import encode_json
from tracker.export import csv
from tracker.export.fields import Plan, everything
from tracker.export.identifiers import Identify
from tracker.export.listing import Listing
from tracker.export.objects import EVENTS, Kind, load_objects
from tracker.export.rendering.session import Session
from tracker.formats.csv import COLUMNS as EVENT_COLUMNS  # the import reads what is written here


@dataclass(frozen=True, slots=True)
class Export:
    """What is shown, and how: the list, the session of its answer, and what names metadata otherwise than by uid."""

    kind: Kind
    listing: Listing
    session: Session
    identify: Identify | None = None
    limit: int | None = None  # of a list that is not paged

    def objects(self, keys: list[int], plan: Plan) -> list[dict[str, Any]]:
        """The objects of these keys with all members that the plan shows, and more."""
        found = load_objects(self.kind, self.session, keys, plan)
        if self.identify is not None:
            self.identify(found)
        return found


def json_chunks(export: Export, key: str, plan: Plan) -> Iterator[bytes]:
    """`{"<key>":[…]}` with all objects of a list."""
    yield from json_document(export, {key: []}, export.listing.batches(export.limit), plan)


def json_document(export: Export, around: dict[str, Any], batches: Iterable[list[int]], plan: Plan) -> Iterator[bytes]:
    """What stands around the objects, whose last member is their empty list, with the objects in that list."""
    opening = encode_json(around).removesuffix(b"]}")
    for keys in batches:
        shown = plan.apply(export.objects(keys, plan))
        if shown:
            yield opening + encode_json(shown)[1:-1]
            opening = b","
    yield b"]}" if opening == b"," else opening + b"]}"


def csv_chunks(export: Export, *, with_header: bool) -> Iterator[bytes]:
    """Rows below the line of names, which comes with the first: what fails before them is still an error answer."""
    columns = EVENT_COLUMNS if export.kind is EVENTS else csv.ENTITY_COLUMNS
    plan = csv_plan(export.kind)
    names = csv.header(columns) if with_header else b""
    for keys in export.listing.batches(export.limit):
        # The names go with the first rows: what is wrong with those is still an answer of its own.
        yield names + csv_lines(export.kind, export.objects(keys, plan))
        names = b""
    if names:
        yield names


def csv_lines(kind: Kind, objects: list[dict[str, Any]]) -> bytes:
    """The rows of these objects."""
    if kind is EVENTS:
        return csv.lines(objects, EVENT_COLUMNS, csv.event_cells)
    return csv.lines(objects, csv.ENTITY_COLUMNS, csv.entity_cells)


def csv_plan(kind: Kind) -> Plan:
    """What CSV shows, whatever `fields` says."""
    unread = ("relationships", "enrollments", "programOwners", "notes")
    whole = everything(kind.shape)
    return Plan(whole.names.difference(unread), {}, {}, False)
