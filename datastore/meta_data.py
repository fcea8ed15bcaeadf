"""An entry without its value, as the API shows objects of every type."""

from __future__ import annotations

from typing import Any

from datastore.models import DatastoreEntry
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.load import load_objects
from dhis2api.objects.reading.plan import compile_fields
from dhis2api.objects.registry import get_schema

_USER = "[id,code,name,displayName,username]"
FIELDS = (
    f"id,created,lastUpdated,createdBy{_USER},user{_USER},lastUpdatedBy{_USER},sharing,publicAccess,externalAccess,"
    "userAccesses,userGroupAccesses,access,namespace,key"
)
# Nobody can give these to an entry, but clients read them off every object.
NEVER: dict[str, Any] = {"favorites": [], "favorite": False, "translations": [], "attributeValues": []}


def show_entry(uid: str, context: ReadingContext) -> dict[str, Any]:
    """The members of a readable entry. Source: DHIS2 2.42, data store, metaData."""
    node = compile_fields(get_schema("dataStore"), FIELDS, default=FIELDS)
    (shown,) = load_objects(node, DatastoreEntry.objects.filter(uid=uid), context)
    return shown | NEVER
