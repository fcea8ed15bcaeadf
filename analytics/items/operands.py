"""Data elements and operands: which data elements, option combos and attribute option combos an item means.

`#{de}`, `#{de.coc}`, `#{de.coc.aoc}` with `*` for every combo; `deGroup:a&b` are the data elements that are in each of
the groups, `co:o` and `coGroup:a&b` the option combos with an option that is meant, or in each of the groups.
Source: DHIS2 2.42, expressions, items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from analytics.items.values import Items
from expressions.items import EVERY, Item

ELEMENT_GROUP, OPTION, OPTION_GROUP = "deGroup:", "co:", "coGroup:"
MEMBERS = """
    SELECT owner.uid, link.dataelement_id FROM metadata_dataelementgroup AS owner
    JOIN metadata_dataelementgroup_data_elements AS link ON link.dataelementgroup_id = owner.id
    WHERE owner.uid = ANY(%(uids)s)
"""
ELEMENTS = """
    SELECT id, uid, value_type, aggregation_type, zero_is_significant FROM metadata_dataelement
    WHERE (uid = ANY(%(uids)s) OR id = ANY(%(ids)s)) AND domain_type = 'AGGREGATE'
"""
COMBOS = "SELECT uid, id FROM metadata_categoryoptioncombo WHERE uid = ANY(%(uids)s)"
COMBOS_OF_OPTIONS = """
    SELECT option.uid, link.categoryoptioncombo_id FROM metadata_categoryoption AS option
    JOIN metadata_categoryoptioncombo_category_options AS link ON link.categoryoption_id = option.id
    WHERE option.uid = ANY(%(uids)s)
"""
COMBOS_OF_GROUPS = """
    SELECT owner.uid, combo.categoryoptioncombo_id FROM metadata_categoryoptiongroup AS owner
    JOIN metadata_categoryoptiongroup_category_options AS link ON link.categoryoptiongroup_id = owner.id
    JOIN metadata_categoryoptioncombo_category_options AS combo ON combo.categoryoption_id = link.categoryoption_id
    WHERE owner.uid = ANY(%(uids)s)
"""


@dataclass(frozen=True, slots=True)
class Element:
    """What must be known of a data element to compute with its values."""

    pk: int
    uid: str
    value_type: str
    aggregation_type: str
    zero_is_significant: bool


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an item: values of one data element; None for every combo."""

    item: Item
    element: Element
    combo: int | None
    attribute_combo: int | None


def resolve(items: Items) -> list[Operand]:
    """The operands that items are made of; none for what does not exist. At most five queries."""
    named = _Named(items)
    return [operand for item in items for operand in named.operands(item)]


class _Named:
    """Everything that the items name, loaded."""

    def __init__(self, items: Items) -> None:
        firsts = {item.parts[0] for item in items}
        seconds = {item.parts[1] for item in items if len(item.parts) > 1}
        thirds = {item.parts[2] for item in items if len(item.parts) > 2}
        self.groups = _sets(MEMBERS, _tagged(firsts, ELEMENT_GROUP))
        members = sorted(set().union(*self.groups.values()))
        self.elements = {pk: Element(pk, *rest) for pk, *rest in _rows(ELEMENTS, uids=sorted(firsts), ids=members)}
        self.by_uid = {element.uid: element for element in self.elements.values()}
        plain = {text for text in seconds | thirds if text != EVERY and ":" not in text}
        self.combos = dict(_rows(COMBOS, uids=sorted(plain))) if plain else {}
        self.options = _sets(COMBOS_OF_OPTIONS, _tagged(seconds, OPTION))
        self.option_groups = _sets(COMBOS_OF_GROUPS, _tagged(seconds, OPTION_GROUP))

    def operands(self, item: Item) -> Iterator[Operand]:
        first, second, third = (*item.parts, EVERY, EVERY)[:3]
        attribute_combo = None if third == EVERY else self.combos.get(third)
        if third != EVERY and attribute_combo is None:
            return
        for element in self._elements(first):
            for combo in self._combos(second):
                yield Operand(item, element, combo, attribute_combo)

    def _elements(self, text: str) -> Iterable[Element]:
        if text.startswith(ELEMENT_GROUP):
            members = _common(self.groups, text, ELEMENT_GROUP)
            return [self.elements[pk] for pk in sorted(members) if pk in self.elements]
        return [self.by_uid[text]] if text in self.by_uid else []

    def _combos(self, text: str) -> Iterable[int | None]:
        if text == EVERY:
            return [None]
        if text.startswith(OPTION_GROUP):
            return sorted(_common(self.option_groups, text, OPTION_GROUP))
        if text.startswith(OPTION):
            return sorted(_common(self.options, text, OPTION))
        return [self.combos[text]] if text in self.combos else []


def _tagged(texts: Iterable[str], tag: str) -> list[str]:
    """The uids behind a tag."""
    return sorted({uid for text in texts if text.startswith(tag) for uid in text.removeprefix(tag).split("&")})


def _common(sets: dict[str, set[int]], text: str, tag: str) -> set[int]:
    """What is in each of the sets that a text names."""
    return set.intersection(*(sets.get(uid, set()) for uid in text.removeprefix(tag).split("&")))


def _sets(statement: str, uids: list[str]) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for uid, pk in _rows(statement, uids=uids) if uids else ():
        found[uid].add(pk)
    return found


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
