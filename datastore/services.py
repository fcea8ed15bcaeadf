"""What can be done with the data stores, and in which order it is checked. Source: DHIS2 2.42, data store.

The order: is the entry there (for who may read the namespace and the entry), is what was sent JSON, may the caller
write to the namespace, may he write the entry. Whoever changes an entry holds its row: two changes at once follow
each other, and parts of a value that different callers change are both kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
from django.db import DataError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg2 import sql

from datastore import errors
from datastore.models import MAX_NAME, DatastoreEntry
from datastore.protections import Gate, Mode, is_the_servers
from datastore.stores import Store, StoredText
from datastore.values import (
    MAX_VALUE,
    MISSING,
    InvalidValueError,
    check_value,
    dump_value,
    load_value,
    parse_path,
    roll_at,
    set_at,
)
from dhis2api.ciphers import UndecryptableError, decrypt_text, encrypt_text
from dhis2api.errors import ApiError
from dhis2api.objects.writers import look_back
from dhis2api.web.errors import BODY_TOO_LARGE, COLLISION
from dhis2api.web.timestamps import to_milliseconds

ATTEMPTS = 5  # at an entry that others create and delete meanwhile
MAX_STEPS = 100  # of a path of a partial update
NO_VALUE = "null"  # shown of an entry without a value
LIMITS = ("54",)  # the class of SQLSTATEs of what is too large for PostgreSQL

NAMESPACES = """
    -- each name by one look into the index, however many entries it has
    WITH RECURSIVE found AS (
        (SELECT namespace FROM {table} WHERE {owned} ORDER BY namespace LIMIT 1)
        UNION ALL
        SELECT (SELECT later.namespace FROM {table} later
                WHERE {owned} AND later.namespace > found.namespace ORDER BY later.namespace LIMIT 1)
        FROM found WHERE found.namespace IS NOT NULL
    )
    SELECT namespace FROM found WHERE namespace IS NOT NULL
"""
ENTRY = """
    -- one entry, its value as the database writes it
    SELECT id AS pk, encrypted, encrypted_value, value::text AS text, {uid} AS uid, {sharing} AS sharing
    FROM {table} WHERE namespace = %(namespace)s AND key = %(key)s AND {owned}
"""
REMOVE = """
    -- all entries of a namespace, and the sharing that each of them had, with the first key of each sharing
    WITH removed AS (
        DELETE FROM {table} WHERE namespace = %(namespace)s AND {owned} RETURNING {sharing} AS sharing, key
    )
    SELECT sharing, min(key) FROM removed GROUP BY sharing ORDER BY min(key)
