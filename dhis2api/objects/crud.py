"""Create, replace, patch and delete one object: thin doors to the import, with the endpoint's own first checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as with_changes
from typing import Any

import orjson
from django.db import transaction

from dhis2api.errors import BAD_REQUEST, E1005, ApiError, Code
from dhis2api.objects.errors import DEFAULT_IMMUTABLE, NO_CREATE, NO_DELETE, NO_UPDATE
from dhis2api.objects.importer import ImportReport, import_object
from dhis2api.objects.importer.decode import PartialUpdate
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.pipeline import import_partly, take_locks
from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.importer.sharing import join_legacy_sharing
from dhis2api.objects.patch import apply_patch, check_patch, plan_patch, require_members
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import get_object, readable_rows
from dhis2api.objects.schema import Schema
from dhis2api.web.renderers import encode_json
from sharing.access import can_create, judge

Outcome = tuple[ImportObject, ImportReport]
_LEGACY_SHARING = frozenset({"publicAccess", "externalAccess", "userAccesses", "userGroupAccesses"})


def create_object(schema: Schema, raw: Any, *, params: MetadataImportParams, user: Any) -> Outcome:
    """POST: strategy CREATE. Errors: 403 where the user may create no object of the type at all."""
    body = _object(raw)
    if schema.wire.read_only or not can_create(schema.rules, user.principal):
        raise ApiError(NO_CREATE)
    body.pop("translations", None)  # DHIS2 discards them on POST; /translations sets them
    return import_object(schema, body, params=_as(params, "CREATE"), user=user)


def replace_object(schema: Schema, uid: str, raw: Any, *, params: MetadataImportParams, user: Any) -> Outcome:
    """PUT: everything owned is replaced, what is absent emptied; the uid of the path wins.

    Errors: 404 for an object that is missing or unreadable, 403 for one that may not be changed.
    """
    body = _object(raw)
    require_update(schema, uid, user)
    body["id"] = uid
    return import_object(schema, body, params=_as(params, "UPDATE"), user=user)


@transaction.atomic
def patch_object(schema: Schema, uid: str, operations: Any, *, params: MetadataImportParams, user: Any) -> Outcome:
    """PATCH: the operations change the members that they touch; all others stay.

    The row is locked before it is read: of two patches at once neither undoes the other.
    Errors: 404, 403 as for PUT, 400 for operations that do not fit.
    """
    operations = check_patch(operations)
    require_update(schema, uid, user)
    lock_for_update(schema, [uid])
    return _update_partly(schema, _patch(schema, uid, operations, user), params, user)


@transaction.atomic
def merge_object(schema: Schema, uid: str, body: dict[str, Any], *, params: MetadataImportParams, user: Any) -> Outcome:
    """The PATCH of versions up to 2.36: any subset of an object's members; all others stay. Errors: as for PUT."""
    require_update(schema, uid, user)
    lock_for_update(schema, [uid])
    raw = {name: value for name, value in body.items() if name not in ("id", "uid")}
    if schema.shareable:
        row = schema.model._base_manager.filter(uid=uid).values("sharing").first()
        join_legacy_sharing(raw, (row or {}).get("sharing") or {})
    return _update_partly(schema, PartialUpdate(uid, raw), params, user)


@transaction.atomic
def replace_translations(schema: Schema, uid: str, translations: list[Any], *, user: Any) -> Outcome:
    """Replace all translations of an object. Errors: 404, 403; E1106, E1107, E4000 in the report."""
    require_update(schema, uid, user)
    lock_for_update(schema, [uid])
    update = PartialUpdate(uid, {"translations": translations})
    params = MetadataImportParams(strategy_name="UPDATE")
    items, report = import_partly(schema, [update], params=params, user=user, members_only=True)
    return items[0], report


def require_update(schema: Schema, uid: str, user: Any, *, member: str = "", refusal: Code = NO_UPDATE) -> None:
    """Errors: 404 for an object that is missing or unreadable, `refusal` (403) for one that may not be changed.

    `member`: only this collection shall change, which an authority of its own may open.
    """
    is_open = user.principal.has_any(schema.wire.member_authorities.get(member, ()))
    _require(schema, uid, user, "read" if is_open else "update", refusal)


def lock_for_update(schema: Schema, uids: Iterable[str], *, against_references: bool = False) -> None:
    """Wait for other changes of these objects, and hold further ones back until the transaction ends.

    Who only refers to them (a data import does) need not wait, unless `against_references` says so: for objects that
    shall give up what refers to them, or go.
    """
    take_locks([schema.singular])
    rows = schema.model._base_manager.filter(uid__in=list(uids)).order_by("pk")
    list(rows.select_for_update(no_key=not against_references).values_list("pk"))


def _patch(schema: Schema, uid: str, operations: list[Any], user: Any) -> PartialUpdate:
    plan = plan_patch(schema, operations)
    touched = plan.rewritten & (_LEGACY_SHARING | {"sharing"})
    names = [name for name in plan.rewritten if _is_owned(schema, name) or name in touched]
    fields = ":owner" if schema.is_document else ",".join([*names, "sharing"] if touched else names)
    # A patch works on the JSON of the object, where dates are texts.
    shown = get_object(schema, uid, fields, ReadingContext(user.principal)) if fields else {}
    stored = orjson.loads(encode_json(shown))
    sharing = stored.pop("sharing", {}) if "sharing" not in plan.rewritten else {}
    require_members(schema, stored, plan)
    patched = apply_patch(stored, plan.operations)
    # What an operation removed is named as well: it becomes empty.
    raw = {name: patched.get(name) for name in plan.rewritten}
    if schema.shareable:
        join_legacy_sharing(raw, sharing)
    return PartialUpdate(uid, raw, plan.changes)


def _update_partly(schema: Schema, update: PartialUpdate, params: MetadataImportParams, user: Any) -> Outcome:
    if params.report == "ERRORS":
        params = with_changes(params, report="ERRORS_NOT_OWNER")
    items, report = import_partly(schema, [update], params=_as(params, "UPDATE"), user=user)
    return items[0], report


def delete_object(schema: Schema, uid: str, *, user: Any, force: bool = False) -> Outcome:
    """DELETE. Errors: 404, 403; what stands in the way is E4030 in the report.

    With `force`, a superuser's, other metadata that may be without the object lets go of it; data never does.
    """
    _require(schema, uid, user, "delete", NO_DELETE)
    if force and not user.principal.is_superuser:
        raise ApiError(NO_DELETE)
    params = _as(MetadataImportParams(), "DELETE")
    return import_object(schema, {"id": uid}, params=params, user=user, force=force)


def _require(schema: Schema, uid: str, user: Any, right: str, refusal: Any) -> None:
    context = ReadingContext(user.principal)
    columns = ["sharing"] if schema.shareable else ["uid"]
    row = readable_rows(schema, context).filter(uid=uid).values(*columns).first()
    if row is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    verdict = judge(schema.rules, row.get("sharing"), user.principal)
    if schema.wire.read_only or not getattr(verdict, right):
        raise ApiError(refusal)
    if uid in schema.wire.default_objects:
        raise ApiError(DEFAULT_IMMUTABLE, uid)


def _object(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    return raw


def _as(params: MetadataImportParams, strategy: str) -> MetadataImportParams:
    return with_changes(params, strategy_name=strategy, identified_by=params.identified_by, atomicity="ALL")


def _is_owned(schema: Schema, name: str) -> bool:
    prop = schema.properties.get(name)
    return prop.owner or name in schema.wire.written_for if prop is not None else schema.is_document
