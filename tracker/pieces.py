"""Parts of attribute values: what `like` looks for by an index, without an extension of PostgreSQL.

A value that is searched by keeps its pieces of three letters, as numbers that also tell the attribute. A text that
is part of the value has pieces that are all among them; the few other values that have them, too, are passed over by a
look at the text. Values of attributes that no program or type searches by have none, nor have encrypted ones.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from functools import lru_cache, partial
from typing import Any
from zlib import crc32

from django.db import connection, transaction

from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, ImportObject
from metadata.models import ProgramTrackedEntityAttribute, TrackedEntityTypeAttribute

LENGTH = 3
KEY = "tracked_entity_attribute_id"
REMEMBERED = "attributes that were searched by"
BATCH = 20_000  # values at a time
# Imports hold the attributes of what they write. One that began before an attribute was searched by is waited for, and
# its values are there in the next statement; one that begins after this waits, and sees then that it is searched by.
WAIT_FOR_IMPORTS = "SELECT FROM metadata_trackedentityattribute WHERE id = ANY(%(keys)s) ORDER BY id FOR UPDATE"
WITHOUT_PIECES = """
    SELECT tracked_entity_id, attribute_id, value FROM tracked_entity_attribute_value
    WHERE attribute_id = ANY(%(keys)s) AND pieces IS NULL LIMIT %(most)s FOR UPDATE
"""
STAGED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_pieces (tracked_entity_id bigint, attribute_id bigint, pieces integer[])
    ON COMMIT DELETE ROWS;
    DELETE FROM staged_pieces;
"""
FILL = """
    UPDATE tracked_entity_attribute_value stored SET pieces = staged.pieces FROM staged_pieces staged
    WHERE stored.tracked_entity_id = staged.tracked_entity_id AND stored.attribute_id = staged.attribute_id
"""


def pieces_of(attribute: int, text: str) -> list[int]:
    """The pieces of a value, or of a text that is looked for. `attribute` is a key."""
    letters = text.casefold()  # letter by letter, so that a part of a text stays a part of it
    if len(letters) <= LENGTH:
        return [_number(attribute, letters)]
    return list({_number(attribute, letters[place : place + LENGTH]) for place in range(len(letters) - LENGTH + 1)})


def as_array(pieces: Collection[int]) -> str:
    """Pieces as PostgreSQL reads them."""
    return "{" + ",".join(map(str, pieces)) + "}"


def searched_attributes() -> set[int]:
    """The keys of the attributes that any program or type searches by."""
    of_types = TrackedEntityTypeAttribute.objects.filter(searchable=True).order_by().values_list(KEY, flat=True)
    of_programs = ProgramTrackedEntityAttribute.objects.filter(searchable=True).order_by().values_list(KEY, flat=True)
    return set(of_types.union(of_programs))


def register() -> None:
    """Have values of attributes that are searched by from now on indexed."""
    for type, model, owner in (
        ("program", ProgramTrackedEntityAttribute, "program"),
        ("trackedEntityType", TrackedEntityTypeAttribute, "tracked_entity_type"),
    ):
        hooks_of(type).before_write.append(_remember_searched)
        hooks_of(type).after_write.append(partial(_index_searched, model, owner))


def _remember_searched(bundle: Bundle, objects: list[ImportObject]) -> None:
    if objects and REMEMBERED not in bundle.remembered:
        bundle.remembered[REMEMBERED] = searched_attributes()


def _index_searched(model: Any, owner: str, bundle: Bundle, objects: list[ImportObject]) -> None:
    rows = model.objects.filter(
        **{f"{owner}__in": [item.pk for item in objects]}, searchable=True, tracked_entity_attribute__confidential=False
    )
    searched = set(rows.values_list(KEY, flat=True))
    new = searched - bundle.remembered.get(REMEMBERED, set())
    if new:
        with connection.cursor() as cursor:
            cursor.execute(WAIT_FOR_IMPORTS, {"keys": list(new)})
    index_values(searched)


def index_values(attributes: Collection[int]) -> None:
    """Give the stored values of attributes (keys) their pieces, where they have none yet."""
    if not attributes:
        return
    with transaction.atomic(), connection.cursor() as cursor:  # what is staged goes with the transaction
        while True:
            cursor.execute(WITHOUT_PIECES, {"keys": list(attributes), "most": BATCH})
            rows = cursor.fetchall()
            if not rows:
                return
            lines = (f"{entity}\t{key}\t{as_array(pieces_of(key, value))}" for entity, key, value in rows)
            cursor.execute(STAGED)
            cursor.copy_expert("COPY staged_pieces FROM STDIN", io.StringIO("\n".join(lines)))
            cursor.execute(FILL)


@lru_cache(maxsize=100_000)
def _number(attribute: int, letters: str) -> int:
    return crc32(f"{attribute}:{letters}".encode()) - 2**31
