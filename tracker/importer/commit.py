"""Commit: what is valid goes in, set-wise; tracked entities, enrollments, events, relationships."""

from __future__ import annotations

from tracker.authors import author_key
from tracker.importer.context import Context
from tracker.importer.report import Outcome
from tracker.importer.writing.attributes import write_attribute_values
from tracker.importer.writing.deletion import delete_objects
from tracker.importer.writing.enrollments import write_enrollments
from tracker.importer.writing.entities import touch_tracked_entities, write_tracked_entities
from tracker.importer.writing.events import write_events
from tracker.importer.writing.files import settle_files
from tracker.importer.writing.notes import write_notes
from tracker.importer.writing.relationships import write_relationships
from tracker.importer.writing.writer import Writer


def commit(context: Context) -> Outcome:
    """Write what is not ignored, and tell what became of it. Queries: constant, whatever the size of the bundle.

    Errors: IntegrityError where another import was faster with the same uid, unique value or relationship.
    """
    writer = Writer(context, author_key(context.user))
    if context.is_delete:
        delete_objects(writer)
    else:
        write_tracked_entities(writer)
        write_enrollments(writer)
        write_attribute_values(writer)
        write_events(writer)
        write_notes(writer)
        write_relationships(writer)
        settle_files(writer)
    touch_tracked_entities(writer)
    for type, items in context.bundle.items().items():
        writer.count(type, items)
    return Outcome(by_type=writer.outcome)
