"""Create, replace, patch and delete one object: thin doors to the import, with the endpoint's own first checks."""

from __future__ import annotations

from dataclasses import replace as with_changes
from typing import Any

import orjson
from django.db import transaction

from dhis2api.errors import BAD_REQUEST, E1005, ApiError
from dhis2api.objects.errors import DEFAULT_IMMUTABLE, NO_CREATE, NO_DELETE, NO_UPDATE
from dhis2api.objects.importer import ImportReport, import_object
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.pipeline import take_locks
from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.patch import apply_patch, check_patch
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import get_object, readable_rows
from dhis2api.objects.schema import Schema
from dhis2api.web.renderers import encode_json
from sharing.access import can_create, judge

Outcome = tuple[ImportObject, ImportReport]


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
    _require(schema, uid, user, "update", NO_UPDATE)
    body["id"] = uid
    return import_object(schema, body, params=_as(params, "UPDATE"), user=user)


@transaction.atomic
def patch_object(schema: Schema, uid: str, operations: Any, *, params: MetadataImportParams, user: Any) -> Outcome:
    """PATCH: the stored object, changed by the operations, goes the way of PUT.

    The row is locked before it is read: of two patches at once neither undoes the other.
    """
    operations = check_patch(operations)
    _require(schema, uid, user, "update", NO_UPDATE)
    context = ReadingContext(user.principal)
    take_locks([schema.singular])
    list(schema.model._base_manager.filter(uid=uid).select_for_update().values_list("pk"))
    # A patch works on the JSON of the object, where dates are texts.
    stored = orjson.loads(encode_json(get_object(schema, uid, ":owner", context)))
    touched = {str(o.get("path", "")).split("/")[1:2][0] for o in operations if _has_path(o)}
    patched = apply_patch(schema, stored, operations)
    # Members that the patch does not touch and this side does not own are none of its business.
    patched = {name: value for name, value in patched.items() if name in touched or _is_owned(schema, name)}
    patched["id"] = uid
    if params.report == "ERRORS":
        params = with_changes(params, report="ERRORS_NOT_OWNER")
    return import_object(schema, patched, params=_as(params, "UPDATE"), user=user)


def delete_object(schema: Schema, uid: str, *, user: Any) -> Outcome:
    """DELETE. Errors: 404, 403; what stands in the way is E4030 in the report."""
    _require(schema, uid, user, "delete", NO_DELETE)
    return import_object(schema, {"id": uid}, params=_as(MetadataImportParams(), "DELETE"), user=user)


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


def _has_path(operation: Any) -> bool:
    return isinstance(operation, dict) and str(operation.get("path", "")).count("/") > 0


def _is_owned(schema: Schema, name: str) -> bool:
    prop = schema.properties.get(name)
    return prop.owner if prop is not None else schema.is_document
