"""Values that are files: the file must be there, the sender's, and nobody else's (E7619, E2026); a file that is to be
deleted must have a value (E7645). DHIS2 has the rule of one file, one value; here it holds for imports, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Q

from datavalues import errors as codes
from datavalues.importer.check import Check, Failing, Record
from datavalues.importer.context import Context, ValueFile, ValueKey
from datavalues.importer.resolve import ResolvedChunk
from datavalues.models import DataValueFile
from datavalues.params import Strategy
from datavalues.stored_keys import STORED_KEYS, key_arrays
from datavalues.stored_periods import PERIODS_LOCK
from dhis2api.errors import Conflict
from dhis2api.value_types import FILE_TYPES
from files.enums import FileResourceDomain
from files.holders import held_elsewhere
from files.models import FileResource

FILE_UNKNOWN = "file_resource_not_found"
FILE_TAKEN = "file_resource_taken"
# One writer of values that are files at a time: two could take one file, each for a value of its own, and a value could
# name again the file that another writer deletes with it.
FILES_LOCK = 0x66696C6573  # "files"

# Which of the keys have a value.
LIVE = f"SELECT wanted.place FROM {STORED_KEYS} WHERE NOT stored.deleted"


def _file_positions(resolved: ResolvedChunk) -> list[int]:
    """Where values are files, and everything they are kept by is known."""
    files = {element for element in set(resolved.data_element) if element and element.value_type in FILE_TYPES}
    if not files:
        return []
    return [
        position for position, element in enumerate(resolved.data_element)
        if element in files and resolved.period[position] and resolved.org_unit[position]
        and resolved.category_option_combo[position] and resolved.attribute_option_combo[position]
    ]  # fmt: skip


def take_files_turn(resolved: ResolvedChunk) -> list[int]:
    """Where values are files; if any are, wait for other writers of such, until the end of the transaction."""
    positions = _file_positions(resolved)
    if positions:
        with connection.cursor() as cursor:
            # Periods come after the files of one chunk and before those of the next: always the same lock first.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PERIODS_LOCK])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FILES_LOCK])
    return positions


def _key(resolved: ResolvedChunk, position: int) -> ValueKey:
    return (
        resolved.data_element[position].pk, resolved.period[position].iso, resolved.org_unit[position].pk,
        resolved.category_option_combo[position].pk, resolved.attribute_option_combo[position].pk,
    )  # fmt: skip


def _unfit(context: Context, resolved: ResolvedChunk) -> Failing:
    """Files that do not exist or are somebody else's, and files of other values."""
    named = {
        position: text.strip() for position in take_files_turn(resolved)
        if (text := resolved.value[position]) and text.strip() and not resolved.chunk.deleted[position]
    }  # fmt: skip
    _load(context, named.values())
    wrong = []
    for position, uid in named.items():
        file = context.metadata.files[uid]
        key = _key(resolved, position)
        if file is None:
            wrong.append((position, FILE_UNKNOWN))
        elif file.is_held_elsewhere or file.owner not in (None, key):
            wrong.append((position, FILE_TAKEN))
        else:
            file.owner = key
    return wrong


def _load(context: Context, uids: Iterable[str]) -> None:
    """Files that the user may give away: his own ones, or those that a value has already. Three queries."""
    known = context.metadata.files
    new = set(uids) - known.keys()
    if not new:
        return
    known.update(dict.fromkeys(new))
    columns = ("data_element_id", "period__iso", "organisation_unit_id", "category_option_combo_id",
               "attribute_option_combo_id")  # fmt: skip
    owners = {
        row[0]: row[1:] for row in DataValueFile.objects.filter(file__uid__in=new).values_list("file_id", *columns)
    }
    files = FileResource.objects.filter(uid__in=new, domain=FileResourceDomain.DATA_VALUE)
    if not context.principal.is_superuser:
        files = files.filter(Q(created_by_id=context.user_pk) | Q(pk__in=list(owners)))
    found = dict(files.values_list("uid", "pk"))
    elsewhere = held_elsewhere(found.values(), DataValueFile) if found else set()
    for uid, pk in found.items():
        known[uid] = ValueFile(pk, owners.get(pk), pk in elsewhere)


def _without_value(context: Context, resolved: ResolvedChunk) -> Failing:
    positions = take_files_turn(resolved)
    if not positions:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(LIVE, key_arrays(resolved, positions))
        live = {positions[row[0] - 1] for row in cursor.fetchall()}
    return [(position, True) for position in positions if position not in live]


def _tell_unfit(context: Context, record: Record, wrong: str) -> Iterator[Conflict]:
    uid = (record.value or "").strip()
    objects = {"dataElement": record.data_element or "", "value": wrong}
    if wrong == FILE_TAKEN:
        yield Conflict(codes.E2026, (uid,), "value", objects | {"fileResource": uid}, record.index)
    else:
        reason = f"File resource does not exist: `{uid}`"
        yield Conflict(codes.E7619, (record.data_element, reason), "value", objects, record.index)


def _tell_without_value(context: Context, record: Record, wrong: Any) -> Iterator[Conflict]:
    objects = {"dataElement": record.data_element or ""}
    yield Conflict(codes.E7645, (record.data_element,), "dataElement", objects, record.index)


CHECKS: tuple[Check, ...] = (
    Check("E7645", _without_value, _tell_without_value, lambda context: context.strategy is Strategy.DELETE),
    Check("E2026", _unfit, _tell_unfit, lambda context: context.strategy is not Strategy.DELETE),
)  # fmt: skip
