"""How a model declares what its columns do not say: its Java class, import order, authorities, derived members.

A model's inner `class Wire(Declaration)` is read once, when the registry is filled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q

from dhis2api.objects.members import Member
from sharing.access import TypeRules


@dataclass(frozen=True, slots=True)
class Computed:
    """A member that is not stored.

    `compute` gets the loaded row (JSON name → stored value, `id` the uid) and the reading context; `needs` names
    the stored members it reads. `kind` is the schema's propertyType. A boolean that is true where a collection is
    empty names it as `true_without`: filters then ask its table.
    """

    compute: Callable[[Mapping[str, Any], Any], Any]
    needs: tuple[str, ...] = ()
    kind: str = "TEXT"
    true_without: str | None = None


@dataclass(frozen=True, slots=True)
class ComputedMembers:
    """A reference collection that no table holds (`organisationUnit.ancestors`).

    `load(ids)` maps the primary keys of a page to lists of primary keys of `target`, in one query.
    """

    target: str
    singular: str
    load: Callable[[list[int]], Mapping[int, list[int]]]


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """A value that stands in other tables (the value type of the attribute that an embedded row names).

    `load(ids, context)` maps the primary keys of a page to values, in a fixed number of queries.
    """

    load: Callable[[list[int], Any], Mapping[int, Any]]
    kind: str = "TEXT"


@dataclass(frozen=True, slots=True)
class FirstOf:
    """A reference to the first member of a collection of the same type, which older clients know alone."""

    collection: str


@dataclass(frozen=True, slots=True)
class SameAs:
    """A collection of the same type under another name: read there, written here."""

    collection: str
    singular: str


Derived = Computed | ComputedMembers | ComputedValue | FirstOf | SameAs


def unset(kind: str = "TEXT") -> Computed:
    """A member of the wire's class that holds a value nowhere but within DHIS2's analytics: known, never shown."""
    return Computed(lambda row, context: None, kind=kind)


class Declaration:
    """Defaults of a type's `Wire` class."""

    klass: ClassVar[str]  # Java class name, as clients see it
    order: ClassVar[int] = 10_000  # import and validation order; unlisted types come last
    plural: ClassVar[str | None] = None  # when not singular + "s"
    singular: ClassVar[str | None] = None  # when not the camelCase of the class name
    endpoint: ClassVar[bool] = True  # served at /api/{plural}
    path: ClassVar[str | None] = None  # below /api/, where views of the type's app serve it in a way of their own
    metadata: ClassVar[bool] = True  # part of /api/metadata
    access: ClassVar[TypeRules] = TypeRules()
    computed: ClassVar[Mapping[str, Derived]] = {}  # a stored member of the same name wins
    owned_reverse: ClassVar[tuple[str, ...]] = ()  # reverse foreign keys that this side owns (optionSet.options)
    numbered: ClassVar[tuple[str, ...]] = ()  # those of them whose members' numbers are their places in a payload
    singles: ClassVar[Mapping[str, tuple[str, str]]] = {}  # member → (related name of embedded rows, their `role`)
    required_singles: ClassVar[tuple[str, ...]] = ()  # those of them that E4000 misses
    singulars: ClassVar[Mapping[str, str]] = {}  # collection → item name, when not the plural without its "s"
    attribute_flag: ClassVar[str | None] = None  # the flag on `attribute` that allows values for this type
    nameable: ClassVar[bool] = False
    natural_key: ClassVar[tuple[str, ...]] = ()  # of embedded rows: what makes two rows of an owner the same
    unique_together: ClassVar[tuple[tuple[str, ...], ...]] = ()  # E5005
    versioned: ClassVar[bool] = False  # `version` grows on update
    default_objects: ClassVar[tuple[str, ...]] = ()  # uids of system defaults of this type
    immutable: ClassVar[tuple[str, ...]] = ()
    # Members that belong to the other side, and that hooks of this type write when the object comes alone.
    written_for: ClassVar[tuple[str, ...]] = ()
    # Collections that holders of an authority may change of every object that they may read.
    member_authorities: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    write_only: ClassVar[tuple[str, ...]] = ()  # members that hooks of the type write and nothing reads; for patches
    put_answers_import_report: ClassVar[bool] = False  # PUT of a user, alone, answers a report of many
    own_views: ClassVar[bool] = False  # the type's app routes its addresses to views of its own
    members: ClassVar[tuple[Member, ...]] = ()  # of a document: what stands in its content
    favoritable: ClassVar[bool] = False  # users may mark its objects
    subscribable: ClassVar[bool] = False  # users may subscribe to its objects
    secondary: ClassVar[bool] = False  # left out of an export that selects no types
    exported: ClassVar[Q] = Q()  # which of its objects an export holds: those that another server can import
    read_only: ClassVar[bool] = False  # no create, update or delete
