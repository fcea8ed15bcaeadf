"""The one way by which metadata is written: `/api/metadata`, single objects, patches, collections, the demo.

    decode → preheat → resolve → validate → write → report

in one transaction; VALIDATE and a failed atomic import are rolled back.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.figures import count_import
from dhis2api.objects.errors import E5003, OTHER_WRITER
from dhis2api.objects.importer.decode import PartialUpdate, decode, decode_object, finish, partial_object
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.params import AtomicMode, ImportMode, MetadataImportParams
from dhis2api.objects.importer.preheat import preheat
from dhis2api.objects.importer.records import Action, Bundle, ImportObject
from dhis2api.objects.importer.report import ImportReport, build_report
from dhis2api.objects.importer.resolve import resolve
from dhis2api.objects.importer.validate import validate
from dhis2api.objects.importer.write import write
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds

logger = logging.getLogger(__name__)
RETRIED = frozenset({"40P01", "40001"})  # deadlock, serialization failure


def import_metadata(payload: Any, *, params: MetadataImportParams, user: Any) -> ImportReport:
    """Import `{plural: [object, …]}`.

    Errors: faults of objects are in the report (with atomicMode=ALL one stops everything); a payload whose values
        cannot be read as their types raises ApiError 400 naming the place. Nothing was written then.
    Source: DHIS2 2.42, metadata API, import.
    """
    bundle = new_bundle(params, user)
    run(bundle, lambda: decode(bundle, payload))
    return build_report(bundle)


def import_object(
    schema: Schema, raw: dict[str, Any], *, params: MetadataImportParams, user: Any, force: bool = False
) -> tuple[ImportObject, ImportReport]:
    """Import one object, as its own endpoint does; the same stages, and the object's own faults at hand."""
    bundle = new_bundle(params, user)
    bundle.single = True
    bundle.force = force

    def decode_one() -> None:
        bundle.objects[schema.singular] = [decode_object(schema, 0, raw)]
        finish(bundle)

    run(bundle, decode_one)
    return bundle.objects[schema.singular][0], build_report(bundle)


def import_partly(
    schema: Schema, updates: Sequence[PartialUpdate], *, params: MetadataImportParams, user: Any,
    members_only: bool = False,
) -> tuple[list[ImportObject], ImportReport]:  # fmt: skip
    """Update some members of stored objects of one type, all or none of them; the same stages.

    With `members_only` just what the updates name is judged, beside the type's own rules.
    """
    bundle = new_bundle(params, user)
    bundle.single = len(updates) == 1
    bundle.members_only = members_only

    def decode_all() -> None:
        bundle.objects[schema.singular] = [partial_object(schema, update) for update in updates]
        finish(bundle)

    run(bundle, decode_all)
    return bundle.objects[schema.singular], build_report(bundle)


def import_parts(
    updates: Mapping[str, Sequence[PartialUpdate]], refused: Sequence[ImportObject] = (), *,
    params: MetadataImportParams, user: Any,
) -> ImportReport:  # fmt: skip
    """Update some members of stored objects of many types, by singular name; just those members are judged.

    `refused` are objects that could not be tried, with their faults: the report names them, too, and with
    atomicMode=ALL they let nothing be written.
    """
    is_stopped = bool(refused) and params.atomic_mode is AtomicMode.ALL
    bundle = new_bundle(replace(params, mode=ImportMode.VALIDATE.value) if is_stopped else params, user)
    bundle.members_only = True

    def decode_all() -> None:
        for singular, parts in updates.items():
            schema = get_schema(singular)
            bundle.objects[singular] = [partial_object(schema, part, index) for index, part in enumerate(parts)]
        finish(bundle)

    run(bundle, decode_all)
    for item in refused:
        bundle.objects.setdefault(item.schema.singular, []).append(item)
    return build_report(bundle)


def new_bundle(params: MetadataImportParams, user: Any) -> Bundle:
    """An empty bundle for `user`, a row of the user model."""
    return Bundle(params=params, principal=user.principal, user_pk=user.pk, now=to_milliseconds(timezone.now()))


def run(bundle: Bundle, decoding: Callable[[], None]) -> None:
    """All stages, and the decision whether they stay.

    When another writer comes in between, everything begins again once, from the payload: now the other's objects are
    there to be seen by the checks. `decoding` may therefore be called twice, and leaves the payload as it is.
    Errors: E1004 (409) when that happens twice.
    """
    try:
        _attempt(bundle, decoding)
    except (IntegrityError, OperationalError, MetAnotherImport) as error:
        _require_other_writer(error)
        try:
            _attempt(bundle, decoding, is_last=True)
        except (IntegrityError, OperationalError, MetAnotherImport) as again:
            _require_other_writer(again)
            logger.warning("Import refused by the database twice: %s", _sqlstate(again))
            raise ApiError(OTHER_WRITER) from again


def take_locks(singulars: Iterable[str]) -> None:
    """Wait for the writers that imports of these types must not meet; the locks end with the transaction."""
    for singular in singulars:
        for lock in hooks_of(singular).locks:
            lock()


class MetAnotherImport(Exception):
    """Another writer stored one of the payload's own objects, or forgot one, after it was looked for."""


def _attempt(bundle: Bundle, decoding: Callable[[], None], *, is_last: bool = False) -> None:
    decoding()
    bundle.inserted.clear()
    bundle.held.clear()
    with transaction.atomic():
        take_locks(bundle.objects)
        heat = preheat(bundle)
        resolve(bundle, heat)
        validate(bundle, heat)
        if not is_last and _met_itself(bundle):
            raise MetAnotherImport
        stops = bundle.has_faults and bundle.params.atomic_mode is AtomicMode.ALL
        if not stops:
            write(bundle)
            stops = bundle.has_faults and bundle.params.atomic_mode is AtomicMode.ALL
        bundle.committed = not stops and bundle.params.import_mode is ImportMode.COMMIT
        if bundle.committed:
            # Foreign keys are deferred to the commit, which may be the caller's: ask them while we can begin again.
            connection.check_constraints()
            # After that, which would close the writer before what it wrote becomes visible.
            record_writer(bundle.now)
            _count(bundle)
        else:
            transaction.set_rollback(True)


def _count(bundle: Bundle) -> None:
    done = Counter(item.action for item in bundle.all_objects() if not item.faults)
    ignored = sum(bool(item.faults) for item in bundle.all_objects())
    count_import(
        "metadata", imported=done[Action.CREATE], updated=done[Action.UPDATE], deleted=done[Action.DELETE],
        ignored=ignored,
    )  # fmt: skip


def _met_itself(bundle: Bundle) -> bool:
    """Whether an object's unique value is taken by an object of its own id."""
    return any(
        fault.code is E5003 and fault.main_id == item.uid for item in bundle.all_objects() for fault in item.faults
    )


def _require_other_writer(error: Exception) -> None:
    """Let everything through that is not the work of another writer."""
    if isinstance(error, OperationalError) and _sqlstate(error) not in RETRIED:
        raise error


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.__cause__, "pgcode", None)
