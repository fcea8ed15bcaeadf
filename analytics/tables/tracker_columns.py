"""Columns that tracker tables share: items by their value type, org units, and who wrote.

Without PostGIS, which this server does not ask for, there are no columns of geometry, longitude and latitude, and
coordinates are texts. Source: DHIS2 2.42, analytics, value types.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.dimensions import Dimensions
from analytics.hands import Hands
from analytics.identifiers import literal
from analytics.plans import BIGINT, DOUBLE, INTEGER, NAME, TEXT, TIMESTAMP, UID, Column
from analytics.values import converted
from dhis2api.value_types import BOOLEAN_TYPES, DATE_TYPES, DECIMAL_TYPES, INTEGER_TYPES, NUMERIC_TYPES, ValueType

# Words that people type: what is looked for in them is not found by an index.
FREE_TEXT = frozenset({ValueType.TEXT, ValueType.LONG_TEXT})
ITEM = "SELECT DISTINCT item.id, item.uid, item.value_type, item.option_set_id IS NOT NULL FROM {} ORDER BY item.uid"
ELEMENTS = """
    metadata_dataelement AS item
    JOIN metadata_programstagedataelement AS link ON link.data_element_id = item.id AND NOT link.skip_analytics
    JOIN metadata_programstage AS stage ON stage.id = link.program_stage_id AND stage.program_id = {program}
"""
PROGRAM_ATTRIBUTES = """
    metadata_trackedentityattribute AS item
    JOIN metadata_programtrackedentityattribute AS link ON link.tracked_entity_attribute_id = item.id
    WHERE link.program_id IN ({programs}) AND NOT item.confidential
"""
TYPE_ATTRIBUTES = """
    metadata_trackedentityattribute AS item
    JOIN metadata_trackedentitytypeattribute AS link ON link.tracked_entity_attribute_id = item.id
    WHERE link.tracked_entity_type_id = {type} AND NOT item.confidential
"""
LEGENDS = """
    SELECT link.{item}_id, legends.uid, legend.uid, legend.start_value, legend.end_value
    FROM metadata_{item}_legend_sets AS link
    JOIN metadata_legendset AS legends ON legends.id = link.legendset_id
    JOIN metadata_legend AS legend ON legend.legend_set_id = legends.id
    WHERE link.{item}_id IN ({ids}) ORDER BY legends.uid, legend.start_value
"""
DATA_ELEMENT, ATTRIBUTE = "dataelement", "trackedentityattribute"


@dataclass(frozen=True, slots=True)
class Item:
    """A data element or an attribute that becomes columns."""

    id: int
    uid: str
    value_type: str
    has_options: bool

    @property
    def type(self) -> str:
        """The type of its column."""
        if self.value_type in DECIMAL_TYPES:
            return DOUBLE
        if self.value_type in INTEGER_TYPES:
            return BIGINT
        if self.value_type in BOOLEAN_TYPES:
            return INTEGER
        return TIMESTAMP if self.value_type in DATE_TYPES else TEXT


def program_elements(hands: Hands, program: int) -> list[Item]:
    """The data elements of all stages, but for those whose link leaves them out everywhere."""
    return _items(hands, ELEMENTS.format(program=program))


def program_attributes(hands: Hands, programs: Iterable[int]) -> list[Item]:
    """The attributes that programs ask for; confidential ones are nobody's to analyse."""
    listed = ", ".join(map(str, programs)) or "NULL"
    return _items(hands, PROGRAM_ATTRIBUTES.format(programs=listed))


def type_attributes(hands: Hands, type: int) -> list[Item]:
    """The attributes of a tracked entity type."""
    return _items(hands, TYPE_ATTRIBUTES.format(type=type))


def _items(hands: Hands, source: str) -> list[Item]:
    return [Item(*row) for row in hands.execute(ITEM.format(source))]


def element_columns(hands: Hands, items: list[Item], values: str) -> list[Column]:
    """Columns of data elements; `values` is the document that holds their values."""
    texts = {item.id: f"({values} -> {literal(item.uid)} ->> 'value')" for item in items}
    return list(_item_columns(hands, items, DATA_ELEMENT, texts))


