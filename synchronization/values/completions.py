"""The push of completeness registrations: those that changed in one request, those that were deleted in another.

Source: DHIS2 2.42, synchronization, complete data set registrations. DHIS2 does not push deletions; this server does.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import orjson

from scheduling.job_runs import JobRun
from scheduling.notifications import execute_here
from scheduling.progress import JobRefused
from synchronization.moments import COMPLETIONS, database_now, last_success, note_success, reads_from
from synchronization.remote import Remote
from synchronization.summaries import Summary, push_page

PATH = "/api/completeDataSetRegistrations"
SIZE = 10_000  # registrations in one request
NAMES = """
    JOIN metadata_dataset data_set ON data_set.id = stored.data_set_id
    JOIN metadata_period period ON period.id = stored.period_id
    JOIN metadata_organisationunit unit ON unit.id = stored.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = stored.attribute_option_combo_id
"""
CHANGED = f"""
    -- registrations behind a key that changed, those that say "not complete" too
    SELECT stored.id, period.iso, data_set.uid, unit.uid, combo.uid, stored.date, stored.stored_by,
        stored.last_updated_by, stored.completed
    FROM datavalues_completedatasetregistration stored {NAMES}
    WHERE stored.last_updated >= %(since)s AND stored.id > %(after)s ORDER BY stored.id LIMIT %(size)s
"""
REMOVED = f"""
    -- registrations that were deleted and not made again, with all notes of each
    SELECT max(stored.id), period.iso, data_set.uid, unit.uid, combo.uid, array_agg(stored.id)
    FROM synchronization_removedregistration stored {NAMES}
    WHERE stored.id > %(after)s AND NOT EXISTS (
        SELECT FROM datavalues_completedatasetregistration other
        WHERE (other.data_set_id, other.period_id, other.organisation_unit_id, other.attribute_option_combo_id)
            = (stored.data_set_id, stored.period_id, stored.organisation_unit_id, stored.attribute_option_combo_id)
    )
    GROUP BY period.iso, data_set.uid, unit.uid, combo.uid ORDER BY 1 LIMIT %(size)s
"""
FORGET = "DELETE FROM synchronization_removedregistration WHERE id = ANY(%(notes)s)"
# By what they say, not by their number: a note with a smaller one may be committed later than others were read.
FORGET_SETTLED = f"""
    -- notes of registrations that were made again, or whose metadata are gone
    DELETE FROM synchronization_removedregistration note
    WHERE NOT EXISTS (SELECT FROM synchronization_removedregistration stored {NAMES} WHERE stored.id = note.id)
        OR EXISTS (
            SELECT FROM datavalues_completedatasetregistration other
            WHERE (other.data_set_id, other.period_id, other.organisation_unit_id, other.attribute_option_combo_id)
                = (note.data_set_id, note.period_id, note.organisation_unit_id, note.attribute_option_combo_id)
        )
"""
MEMBERS = ("period", "dataSet", "organisationUnit", "attributeOptionCombo", "date", "storedBy", "lastUpdatedBy",
           "completed")  # fmt: skip


def push_completions(run: JobRun, remote: Remote) -> int:
    """Push both; how many registrations there were. The success moves when the remote took all.

    Errors: JobRefused where it did not.
    """
    started = database_now()
    url = str(remote.place)
    since = reads_from(last_success(COMPLETIONS, url))
    with run.stage("Pushing complete data set registrations") as stage:
        changed = _push_all(run, stage, remote, CHANGED, {"since": since}, "")
        removed = _push_all(run, stage, remote, REMOVED, {}, "importStrategy=DELETE")
        with run.step():
            note_success(COMPLETIONS, url, started)
            execute_here(FORGET_SETTLED, {})
    return changed + removed


def _push_all(
    run: JobRun, stage: Any, remote: Remote, statement: str, parameters: dict[str, datetime.datetime], query: str
) -> int:
    pushed = after = 0
    while rows := execute_here(statement, {**parameters, "after": after, "size": SIZE}):
        run.check()
        with stage.item(f"{len(rows)} {'deleted' if query else 'changed'} registrations"):
            summary = push_page(remote, PATH, lambda rows=rows: _body(rows), query)
            if not (summary.is_success or query and _were_gone(summary)):
                raise JobRefused(f"The registrations were not taken: {summary.description}")
            if statement is REMOVED:
                with run.step():
                    execute_here(FORGET, {"notes": [note for row in rows for note in row[-1]]})
        stage.count(len(rows))
        pushed += len(rows)
        after = rows[-1][0]
    return pushed


def _body(rows: Sequence[tuple[Any, ...]]) -> bytes:
    registrations = [
        {name: value for name, value in zip(MEMBERS, row[1:], strict=False)
         if value is not None and not isinstance(value, list)} for row in rows
    ]  # fmt: skip
    return orjson.dumps({"completeDataSetRegistrations": registrations})


def _were_gone(summary: Summary) -> bool:
    """Whether an import that deleted nothing only found nothing: that is what was wanted."""
    return not summary.conflicts and isinstance(summary.members.get("importCount"), dict)
