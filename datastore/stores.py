"""The two stores: one that all users share, with protections and sharing, and one of each user alone.

A store says where its rows are, who passes, and how they are written; what happens in which order is `services`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.db.models import QuerySet
from psycopg2 import sql
from psycopg2.extras import Json

from datastore.models import DatastoreEntry, StoredValue, UserDatastoreEntry
from datastore.protections import OPEN, Gate, find_protection, hidden_namespaces
from datastore.wording import Wording
from dhis2api.objects.importer.sharing import stored_sharing
from dhis2api.objects.uids import generate_uid
from dhis2api.objects.writers import write_recorded
from sharing.access import DEFAULT_PUBLIC, Principal, Verdict, judge, readable
from users.models import User

RULES = DatastoreEntry.Wire.access
EVERYTHING = Verdict(True, True, True, True, True, None, None)

INSERT = "INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({key}) DO NOTHING"
UPDATE = "UPDATE {table} SET {changes} WHERE id = {id}"


@dataclass(frozen=True, slots=True)
class StoredText:
    """What a row holds of a value: the text of its JSON or the encrypted one; neither where there is no value."""

    plain: str | None
    encrypted: bool = False
    secret: str | None = None

    def columns(self) -> dict[str, Any]:
        return {"value": self.plain, "encrypted": self.encrypted, "encrypted_value": self.secret}


class Store(Protocol):
    """What `services` and `query` need to know of a store."""

    wording: Wording
    name: ClassVar[str]  # of its address
    model: ClassVar[type[StoredValue]]

    def all_rows(self) -> QuerySet[Any]:
        """Every row, whoever may read it."""

    def readable_rows(self, namespace: str) -> QuerySet[Any]:
        """The rows of a namespace that the caller may read."""

    def hidden_namespaces(self) -> set[str]:
        """The names that the caller does not learn."""

    def gate(self, namespace: str) -> Gate:
        """What stands before the namespace for the caller."""

    def verdict(self, sharing: Mapping[str, Any] | None) -> Verdict:
        """What the caller may do with an entry of this sharing."""

    def insert(self, namespace: str, key: str, text: StoredText, now: datetime) -> bool:
        """Add an entry, in one statement; False where somebody else was faster."""

    def update(self, pk: int, text: StoredText, now: datetime) -> None:
        """Replace the value of an entry, in one statement."""


@dataclass(frozen=True, slots=True)
class SharedStore:
    """`/api/dataStore` as one user sees it."""

    user: User
    wording: Wording
    name: ClassVar[str] = "dataStore"
    model: ClassVar[type[StoredValue]] = DatastoreEntry

    @property
    def principal(self) -> Principal:
        return self.user.principal

    def all_rows(self) -> QuerySet[Any]:
        return DatastoreEntry.objects.all()

    def readable_rows(self, namespace: str) -> QuerySet[Any]:
        return DatastoreEntry.objects.filter(readable(RULES, self.principal), namespace=namespace)

    def hidden_namespaces(self) -> set[str]:
        return hidden_namespaces(self.principal)

    def gate(self, namespace: str) -> Gate:
        if self.principal.is_superuser:  # passes everywhere, and so need not be asked about
            return OPEN
        protection = find_protection(namespace)
        return protection.gate(self.principal) if protection is not None else OPEN

    def verdict(self, sharing: Mapping[str, Any] | None) -> Verdict:
        return judge(RULES, sharing, self.principal)

    def insert(self, namespace: str, key: str, text: StoredText, now: datetime) -> bool:
        row = text.columns() | {
            "uid": generate_uid(), "namespace": namespace, "key": key, "created": now, "last_updated": now,
            "created_by_id": self.user.pk, "last_updated_by_id": self.user.pk,
            "sharing": stored_sharing(self.user.uid, DEFAULT_PUBLIC),
        }  # fmt: skip
        return _insert(DatastoreEntry, row, ("namespace", "key"))

    def update(self, pk: int, text: StoredText, now: datetime) -> None:
        _update(DatastoreEntry, pk, text.columns() | {"last_updated": now, "last_updated_by_id": self.user.pk})


@dataclass(frozen=True, slots=True)
class UserStore:
    """`/api/userDataStore` of one user, who alone gets at it (and superusers, in his name)."""

    owner: User
    wording: Wording
    name: ClassVar[str] = "userDataStore"
    model: ClassVar[type[StoredValue]] = UserDatastoreEntry

    def all_rows(self) -> QuerySet[Any]:
        return UserDatastoreEntry.objects.filter(user=self.owner)

    def readable_rows(self, namespace: str) -> QuerySet[Any]:
        return self.all_rows().filter(namespace=namespace)

    def hidden_namespaces(self) -> set[str]:
        return set()

    def gate(self, namespace: str) -> Gate:
        return OPEN

    def verdict(self, sharing: Mapping[str, Any] | None) -> Verdict:
        return EVERYTHING

    def insert(self, namespace: str, key: str, text: StoredText, now: datetime) -> bool:
        row = text.columns() | {
            "user_id": self.owner.pk, "namespace": namespace, "key": key, "created": now, "last_updated": now,
        }  # fmt: skip
        return _insert(UserDatastoreEntry, row, ("user_id", "namespace", "key"))

    def update(self, pk: int, text: StoredText, now: datetime) -> None:
        _update(UserDatastoreEntry, pk, text.columns() | {"last_updated": now})


def _insert(model: Any, row: Mapping[str, Any], key: tuple[str, ...]) -> bool:
    statement = sql.SQL(INSERT).format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(map(sql.Identifier, row)),
        values=sql.SQL(", ").join(map(_placeholder, row)),
        key=sql.SQL(", ").join(map(sql.Identifier, key)),
    )
    return write_recorded(statement, _adapted(row), row["last_updated"])


def _update(model: Any, pk: int, changes: Mapping[str, Any]) -> None:
    statement = sql.SQL(UPDATE).format(
        table=sql.Identifier(model._meta.db_table),
        changes=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), _placeholder(name)) for name in changes
        ),
        id=sql.Placeholder("pk"),
    )
    write_recorded(statement, _adapted(changes) | {"pk": pk}, changes["last_updated"])


def _placeholder(column: str) -> sql.Composable:
    # The value comes as text; psycopg would quote a parsed one anew and lose digits of its numbers.
    return sql.SQL("{}::jsonb").format(sql.Placeholder(column)) if column == "value" else sql.Placeholder(column)


def _adapted(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Json(value) if isinstance(value, dict) else value for name, value in columns.items()}
