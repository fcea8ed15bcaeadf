"""Finding an object by its uid alone, whatever its type (DHIS2 2.42, metadata API, identifiable objects)."""

from __future__ import annotations

from typing import Any

from django.db.models import Value

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import get_object, readable_rows
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.schema import Schema
from dhis2api.objects.uids import is_uid
from sharing.access import can_read_type


def get_any_object(uid: str, fields: str, context: ReadingContext) -> tuple[Schema, dict[str, Any]]:
    """The object of that uid and its type; of several types, the first in import order.

    Queries: one over all types, then those of a single object.
    Errors: E1005 (404) where no type has a readable one.
    """
    readable = {s.singular: s for s in endpoint_schemas() if can_read_type(s.rules, context.principal)}
    if not is_uid(uid) or not readable:
        raise ApiError(E1005, "IdentifiableObject", uid)
    searches = [
        readable_rows(schema, context).filter(uid=uid).order_by().values_list(Value(singular))
        for singular, schema in readable.items()
    ]
    found = {singular for (singular,) in searches[0].union(*searches[1:], all=True)}
    for singular, schema in readable.items():
        if singular in found:
            return schema, get_object(schema, uid, fields, context)
    raise ApiError(E1005, "IdentifiableObject", uid)
