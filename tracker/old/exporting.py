"""Tracked entities of today as tracked entity instances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dhis2api.web.renderers import encode_json
from tracker.access.reader import reader_of
from tracker.access.reading import get_readable_entity
from tracker.export.documents import Export
from tracker.export.entities import list_entities, most_entities
from tracker.export.fields import Plan
from tracker.export.objects import ENTITIES, load_objects
from tracker.export.params import EntityParams
from tracker.export.rendering.session import Session, Style
from tracker.old.names import ENTITY, to_old, words_to_new

STYLE = Style(option_separator=";", reads_geometry=True)
# Enrollments were left out unless they were named.
DEFAULT_FIELDS = ["*,!relationships,!enrollments"]


class Instances:
    """A list of tracked entity instances."""

    def __init__(self, params: EntityParams, user: Any) -> None:
        limit = most_entities(params)
        reader = reader_of(user)
        named = replace(params, order=[words_to_new(text) for text in params.order])
        listing, program = list_entities(reader, named)
        self._params = params
        session = Session(reader, STYLE, params.include_deleted, program)
        self._export = Export(ENTITIES, listing, session, limit=limit)
        self._plan = _plan(params.fields)

    def page(self) -> dict[str, Any]:
        """A page; a pager only where all objects are counted."""
        params, listing = self._params, self._export.listing
        keys, _ = listing.page(params.page_number, params.size)
        shown = {"trackedEntityInstances": self._shown(keys)}
        if not params.total_pages:
            return shown
        total = listing.count()
        pages = max(1, -(-total // params.size))
        head = {"page": params.page_number, "pageCount": pages, "total": total, "pageSize": params.size}
        return {"pager": head} | shown

    def chunks(self) -> Iterator[bytes]:
        """All of them, as a document."""
        opening = b'{"trackedEntityInstances":['
        for keys in self._export.listing.batches(self._export.limit):
            yield opening + encode_json(self._shown(keys))[1:-1]
            opening = b","
        yield opening + b"]}" if opening != b"," else b"]}"

    def _shown(self, keys: list[int]) -> list[dict[str, Any]]:
        return to_old(self._plan.apply(self._export.objects(keys, self._plan)), ENTITY)


def find_instance(uid: str, program: str | None, fields: list[str], user: Any) -> dict[str, Any]:
    """One tracked entity instance. Errors: 404 and 403 of reading it."""
    reader = reader_of(user)
    key = get_readable_entity(reader, uid, program)
    session = Session(reader, STYLE, program=None if program is None else reader.find_program(program))
    plan = _plan(fields)
    (found,) = load_objects(ENTITIES, session, [key], plan)
    return to_old(plan.apply(found), ENTITY)


def _plan(fields: list[str]) -> Plan:
    return ENTITIES.plan([words_to_new(text) for text in fields] or DEFAULT_FIELDS)
