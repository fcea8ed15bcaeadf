"""Members of documents, declared as data: what stands in a document's `content`, of which kind, referring to what.

A document is a type that no engine here computes with (dashboards, visualizations, maps, …). Its `Wire` lists its
members; reading, filters, schemas, import and the upkeep of references work from that list alone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """A complex value with members of its own.

    `name` is the Java class's simple name. `lives_by` names the references that an item of a collection exists for:
    one that loses the last of them goes. `complete(item, raw)` sets what follows from the other members.
    """

    name: str
    klass: str
    members: tuple[Member, ...]
    lives_by: tuple[str, ...] = ()
    complete: Callable[[dict[str, Any], dict[str, Any]], None] | None = None
    plural: str | None = None  # when not the singular + "s"


@dataclass(frozen=True, slots=True)
class Member:
    """One declared member; made by the functions below."""

    name: str
    kind: str = "TEXT"  # propertyType
    item_kind: str | None = None  # of a collection
    target: str | None = None  # singular of the type referred to
    item: Item | None = None
    required: bool = False  # E4000 when absent
    length: int | None = None  # E4001
    enum_type: type[enum.Enum] | None = None  # E4027
    default: Any = None
    singular: str | None = None  # item name of a collection, when not the name without its "s"
    derived: bool = False  # set by the item's `complete`, never by a payload
    secret: bool = False  # written, never shown
    protects: bool = False  # the object referred to cannot be deleted (E4030); others leave the document
    identifies: bool = False  # the id of an item, made up when absent
    names_any: bool = False  # the id of an object of any type, or of none; not checked, but it leaves with the object


def text(name: str, length: int | None = 255, **more: Any) -> Member:
    """A text."""
    return Member(name, length=length, **more)


def long_text(name: str, **more: Any) -> Member:
    """A text of any length."""
    return Member(name, **more)


def choice(name: str, values: type[enum.Enum], **more: Any) -> Member:
    """One of an enumeration's names."""
    return Member(name, kind="CONSTANT", enum_type=values, **more)


def flag(name: str, **more: Any) -> Member:
    """True or false."""
    return Member(name, kind="BOOLEAN", **more)


def flags(*names: str) -> tuple[Member, ...]:
    """Several booleans."""
    return tuple(flag(name) for name in names)


def texts(*names: str) -> tuple[Member, ...]:
    """Several short texts."""
    return tuple(text(name) for name in names)


def integer(name: str, **more: Any) -> Member:
    """A whole number of 32 bits."""
    return Member(name, kind="INTEGER", **more)


def number(name: str, **more: Any) -> Member:
    """A number."""
    return Member(name, kind="NUMBER", **more)


def date(name: str, **more: Any) -> Member:
    """A moment."""
    return Member(name, kind="DATE", **more)


def ref(name: str, target: str | None = None, **more: Any) -> Member:
    """A reference to one object, of the type called as the member is unless said otherwise."""
    return Member(name, kind="REFERENCE", target=target or name, **more)


def refs(name: str, target: str, **more: Any) -> Member:
    """References to several objects, in order."""
    return Member(name, kind="COLLECTION", item_kind="REFERENCE", target=target, **more)


def item(name: str, kind: Item, **more: Any) -> Member:
    """One complex value."""
    return Member(name, kind="COMPLEX", item=kind, **more)


def items(name: str, kind: Item, **more: Any) -> Member:
    """Complex values, in order."""
    return Member(name, kind="COLLECTION", item_kind="COMPLEX", item=kind, **more)


def text_list(name: str, **more: Any) -> Member:
    """Texts, in order."""
    return Member(name, kind="COLLECTION", item_kind="TEXT", **more)


def whole(name: str, **more: Any) -> Member:
    """A complex value that is kept and shown whole."""
    return Member(name, kind="COMPLEX", **more)


def whole_list(name: str, **more: Any) -> Member:
    """Complex values that are kept and shown whole."""
    return Member(name, kind="COLLECTION", item_kind="COMPLEX", **more)


def any_id() -> Member:
    """The id of an object of any type, or a word in its place (`LAST_12_MONTHS`)."""
    return Member("id", kind="IDENTIFIER", names_any=True)


def identity() -> Member:
    """The id of an item that is an object of its own to clients."""
    return Member("id", kind="IDENTIFIER", identifies=True)
