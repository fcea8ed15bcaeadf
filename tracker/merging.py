"""Values of merged and split metadata pass on to those that stay.

Columns that point at metadata are found by the walk over the models; here is what they do not show: the data elements
in the documents of events, their files, and the keys of values that are unique within an org unit. An event keeps its
own times, and all events stay: what `DISCARD` drops are values of sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from files.removal import delete_files
from metadata.merging.data import Strategy, register_mover
from metadata.models import DataElement
from tracker.models import TrackerFile

# Of the values of an event that come to be of one data element the youngest stays; of the same age the target's own.
RENAME_VALUES = """
    UPDATE event stored SET data_values = (stored.data_values - %(gone)s::text[]) || (
        SELECT jsonb_build_object(%(heir)s, (array_agg(entry.value ORDER BY
            coalesce(entry.value->>'updatedAt', entry.value->>'createdAt')::timestamptz DESC NULLS LAST,
            entry.key = %(heir)s DESC, entry.key))[1])
        FROM jsonb_each(stored.data_values) AS entry WHERE entry.key = %(heir)s OR entry.key = ANY(%(gone)s)
    ) WHERE stored.data_values ?| %(gone)s
"""
DROP_VALUES = """
    UPDATE event SET data_values = data_values - %(gone)s::text[] WHERE data_values ?| %(gone)s
"""
# Files whose values are gone; the values have moved by then.
GIVE_UP = """
    DELETE FROM tracker_file owned WHERE owned.data_element_id = ANY(%(elements)s) AND NOT EXISTS (
        SELECT 1 FROM event JOIN files_fileresource file ON file.id = owned.file_id
        WHERE event.id = owned.event_id AND event.data_values->%(heir)s->>'value' = file.uid
    ) RETURNING owned.file_id
"""
MOVE_FILES = "UPDATE tracker_file SET data_element_id = %(target)s WHERE data_element_id = ANY(%(sources)s)"
# Of values that meet in an org unit one stays unique, the others only stay.
MOVE_KEYS = """
    WITH moving AS (
        SELECT stored.tracked_entity_id, stored.attribute_id,
               %(target)s || substr(stored.unique_key, strpos(stored.unique_key, ':')) AS unique_key,
               row_number() OVER (
                   PARTITION BY stored.attribute_id, substr(stored.unique_key, strpos(stored.unique_key, ':'))
                   ORDER BY stored.tracked_entity_id
               ) AS place
        FROM metadata_trackedentityattribute attribute
        JOIN tracked_entity_attribute_value stored ON stored.attribute_id = attribute.id
        WHERE attribute.orgunit_scope AND split_part(stored.unique_key, ':', 1) = ANY(%(sources)s)
    )
    UPDATE tracked_entity_attribute_value stored SET unique_key = CASE
        WHEN moving.place = 1 AND NOT EXISTS (
            SELECT 1 FROM tracked_entity_attribute_value other
            WHERE other.attribute_id = moving.attribute_id AND other.unique_key = moving.unique_key
        ) THEN moving.unique_key END
    FROM moving
    WHERE stored.tracked_entity_id = moving.tracked_entity_id AND stored.attribute_id = moving.attribute_id
"""


def register() -> None:
    """Have merges and splits of metadata take the data along."""
    register_mover(move, TrackerFile)


def move(singular: str, sources: Sequence[int], target: int, strategy: Strategy) -> None:
    """Give the data of the sources to the target, or drop its values. Queries: constant."""
    if singular == "dataElement":
        _move_elements(sources, target, strategy)
    elif singular == "organisationUnit":
        _run(MOVE_KEYS, target=str(target), sources=[str(key) for key in sources])


def _move_elements(sources: Sequence[int], target: int, strategy: Strategy) -> None:
    uids = dict(DataElement.objects.filter(pk__in=[*sources, target]).values_list("pk", "uid"))
    gone, heir = [uids[key] for key in sources], uids[target]
    _run(DROP_VALUES if strategy is Strategy.DISCARD else RENAME_VALUES, gone=gone, heir=heir)
    given_up = _run(GIVE_UP, elements=[*sources, target], heir=heir)
    _run(MOVE_FILES, sources=list(sources), target=target)
    delete_files([row[0] for row in given_up])


def _run(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
