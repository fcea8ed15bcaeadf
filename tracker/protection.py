"""What individual data forbids: deleting the metadata that it is kept by; what it lets go with metadata.

The tables have no foreign keys to metadata. An import holds a share lock on every row that it refers to until it
commits, a deletion locks its rows before it looks here. Objects that are deleted hold their metadata, too, until they
are removed for good: they are still shown to synchronisation.

Source: DHIS2 2.42, metadata model, deletion vetoes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.writers import record_writer
from metadata.models import DataElement
from metadata.option_combos import register_holder
from tracker.models import Enrollment, Event, ProgramOwner, ProgramOwnerHistory, TemporaryOwner

# Which of these keys appear in a column.
HELD = """
    SELECT wanted.pk FROM unnest(%(keys)s) AS wanted(pk)
    WHERE EXISTS (SELECT 1 FROM {table} held WHERE held.{column} = wanted.pk {more})
"""
# The enrollment of an event program holds nothing: it goes with the program.
IS_SOMEBODY_S = "AND held.tracked_entity_id IS NOT NULL"
# Data elements, by their uids, with values in events: one scan of the events of stages that collect tracker data.
WITH_VALUES = """
    SELECT element.id FROM metadata_dataelement element
    WHERE element.id = ANY(%(keys)s) AND EXISTS (SELECT 1 FROM event WHERE event.data_values ? element.uid)
"""
# Programs that a relationship's type names as the frame of one of its sides; such a type goes with its program.
FRAMED = """
    SELECT DISTINCT side.program_id FROM metadata_relationshipconstraint side
    WHERE side.program_id = ANY(%(keys)s)
      AND EXISTS (SELECT 1 FROM relationship WHERE relationship_type_id = side.relationship_type_id)
"""

# type → what may hold it: table, column, hint, more conditions
HOLDERS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "trackedEntityType": (("tracked_entity", "tracked_entity_type_id", "TrackedEntity", ""),),
    "trackedEntityAttribute": (
        ("tracked_entity_attribute_value", "attribute_id", "TrackedEntityAttributeValue", ""),
    ),
    "program": (
        ("event", "program_id", "Event", ""),
        ("enrollment", "program_id", "Enrollment", IS_SOMEBODY_S),
    ),
    "programStage": (("event", "program_stage_id", "Event", ""),),
    "organisationUnit": (
        ("tracked_entity", "organisation_unit_id", "TrackedEntity", ""),
        ("enrollment", "organisation_unit_id", "Enrollment", ""),
        ("event", "organisation_unit_id", "Event", ""),
        ("program_owner", "organisation_unit_id", "ProgramOwner", ""),
    ),
    "relationshipType": (("relationship", "relationship_type_id", "Relationship", ""),),
}  # fmt: skip


def register() -> None:
    """Hang the vetoes into the import of metadata, and what goes along with deletions."""
    for singular, holders in HOLDERS.items():
        for table, column, hint, more in holders:
            hooks_of(singular).vetoes.append(_veto(table, column, hint, more))
    hooks_of("dataElement").vetoes.append(element_has_values)
    hooks_of("program").vetoes.append(program_frames_relationships)
    hooks_of("program").before_delete.append(forget_program)
    hooks_of("organisationUnit").before_delete.append(forget_past_owners)
    hooks_of("user").before_delete.append(take_off_assignments)
    register_holder(option_combos_of_events, "Event")


def element_has_values(keys: Sequence[int]) -> dict[int, str]:
    """A data element for individual data stays while events have values of it."""
    tracked = list(DataElement.objects.filter(pk__in=keys, domain_type="TRACKER").values_list("pk", flat=True))
    return dict.fromkeys(_select(WITH_VALUES, tracked), "Event")


def program_frames_relationships(keys: Sequence[int]) -> dict[int, str]:
    """A program stays while there are relationships of a type that names it."""
    return dict.fromkeys(_select(FRAMED, keys), "Relationship")


def option_combos_of_events(keys: Sequence[int]) -> set[int]:
    """The attribute option combos of events."""
    return _held("event", "attribute_option_combo_id", "", keys)


def forget_program(keys: Sequence[int]) -> None:
    """Owners in a program go with it, and the enrollment that holds the events of an event program together."""
    for model in (ProgramOwner, ProgramOwnerHistory, TemporaryOwner):
        model.objects.filter(program_id__in=keys).delete()
    Enrollment.objects.filter(program_id__in=keys, tracked_entity=None).delete()


def forget_past_owners(keys: Sequence[int]) -> None:
    """That an org unit owned something once says nothing without the org unit."""
    ProgramOwnerHistory.objects.filter(organisation_unit_id__in=keys).delete()


def take_off_assignments(keys: Sequence[int]) -> None:
    """Events that were assigned to a user are nobody's without him; who pulls what changed sees it."""
    now = timezone.now()
    if Event.objects.filter(assigned_user_id__in=keys).update(assigned_user=None, updated_at=now):
        record_writer(now)


def _veto(table: str, column: str, hint: str, more: str) -> Callable[[Sequence[int]], dict[int, str]]:
    return lambda keys: dict.fromkeys(_held(table, column, more, keys), hint)


def _held(table: str, column: str, more: str, keys: Sequence[int]) -> set[int]:
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column), "more": sql.SQL(more)}
    return _select(sql.SQL(HELD).format(**names), keys)


def _select(statement: str | sql.Composed, keys: Sequence[int]) -> set[int]:
    if not keys:
        return set()
    with connection.cursor() as cursor:
        text = statement if isinstance(statement, str) else statement.as_string(cursor.connection)
        cursor.execute(text, {"keys": list(keys)})
        return {row[0] for row in cursor.fetchall()}
