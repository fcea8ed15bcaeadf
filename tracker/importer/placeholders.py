"""The enrollments that hold the events of event programs: one a program, made when its first event comes."""

from __future__ import annotations

from dhis2api.objects.uids import generate_uids
from tracker.importer.context import Context
from tracker.importer.known import StoredEnrollment
from tracker.importer.preheat_names import Names, texts
from tracker.importer.preheat_objects import execute, rows
from tracker.params import ImportMode

FIND = """
    SELECT id, uid, program_id FROM enrollment
    WHERE tracked_entity_id IS NULL AND (program_id = ANY(%(programs)s) OR uid = ANY(%(uids)s))
"""
# Somebody else's first event of the program may come at the same time: then his is waited for, and found.
MAKE = """
    INSERT INTO enrollment (uid, program_id, status, enrolled_at, created_at, updated_at, follow_up, deleted)
    SELECT uid, program, 'ACTIVE', %(now)s, %(now)s, %(now)s, false, false
    FROM unnest(%(uids)s::text[], %(programs)s::bigint[]) AS made (uid, program)
    ON CONFLICT (program_id) WHERE tracked_entity_id IS NULL DO NOTHING
"""


def load_placeholders(context: Context, names: Names) -> None:
    """Find them for the payload's event programs, and make those that are missing, if events are to go there."""
    known = context.known
    programs = {key for key, program in known.programs_by_pk.items() if not program.has_registration}
    # events name them, too: what an export answered
    uids = texts(item.enrollment for item in context.bundle.events if item.enrollment not in known.enrollments)
    uids |= texts(item.uid for item in context.bundle.enrollments if item.record.enrollment) - known.enrollments.keys()
    if not programs and not uids:
        return
    _find(context, programs, uids)
    missing = sorted(
        key for key in _programs_of_events(context, names) & programs if known.programs_by_pk[key].placeholder is None
    )
    if missing and context.params.import_mode is ImportMode.COMMIT:
        execute(MAKE, now=context.now, uids=generate_uids(len(missing)), programs=missing)
        _find(context, set(missing), set())


def _find(context: Context, programs: set[int], uids: set[str]) -> None:
    known = context.known
    for pk, uid, key in rows(FIND, programs=programs, uids=uids):
        program = known.programs_by_pk.get(key)
        if program is not None:
            program.placeholder, program.placeholder_uid = pk, uid
        known.enrollments.setdefault(
            uid, StoredEnrollment(pk, uid, None, None, key, None, None, "ACTIVE", None, None, False)
        )


def _programs_of_events(context: Context, names: Names) -> set[int]:
    known = context.known
    found = set()
    for program, stage in names.of_events:
        named = known.programs.get(program or "")
        by_stage = known.stages.get(stage or "")
        if named is not None:
            found.add(named.pk)
        elif not program and by_stage is not None and by_stage.program:
            found.add(by_stage.program)
    return found