"""


@dataclass(frozen=True, slots=True)
class Change:
    """How an existing value shall change. `text` is JSON that was checked, None where no body came."""

    text: str | None
    path: tuple[str, ...] = ()
    roll: int | None = None


def list_namespaces(store: Store) -> list[str]:
    """The names in order, without those that are hidden from the caller; one query, a look into the index a name."""
    hidden = store.hidden_namespaces()
    with connection.cursor() as cursor:
        statement, parameters = _of_store(NAMESPACES, store)
        cursor.execute(statement.as_string(cursor.connection), parameters)
        return [name for (name,) in cursor.fetchall() if name not in hidden]


def list_keys(store: Store, namespace: str, changed_since: datetime | None = None) -> Iterator[str]:
    """The keys in order of what the caller may read, changed since a moment if one is given; read as they are asked.

    Errors: 404 for a namespace that is not there or hidden, 403 for a protected one.
    """
    if not _is_visible(store, namespace):
        raise ApiError(store.wording.namespace_not_found, namespace)
    rows = store.readable_rows(namespace)
    if changed_since is not None:
        rows = rows.filter(last_updated__gte=min(changed_since, look_back(changed_since) or changed_since))
    keys = rows.order_by("key").values_list("key", flat=True).iterator(chunk_size=5_000)
    first = next(keys, None)
    if first is not None:
        return chain([first], keys)
    # In order: without, PostgreSQL may look for any one entry through the whole table.
    if store.all_rows().filter(namespace=namespace).order_by("key").values("key").first() is None:
        raise ApiError(store.wording.namespace_not_found, namespace)
    return iter(())


def get_value(store: Store, namespace: str, key: str) -> str:
    """The JSON text of a value. Errors: 404, 403; 409 for one that was encrypted with keys that are lost."""
    row = _require_entry(store, namespace, key)
    return _text_of(row, namespace, key) or NO_VALUE


def require_uid(store: Store, namespace: str, key: str) -> str:
    """The uid of an entry that the caller may read. Errors: 404, 403."""
    return _require_entry(store, namespace, key)["uid"]


def create_entry(store: Store, namespace: str, key: str, body: bytes, *, encrypt: bool) -> None:
    """Store a new value. Errors: 409 for a key that is taken, 400 for what is no JSON, 403.

    In a namespace whose writes are hidden from the caller nothing happens, and that is no error.
    """
    gate = store.gate(namespace)
    if _find_entry(store, namespace, key, gate) is not None:
        raise ApiError(store.wording.key_exists, key, namespace)
    text = _check(store, key, body)
    _check_names(namespace, key)
    if not _lets_write(store, namespace, gate):
        return
    if not _insert(store, namespace, key, text, encrypt):
        raise ApiError(store.wording.key_exists, key, namespace)


def put_entry(
    store: Store, namespace: str, key: str, body: bytes | None, *, path: str, roll: int | None, encrypt: bool
) -> bool:
    """Change a value, or store a new one; whether it is new.

    Errors: as `create_entry`; 404 in versions whose PUT creates nothing.
    """
    gate = store.gate(namespace)
    stored = _find_entry(store, namespace, key, gate)
    if stored is None and not store.wording.upserts:
        raise ApiError(store.wording.key_not_found, key, namespace)
    if body is None and not store.wording.upserts:
        raise ApiError(store.wording.value_invalid, key)
    change = Change(None if body is None else _check(store, key, body), _steps(path), roll)
    _check_names(namespace, key)
    if not _lets_write(store, namespace, gate):
        return True
    for _ in range(ATTEMPTS):
        if stored is None and _insert(store, namespace, key, change.text, encrypt):
            return True
        with transaction.atomic():
            stored = _lock(store, namespace, key)
            if stored is not None:
                _change(store, namespace, key, stored, change)
                return False
        if not store.wording.upserts:
            raise ApiError(store.wording.key_not_found, key, namespace)
    raise ApiError(COLLISION)


def delete_entry(store: Store, namespace: str, key: str) -> None:
    """Remove a value. Errors: 404, also where writes are hidden from the caller; 403."""
    gate = store.gate(namespace)
    found = _find_entry(store, namespace, key, gate)
    if found is None or not _lets_write(store, namespace, gate):
        raise ApiError(store.wording.key_not_found, key, namespace)
    with transaction.atomic():
        row = _lock(store, namespace, key)
        if row is None:
            raise ApiError(store.wording.key_not_found, key, namespace)
        if not store.verdict(row["sharing"]).delete:
            raise ApiError(store.wording.delete_denied, key, namespace)
        store.all_rows().filter(pk=row["pk"]).delete()


@transaction.atomic
def delete_namespace(store: Store, namespace: str) -> None:
    """Remove all entries, also those that the caller may not read, or none. Errors: 404, 403."""
    gate = store.gate(namespace)
    _refuse_restricted(store, namespace, gate)
    if gate.reads is Mode.HIDDEN or not _lets_write(store, namespace, gate):
        raise ApiError(store.wording.namespace_not_found, namespace)
    statement, parameters = _of_store(REMOVE, store)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), parameters | {"namespace": namespace})
        removed = cursor.fetchall()
    if not removed and not store.wording.deletes_what_is_not:
        raise ApiError(store.wording.namespace_not_found, namespace)
    for sharing, key in removed:
        if not store.verdict(load_value(sharing) if sharing else None).delete:
            raise store.wording.namespace_denied(namespace, key)


def remove_namespace(namespace: str) -> None:
    """Remove all shared entries of a namespace, whoever may write them: its app is removed with its data.

    What the server guards itself stays: a manifest can name any namespace, whoever may write to it.
    """
    if is_the_servers(namespace):
        return
    DatastoreEntry.objects.filter(namespace=namespace).delete()


def _of_store(statement: str, store: Store) -> tuple[sql.Composable, dict[str, Any]]:
    """A statement on the table of a store, on the rows of its owner if it has one, and his key."""
    owner = getattr(store, "owner", None)
    composed = sql.SQL(statement).format(
        table=sql.Identifier(store.model._meta.db_table),
        owned=sql.SQL("TRUE" if owner is None else "user_id = %(owner)s"),
        uid=sql.SQL("uid" if owner is None else "NULL::text"),
        sharing=sql.SQL("sharing::text" if owner is None else "NULL::text"),
    )
    return composed, {} if owner is None else {"owner": owner.pk}


def _is_visible(store: Store, namespace: str) -> bool:
    """Whether there may be anything for the caller. Errors: 403 where the namespace is restricted."""
    gate = store.gate(namespace)
    _refuse_restricted(store, namespace, gate)
    return gate.reads is Mode.NONE


def _refuse_restricted(store: Store, namespace: str, gate: Gate) -> None:
    if gate.reads is Mode.RESTRICTED:
        raise ApiError(store.wording.protected, namespace)


def _lets_write(store: Store, namespace: str, gate: Gate) -> bool:
    """Whether a write reaches the table; False: it is dropped. Errors: 403."""
    if gate.writes is Mode.RESTRICTED:
        raise ApiError(store.wording.protected, namespace)
    return gate.writes is Mode.NONE


def _require_entry(store: Store, namespace: str, key: str) -> dict[str, Any]:
    row = _find_entry(store, namespace, key, store.gate(namespace))
    if row is None:
        raise ApiError(store.wording.key_not_found, key, namespace)
    return row


def _find_entry(store: Store, namespace: str, key: str, gate: Gate) -> dict[str, Any] | None:
    """The entry as far as the caller may know of it. Errors: 403 where namespace or entry are not for him."""
    _refuse_restricted(store, namespace, gate)
    if gate.reads is Mode.HIDDEN:
        return None
    row = _read_entry(store, namespace, key)
    if row is not None and not store.verdict(row["sharing"]).read:
        raise ApiError(store.wording.read_denied, key, namespace)
    return row


def _lock(store: Store, namespace: str, key: str) -> dict[str, Any] | None:
    return _read_entry(store, namespace, key, locks=True)


def _read_entry(store: Store, namespace: str, key: str, *, locks: bool = False) -> dict[str, Any] | None:
    statement, parameters = _of_store(ENTRY + " FOR UPDATE" if locks else ENTRY, store)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), parameters | {"namespace": namespace, "key": key})
        found = cursor.fetchone()
        if found is None:
            return None
        row = dict(zip([column.name for column in cursor.description], found, strict=True))
    return row | {"sharing": orjson.loads(row["sharing"]) if row["sharing"] is not None else None}


def _check(store: Store, key: str, body: bytes) -> str:
    try:
        return check_value(body)
    except InvalidValueError as error:
        raise _invalid(store, key, str(error)) from error


def _invalid(store: Store, key: str, detail: str) -> ApiError:
    return ApiError(store.wording.value_invalid, key, detail=detail)


def _check_names(namespace: str, key: str) -> None:
    for name, text in (("namespace", namespace), ("key", key)):
        if len(text) > MAX_NAME:
            raise ApiError(errors.NAME_TOO_LONG, name, MAX_NAME)


def _steps(path: str) -> tuple[str, ...]:
    steps = parse_path(path)
    if len(steps) > MAX_STEPS:
        raise ApiError(errors.PATH_TOO_LONG, MAX_STEPS)
    return tuple(steps)


def _insert(store: Store, namespace: str, key: str, text: str | None, encrypt: bool) -> bool:
    def insert(now: datetime) -> bool:
        return store.insert(namespace, key, _sealed(store, key, text, encrypt), now)

    # One statement needs no transaction; where one runs already, a failure must not end it.
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        return _write(store, key, insert)


def _change(store: Store, namespace: str, key: str, row: dict[str, Any], change: Change) -> None:
    """The table of partial updates, on a row that is held."""
    verdict = store.verdict(row["sharing"])
    if not verdict.read:
        raise ApiError(store.wording.read_denied, key, namespace)
    if not verdict.update:
        raise ApiError(store.wording.update_denied, key, namespace)
    if change.text is None and not change.path:
        store.all_rows().filter(pk=row["pk"]).delete()
        return
    try:
        text = change.text if _replaces_all(change) else _partly(_text_of(row, namespace, key), change)
    except InvalidValueError as error:
        raise _invalid(store, key, str(error)) from error
    if text is not None:
        sealed = _sealed(store, key, text, row["encrypted"])
        _write(store, key, lambda now: store.update(row["pk"], sealed, now))


def _replaces_all(change: Change) -> bool:
    return not change.path and change.roll is None


def _partly(stored: str | None, change: Change) -> str | None:
    """The text after the change of a part; None where nothing changes."""
    value = load_value(change.text) if change.text is not None else None
    root = load_value(stored) if stored is not None else MISSING
    if change.roll is not None and change.text is not None:
        changed = roll_at(root, change.path, value, change.roll)
    else:
        changed = set_at(root, change.path, value)
    return None if changed is MISSING else dump_value(changed)


def _text_of(row: dict[str, Any], namespace: str, key: str) -> str | None:
    if row["encrypted_value"] is None:
        return row["text"]
    try:
        return decrypt_text(row["encrypted_value"])
    except UndecryptableError as error:
        raise ApiError(errors.UNDECRYPTABLE, key, namespace) from error


def _sealed(store: Store, key: str, text: str | None, encrypt: bool) -> StoredText:
    if text is not None and len(text) > MAX_VALUE:
        raise ApiError(BODY_TOO_LARGE, MAX_VALUE)
    if not encrypt or text is None:
        return StoredText(text, encrypt)
    try:
        # In the form that the database would give it, as it never gets to see it.
        return StoredText(None, True, encrypt_text(dump_value(load_value(text))))
    except InvalidValueError as error:
        raise _invalid(store, key, str(error)) from error


def _write(store: Store, key: str, write: Callable[[datetime], Any]) -> Any:
    """Write what is stamped now.

    Errors: 400 for values that PostgreSQL's `jsonb` cannot hold, such as numbers of too many digits.
    """
    now = to_milliseconds(timezone.now())
    try:
        return write(now)
    except (DataError, OperationalError) as error:
        state = getattr(error.__cause__, "pgcode", None) or ""
        if isinstance(error, OperationalError) and not state.startswith(LIMITS):
            raise
        raise _invalid(store, key, "the value cannot be stored in the database") from error
