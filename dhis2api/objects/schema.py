"""Schemas: what the API knows of a type, derived from its model and its `Wire` declaration.

A `Property` describes one member of the JSON: how it is shown in `/api/schemas`, where it is stored, and how it is
reached in a query. Everything generic (fields, filter, order, import, export, docs) works from these alone.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models

from dhis2api.objects.declarations import Computed, ComputedMembers, ComputedValue, Declaration

if TYPE_CHECKING:
    from dhis2api.objects.members import Item
    from sharing.access import TypeRules


class Kind(StrEnum):
    """DHIS2's propertyType."""

    IDENTIFIER = "IDENTIFIER"
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    USERNAME = "USERNAME"
    EMAIL = "EMAIL"
    PASSWORD = "PASSWORD"
    URL = "URL"
    DATE = "DATE"
    PHONENUMBER = "PHONENUMBER"
    GEOLOCATION = "GEOLOCATION"
    COLOR = "COLOR"
    CONSTANT = "CONSTANT"
    COMPLEX = "COMPLEX"
    COLLECTION = "COLLECTION"
    REFERENCE = "REFERENCE"


LONG = "java.lang.Long"
SIMPLE_KINDS = frozenset(Kind) - {Kind.COMPLEX, Kind.COLLECTION, Kind.REFERENCE, Kind.GEOLOCATION}
TEXT_KINDS = frozenset(
    {Kind.IDENTIFIER, Kind.TEXT, Kind.USERNAME, Kind.EMAIL, Kind.URL, Kind.PHONENUMBER, Kind.COLOR, Kind.CONSTANT}
)


class Shape(StrEnum):
    """How a member is stored and therefore read and written."""

    COLUMN = "column"  # a scalar column
    REFERENCE = "reference"  # a foreign key
    MEMBERS = "members"  # references in a table between, or a reverse foreign key
    EMBEDDED = "embedded"  # rows owned by the object
    JSON = "json"  # a jsonb column
    DOCUMENT = "document"  # a member of a document's `content`
    COMPUTED = "computed"  # not stored


@dataclass(frozen=True, slots=True)
class Link:
    """Where the members of a collection stand: a table with a column to the owner and one to the member."""

    model: type[models.Model]
    owner_column: str  # attname on `model`
    member_column: str  # attname on `model`; "pk" where `model` is the member itself
    order: tuple[str, ...] = ()
    reverse: bool = False  # `model` is the member's own table (a reverse foreign key)
    numbered: bool = False  # `sort_order` is the place in the payload, not what the member says itself
    role: str | None = None  # of embedded rows: only those of this role, of which an owner has one


@dataclass(slots=True)
class Property:
    """One member of a type's JSON."""

    name: str
    kind: Kind
    shape: Shape
    klass: str
    singular: str = ""
    field_name: str = ""  # internal name, shown as fieldName
    column: str | None = None  # attname on the model
    query_path: str | None = None  # ORM path, for filters and ordering
    target: str | None = None  # singular name of the schema referred to
    link: Link | None = None
    item_kind: Kind | None = None
    item_klass: str | None = None
    owner: bool = True
    persisted: bool = True
    readable: bool = True
    writable: bool = True
    required: bool = False  # E4000 when absent
    marked_required: bool = False  # shown as required
    unique: bool = False
    ordered: bool = False
    length: int | None = None
    min_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    translation_key: str | None = None
    enum_type: type[enum.Enum] | None = None
    computed: Computed | ComputedMembers | ComputedValue | None = None
    default: Any = None
    many_to_many: bool = False
    protects: bool = False  # of a document: what it refers to cannot be deleted
    names_any: bool = False  # of an item in a document: the id of an object of any type, or of none
    identifies: bool = False  # of an item in a document: its id, made up when absent
    alias: bool = False  # an old name of another member: never part of a preset but `*`

    @property
    def simple(self) -> bool:
        return self.kind in SIMPLE_KINDS

    @property
    def collection(self) -> bool:
        return self.kind is Kind.COLLECTION

    @property
    def refers(self) -> bool:
        """Whether it holds references to objects that live on their own."""
        return self.target is not None and Kind.REFERENCE in (self.kind, self.item_kind)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_KINDS

    @property
    def bits(self) -> int:
        """How long a whole number may be: a long one as far as JSON's readers are exact."""
        return 53 if self.klass == LONG else 31


@dataclass(slots=True)
class Schema:
    """One type of object."""

    model: type[models.Model] | None
    wire: type[Declaration]
    singular: str
    plural: str
    klass: str
    properties: dict[str, Property] = field(default_factory=dict)
    embedded: bool = False
    is_document: bool = False  # it has a `content`, or is a complex value in one
    item: Item | None = None  # of a complex value in a document, which has no model

    @property
    def simple_klass(self) -> str:
        """`DataElement` of `org.hisp.dhis.dataelement.DataElement`."""
        return self.klass.rsplit(".", 1)[-1]

    @property
    def order(self) -> int:
        return self.wire.order

    @property
    def rules(self) -> TypeRules:
        return self.wire.access

    @property
    def shareable(self) -> bool:
        return self.wire.access.shareable

    @property
    def translatable(self) -> bool:
        return "translations" in self.properties

    @property
    def has_attributes(self) -> bool:
        return "attributeValues" in self.properties

    @property
    def attribute_column(self) -> str | None:
        """The column of `attribute` that says whether this type may carry values; None: no attribute is for it."""
        name = self.wire.attribute_flag
        if not name:
            return None
        return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name) + "_attribute"

    def has(self, name: str) -> bool:
        return name in self.properties

    def stored(self) -> Mapping[str, Property]:
        """The members that an import may set: owned, stored, writable."""
        return {n: p for n, p in self.properties.items() if p.owner and p.persisted and p.writable}

    def display_path(self) -> str | None:
        """The column that names an object in messages and default orders."""
        return "name" if "name" in self.properties and self.properties["name"].column else None