def attribute_columns(hands: Hands, items: list[Item], alias: str) -> list[Column]:
    """Columns of attributes, out of `attribute_values` under that alias."""
    return list(_item_columns(hands, items, ATTRIBUTE, {item.id: f"{alias}.a{item.id}" for item in items}))


def attribute_values(items: list[Item], entity: str, alias: str) -> str:
    """JOIN that lays the attribute values of a tracked entity, given by its id, side by side."""
    if not items:
        return ""
    picked = ", ".join(f"max(value) FILTER (WHERE attribute_id = {item.id}) AS a{item.id}" for item in items)
    return f"""
        LEFT JOIN LATERAL (
            SELECT {picked} FROM tracked_entity_attribute_value WHERE tracked_entity_id = {entity}
        ) AS {alias} ON true
    """


def _item_columns(hands: Hands, items: list[Item], kind: str, texts: dict[int, str]) -> Iterator[Column]:
    legends = _legends(hands, items, kind)
    for item in items:
        text = texts[item.id]
        value = converted(text, item.value_type)
        is_free = item.value_type in FREE_TEXT and not item.has_options
        yield Column(
            item.uid, item.type, value, is_indexed=not is_free, ignores_case=item.type == TEXT
        )  # fmt: skip
        if item.value_type == ValueType.ORGANISATION_UNIT:
            name = f"(SELECT name FROM metadata_organisationunit WHERE uid = {text})"
            yield Column(f"{item.uid}_name", TEXT, name, is_indexed=False)
        for legend_set, ranges in legends[item.id].items():
            cases = " ".join(
                f"WHEN {value} >= {start!r} AND {value} < {end!r} THEN {literal(uid)}" for uid, start, end in ranges
            )
            yield Column(f"{item.uid}_{legend_set}", UID, f"CASE {cases} END")


Ranges = list[tuple[str, float, float]]


def _legends(hands: Hands, items: list[Item], kind: str) -> defaultdict[int, dict[str, Ranges]]:
    """The legends of numeric items: item → legend set → legends."""
    found: defaultdict[int, dict[str, Ranges]] = defaultdict(dict)
    ids = [str(item.id) for item in items if item.value_type in NUMERIC_TYPES]
    if ids:
        for item, legend_set, uid, start, end in hands.execute(LEGENDS.format(item=kind, ids=", ".join(ids))):
            found[item].setdefault(legend_set, []).append((uid, start, end))
    return found


def unit_columns(unit: str) -> list[Column]:
    """The org unit that a row belongs to, by the alias of its structure."""
    return [
        Column("ou", UID, f"{unit}.organisationunituid", required=True),
        Column("ouname", TEXT, f"{unit}.name", required=True),
        Column("oucode", TEXT, f"{unit}.code"),
        Column("oulevel", INTEGER, f"{unit}.level"),
    ]


def author_columns(created: str, updated: str) -> Iterator[Column]:
    """Who created a row and who changed it last, by the aliases of the authors; only user names are searched."""
    for prefix, author in (("createdby", created), ("lastupdatedby", updated)):
        yield Column(f"{prefix}username", NAME, f"{author}.username")
        yield Column(f"{prefix}name", NAME, f"{author}.first_name", is_indexed=False)
        yield Column(f"{prefix}lastname", NAME, f"{author}.surname", is_indexed=False)
        shown = f"{author}.surname || ', ' || {author}.first_name || ' (' || {author}.username || ')'"
        yield Column(f"{prefix}displayname", NAME, shown, is_indexed=False)


def authors_of(row: str) -> str:
    """JOINs of both authors of a tracker object, `creator` and `updater`."""
    return f"""
        LEFT JOIN tracker_author AS creator ON creator.id = {row}.created_by_id
        LEFT JOIN tracker_author AS updater ON updater.id = {row}.updated_by_id
    """


def level_columns(dimensions: Dimensions, unit: str) -> list[Column]:
    """Levels and names of the hierarchy."""
    return [*dimensions.level_columns(unit), dimensions.hierarchy_column(unit)]
