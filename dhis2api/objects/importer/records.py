"""What travels through the stages of a metadata import: objects, faults, the bundle."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dhis2api.errors import Code
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.schema import Schema
from sharing.access import Principal


class Action(StrEnum):
    """What the import does with an object."""

    CREATE = "created"
    UPDATE = "updated"
    DELETE = "deleted"


@dataclass(slots=True)
class Fault:
    """One error report of an object. `property` is the errorProperty, `error_klass` and `main_id` as DHIS2 gives."""

    code: Code
    args: tuple[Any, ...] = ()
    property: str | None = None
    error_klass: str | None = None
    main_id: str | None = None
    value: Any = None
    droppable: bool = False  # with atomicMode=NONE the bad reference is dropped and the object imported
    is_reference: bool = False  # the member was given, but not taken: E4000 would be wrong beside it
    hides_args: bool = False  # E4030 reports none


@dataclass(slots=True)
class EmbeddedRow:
    """One row of an embedded collection: column values and, once matched, the stored row's key."""

    values: dict[str, Any]
    uid: str
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A member that shall enter or leave a collection; the reference as the payload has it."""

    reference: Any
    adds: bool


@dataclass(slots=True)
class ImportObject:
    """One object of the payload.

    `values` are by column, `members` by property (lists of primary keys), `embedded` by property; all hold just what
    an import replaces. `stored` is the row as it was before, None for a new object.

    A partial update leaves alone what `raw` does not name. `changes` are members that enter or leave (by property,
    as sent), `changed_members` the same with primary keys in place of references: collections of any size change
    without being read.
    """

    schema: Schema
    index: int
    raw: dict[str, Any]
    uid: str
    action: Action = Action.CREATE
    pk: int | None = None
    stored: dict[str, Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    members: dict[str, list[int]] = field(default_factory=dict)
    embedded: dict[str, list[EmbeddedRow]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    has_own_uid: bool = True  # the payload named it
    created: datetime.datetime | None = None  # as the payload says; kept on create
    is_partial: bool = False
    changes: dict[str, list[MemberChange]] = field(default_factory=dict)
    changed_members: dict[str, dict[int, bool]] = field(default_factory=dict)  # primary key → whether it enters

    @property
    def name(self) -> str | None:
        found = self._text("name", "name")
        if self.schema.singular == "user":
            found = f"{self._text('firstName', 'first_name')} {self._text('surname', 'surname')}".strip()
        return found or None

    def keeps(self, member: str) -> bool:
        """Whether the import leaves the member as it is stored."""
        return self.is_partial and member not in self.raw

    def _text(self, member: str, column: str) -> str:
        found = (self.stored or {}).get(column) if self.keeps(member) else self.raw.get(member)
        return found if isinstance(found, str) else ""

    def describe(self) -> str:
        """`Name [uid] (SimpleClass)`, as messages name an object."""
        return describe(self.name, self.uid, self.schema)


def describe(name: str | None, identifier: str, schema: Schema) -> str:
    """`Name [uid] (SimpleClass)`; without a name `[uid] (SimpleClass)`."""
    return f"{name} [{identifier}] ({schema.simple_klass})" if name else f"[{identifier}] ({schema.simple_klass})"


@dataclass(slots=True)
class Bundle:
    """The state of one import between stages."""

    params: MetadataImportParams
    principal: Principal
    user_pk: int | None
    now: datetime.datetime
    objects: dict[str, list[ImportObject]] = field(default_factory=dict)  # singular → objects, in import order
    single: bool = False  # one object through its own endpoint: POST, PUT, PATCH
    members_only: bool = False  # only collections change; what else is stored is not judged again
    force: bool = False  # what may be without a deleted object lets go of it
    committed: bool = False
    inserted: dict[str, set[int]] = field(default_factory=dict)  # new rows of each table, by primary keys
    # What stored objects refer to, by type, embedded collection and member; read when it is asked for.
    held: dict[tuple[str, str, str], dict[int, set[int]]] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)  # what a hook saw before writing, for one after it

    def all_objects(self) -> Iterator[ImportObject]:
        for objects in self.objects.values():
            yield from objects

    def of(self, singular: str) -> list[ImportObject]:
        return self.objects.get(singular, [])

    @property
    def has_faults(self) -> bool:
        return any(o.faults for o in self.all_objects())
