"""JSON patches below `/sharing` for many objects at once: one patch for objects of a type, or one for each object.

The number of queries depends on the types that are named, not on their objects. Source: DHIS2 2.42, sharing, bulk
patch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from itertools import groupby
from typing import Any

from django.db import transaction

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.errors import E3001, E4014
from dhis2api.objects.importer import ImportReport
from dhis2api.objects.importer.decode import PartialUpdate
from dhis2api.objects.importer.params import AtomicMode, MetadataImportParams
from dhis2api.objects.importer.pipeline import import_parts
from dhis2api.objects.importer.records import Fault, ImportObject, describe
from dhis2api.objects.importer.sharing import keep_public
from dhis2api.objects.patch import apply_patch, check_patch, plan_patch
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import find_by_plural
from dhis2api.objects.schema import Schema
from sharing.access import Principal
from sharing.resource.errors import E3013, E3019, E4032, E6002, E6003
from sharing.resource.guards import passages

MAX_OBJECTS = 50_000
MAX_VALUES = 2_000_000  # of the patches of all objects: one large patch is copied for each of many

Patches = Mapping[str, Any]  # uid → operations


def patch_objects_alike(schema: Schema, body: Any, *, atomic: bool, user: Any) -> ImportReport:
    """One patch for the objects that `{plural: [uid, …], "patch": [operation, …]}` names.

    Errors: 400 for a body of another shape; faults of objects (E3001, E3013, E3019, E4014, E4032, E6003 and those of
        sharing in imports) are in the report. With `atomic` one fault lets nothing be written.
    """
    uids = body.get(schema.plural) if isinstance(body, Mapping) else None
    if not isinstance(uids, list) or not all(isinstance(uid, str) for uid in uids):
        raise ApiError(BAD_REQUEST, f"The body must be a JSON object with the list of ids `{schema.plural}`")
    operations = check_patch(body.get("patch"))
    return _patch_all([(schema, dict.fromkeys(uids, operations))], atomic=atomic, user=user)


def patch_objects(body: Any, *, atomic: bool, user: Any) -> ImportReport:
    """A patch for each object that `{plural: {uid: [operation, …]}}` names.

    Errors: as for one type; E6002 (409) for a name that is no type.
    """
    if not isinstance(body, Mapping) or not all(isinstance(patches, Mapping) for patches in body.values()):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object of types, each an object of patches by id")
    wanted = []
    for plural, patches in body.items():
        schema = find_by_plural(plural)
        if schema is None:
            raise ApiError(E6002, plural)
        wanted.append((schema, {uid: check_patch(operations) for uid, operations in patches.items()}))
    return _patch_all(sorted(wanted, key=lambda pair: pair[0].order), atomic=atomic, user=user)


@transaction.atomic
def _patch_all(wanted: Iterable[tuple[Schema, Patches]], *, atomic: bool, user: Any) -> ImportReport:
    """The rows are locked before they are read: of two patches at once neither undoes the other."""
    wanted = list(wanted)
    if sum(len(patches) for _, patches in wanted) > MAX_OBJECTS:
        raise ApiError(BAD_REQUEST, f"A patch is for at most {MAX_OBJECTS} objects")
    if _count_values(patches for _, patches in wanted) > MAX_VALUES:
        raise ApiError(BAD_REQUEST, f"The patches hold more than {MAX_VALUES} values, counted for each object")
    updates: dict[str, list[PartialUpdate]] = {}
    refused: list[ImportObject] = []
    context = ReadingContext(user.principal)
    for schema, patches in wanted:
        stored = _lock_sharing(schema, patches, context) if schema.shareable else {}
        closed = _closed(schema, stored, context.principal)
        accepted = updates.setdefault(schema.singular, [])
        for index, (uid, operations) in enumerate(patches.items()):
            faults = [closed[uid]] if uid in closed else list(_refusals(schema, uid, operations, stored))
            if not faults:
                try:
                    accepted.append(PartialUpdate(uid, {"sharing": _patched(schema, stored[uid], operations)}))
                except ApiError as error:
                    faults = [Fault(E6003, (uid,), main_id=uid, value=error.message)]
            if faults:
                refused.append(ImportObject(schema, index, {}, uid, faults=faults))
    mode = AtomicMode.ALL if atomic else AtomicMode.NONE
    params = MetadataImportParams(strategy_name="UPDATE", atomicity=mode.value)
    return import_parts({name: parts for name, parts in updates.items() if parts}, refused, params=params, user=user)


def _count_values(wanted: Iterable[Patches]) -> int:
    """The values of all patches; a patch that many objects have in common counts for each of them."""
    total = 0
    for patches in wanted:
        for _, same in groupby(patches.values(), key=id):
            alike = list(same)
            total += _size(alike[0]) * len(alike)
    return total


def _size(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _lock_sharing(schema: Schema, patches: Patches, context: ReadingContext) -> dict[str, Any]:
    """The sharing of those objects that the caller may read, by uid."""
    lock_for_update(schema, patches)
    return dict(readable_rows(schema, context).filter(uid__in=list(patches)).values_list("uid", "sharing"))


def _closed(schema: Schema, uids: Collection[str], user: Principal) -> dict[str, Fault]:
    """Those of the objects that a guard keeps the caller from, whatever their sharing says."""
    found = {}
    for uid, passage in passages(schema, uids, user).items():
        if not passage.read:
            found[uid] = Fault(E4014, (uid, schema.singular), main_id=uid)
        elif not passage.change:
            found[uid] = Fault(E3001, (user.username, describe(None, uid, schema)), main_id=uid)
    return found


def _refusals(schema: Schema, uid: str, operations: list[Any], stored: Mapping[str, Any]) -> Iterable[Fault]:
    """What an object cannot be patched for: the first that holds, but every path that leads elsewhere."""
    if not schema.shareable:
        yield Fault(E3019, (schema.singular,), main_id=uid)
    elif uid not in stored:
        yield Fault(E4014, (uid, schema.singular), main_id=uid)
    elif uid in schema.wire.default_objects:
        yield Fault(E3013, (schema.singular,), main_id=uid)
    else:
        for operation in operations:
            path = operation.get("path") if isinstance(operation, Mapping) else None
            if not isinstance(path, str) or not (path == "/sharing" or path.startswith("/sharing/")):
                yield Fault(E4032, (path,), main_id=uid)


def _patched(schema: Schema, sharing: dict[str, Any], operations: list[Any]) -> Any:
    """Errors: ApiError for operations that do not fit. They are copied: those of many objects share their values."""
    plan = plan_patch(schema, deepcopy(operations))
    public = sharing.get("public")
    return keep_public(apply_patch({"sharing": sharing}, plan.operations).get("sharing"), public)
