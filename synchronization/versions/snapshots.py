"""Snapshots of metadata: made of what changed since the last one, kept in the data store, known by their MD5.

They lie in the protected namespace METADATASTORE, a key for each version. Accounts, roles and groups of users are no
part of them: who may do what is each server's own matter. Source: DHIS2 2.42, metadata versioning.
"""

from __future__ import annotations

import datetime
import hashlib

from django.utils import timezone
from psycopg2 import sql
from psycopg2.extras import Json

from datastore.models import DatastoreEntry
from dhis2api.errors import ApiError
from dhis2api.objects import json_chunks
from dhis2api.objects.exporting import export_chunks, select_types
from dhis2api.objects.importer.sharing import stored_sharing
from dhis2api.objects.params import MetadataExportParams
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.snapshots import one_snapshot
from dhis2api.objects.registry import metadata_schemas
from dhis2api.objects.uids import generate_uid
from dhis2api.objects.writers import await_closing, write_recorded
from sharing.access import DEFAULT_PUBLIC, SUPERUSER, Principal
from synchronization.errors import SNAPSHOT_TOO_LARGE

NAMESPACE = "METADATASTORE"
OWN_OF_A_SERVER = frozenset({"users", "userRoles", "userGroups"})
LARGEST = 250 * 1024 * 1024  # bytes; PostgreSQL's jsonb holds texts of 256 MiB

STORE = sql.SQL("""
    INSERT INTO datastore_datastoreentry (uid, namespace, key, value, encrypted, sharing, created, last_updated)
    VALUES (%(uid)s, %(namespace)s, %(key)s, %(value)s, false, %(sharing)s, %(now)s, %(now)s)
    ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, last_updated = excluded.last_updated
""")


def make_snapshot(since: datetime.datetime | None) -> str:
    """The metadata that changed since a moment, or all of it, as one state of the database. Outside transactions.

    Errors: 409 for more than can be kept.
    """
    principal = Principal(uid="", authorities=frozenset({SUPERUSER}))
    types = {
        schema.plural: ["true"]
        for schema in metadata_schemas()
        if not schema.wire.secondary and schema.plural not in OWN_OF_A_SERVER
    }
    changed = [] if since is None else [f"lastUpdated:gte:{_utc(since)}"]
    params = MetadataExportParams(types=types, filter=changed)
    context = ReadingContext(principal)
    await_closing()
    pieces, size = [], 0
    with one_snapshot():
        for piece in export_chunks(select_types(params, context), context, json_chunks.document_chunks):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise ApiError(SNAPSHOT_TOO_LARGE, LARGEST)
    return b"".join(pieces).decode()


def hash_of(snapshot: str) -> str:
    """What tells two servers that they have the same one."""
    return hashlib.md5(snapshot.encode(), usedforsecurity=False).hexdigest()


def store_snapshot(name: str, snapshot: str, owner_uid: str) -> None:
    """Keep the snapshot of a version; one that is there is replaced."""
    now = timezone.now()
    write_recorded(STORE, {
        "uid": generate_uid(), "namespace": NAMESPACE, "key": name, "value": Json({"metadata": snapshot}), "now": now,
        "sharing": Json(stored_sharing(owner_uid, DEFAULT_PUBLIC)),
    }, now)  # fmt: skip


def find_snapshot(name: str) -> str | None:
    """The snapshot of a version, None where there is none."""
    values = DatastoreEntry.objects.filter(namespace=NAMESPACE, key=name)
    found = values.values_list("value__metadata", flat=True).first()
    return found if isinstance(found, str) else None


def _utc(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
