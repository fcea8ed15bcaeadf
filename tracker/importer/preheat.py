"""Second stage: what checks need to know is loaded, set by set, and what must not change meanwhile is locked.

Locks are always taken in the same order: tracked entities, enrollments, events, relationships, each by key, then
metadata. Imports that meet wait for each other instead of failing.
"""

from __future__ import annotations

from tracker.importer.context import Context
from tracker.importer.placeholders import load_placeholders
from tracker.importer.preheat_combos import load_option_combos
from tracker.importer.preheat_fields import load_attributes, load_data_elements, mark_searchable
from tracker.importer.preheat_metadata import (
    hold_metadata,
    load_org_units,
    load_programs,
    load_relationship_types,
    load_rules,
    load_stages,
    load_types,
    load_users,
)
from tracker.importer.preheat_names import names_of, uids_of
from tracker.importer.preheat_objects import load_notes, lock_objects
from tracker.importer.preheat_state import load_family, load_owners, load_relationship_keys, load_values
from tracker.importer.preheat_values import load_targets


def preheat(context: Context) -> None:
    """Fill `context.known`. The number of queries depends on what kinds of things are named, never on how many."""
    names, uids = names_of(context), uids_of(context.bundle)
    lock_objects(context, uids)
    load_org_units(context, names)
    load_stages(context, names)
    load_programs(context, names)
    load_rules(context)
    load_relationship_types(context, names)
    load_types(context, names)
    load_attributes(context, names)
    load_data_elements(context, names)
    load_option_combos(context, names)
    load_users(context, names)
    hold_metadata(context)
    mark_searchable(context)
    load_placeholders(context, names)
    load_values(context)
    load_owners(context)
    load_family(context)
    load_relationship_keys(context)
    load_notes(context)
    load_targets(context)
