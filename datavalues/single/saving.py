"""Saves, deletes and reads one data value (DHIS2 2.42, data values, single values).

A value goes through the stages of the import: what is stored, revived, deleted and audited follows the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from configuration.settings import system_setting
from datavalues import errors as codes
from datavalues.importer.resolve import resolve
from datavalues.importer.staging import stage
from datavalues.importer.write import write
from datavalues.params import ImportParams, Strategy
from datavalues.single.keys import KEY, ValueName, Values, find_values, require, require_readable
from datavalues.single.rows import StoredValue, find_stored, take_turn
from datavalues.single.rules import DELETING, SAVING, Rule
from dhis2api.errors import ApiError
from dhis2api.objects.writers import record_writer
from dhis2api.value_types import FILE_TYPES, ValueType

KEEP_NO_FILES = "NONE"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a value; None leaves a part as it is, an empty text clears it.

    `follow_up` turns the mark of a stored value over, whatever it says, and is that of a new one.
    """

    value: str | None = None
    comment: str | None = None
    follow_up: bool | None = None


def save_value(name: ValueName, change: Change, user: Any, *, force: bool = False) -> None:
    """Save one value in a transaction of its own.

    Errors: E1100-E1105, E1110, E1111, E2017-E2031, E2040, E2041; 404 for a file that is none.
    """
    is_saved = False
    while not is_saved:  # until no import stores the value meanwhile: what the change leaves as it is counts, too
        is_saved = _is_saved(name, change, user, force=force)


def _is_saved(name: ValueName, change: Change, user: Any, *, force: bool) -> bool:
    """False, and nothing written, if there was no value when it was looked for, and one when it was written."""
    with transaction.atomic():
        values = find_values([name], user, ImportParams(force=force))
        require(values, KEY)
        chunk = values.resolved.chunk
        chunk.value, chunk.comment = [change.value], [change.comment]
        values.resolved = resolve(values.context, chunk)
        _apply(values, SAVING)
        take_turn(values, 0)
        stored = find_stored(values, hold=True).get(0)
        _write(values, _changed(values, change, stored))
        counts = values.context.summary.counts
        is_overtaken = stored is None and bool(counts.updated + counts.unchanged + counts.deleted)
        if is_overtaken:
            transaction.set_rollback(True)
    return not is_overtaken


def delete_value(name: ValueName, user: Any, *, force: bool = False) -> None:
    """Mark one value as deleted. Errors: as `save_value`; 409 for a value that is not there."""
    with transaction.atomic():
        values = find_values([name], user, ImportParams(force=force))
        require(values, KEY)
        _apply(values, DELETING)
        take_turn(values, 0)
        if not find_stored(values):
            raise ApiError(codes.VALUE_MISSING)
        values.context.strategy = Strategy.DELETE
        _write(values, None)


def read_value(name: ValueName, user: Any) -> StoredValue:
    """One live value.

    Errors: those of its key; 403 for one that the user may not read, 409 for one that is not there.
    """
    with transaction.atomic():
        values = find_values([name], user)
        require(values, (*KEY, require_readable))
        found = find_stored(values).get(0)
    if found is None:
        raise ApiError(codes.VALUE_MISSING)
    return found


def _apply(values: Values, rules: Sequence[Rule]) -> None:
    for rule in rules:
        rule(values, 0)


def _changed(values: Values, change: Change, stored: StoredValue | None) -> StoredValue | None:
    """The value as it is to be; None to delete it."""
    given = values.resolved.value[0]
    if stored is None:
        return StoredValue(given, change.comment, bool(change.follow_up))
    value_type = values.resolved.data_element[0].value_type
    if change == Change() and value_type == ValueType.TRUE_ONLY:
        return None
    if change.value is None and value_type in FILE_TYPES and _keeps_no_files():
        given = ""  # whoever saves a file without naming one takes it away
    return StoredValue(
        stored.value if given is None else given,
        stored.comment if change.comment is None else change.comment,
        stored.followup if change.follow_up is None else not stored.followup,
    )


def _write(values: Values, wanted: StoredValue | None) -> None:
    """Through the last stages of the import, as a chunk of one value."""
    context, resolved = values.context, values.resolved
    chunk = resolved.chunk
    if wanted is None:
        chunk.deleted, resolved.value = [True], [None]
    else:
        resolved.value, chunk.comment, chunk.followup = [wanted.value], [wanted.comment], [wanted.followup]
    context.keeps_files = not _keeps_no_files()
    stage(context, resolved, set())
    write(context)
    record_writer(context.now)


def _keeps_no_files() -> bool:
    return system_setting("keyFileResourceRetentionStrategy") == KEEP_NO_FILES
