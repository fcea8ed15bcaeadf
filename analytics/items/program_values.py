"""`D{program.dataElement}` and `A{program.attribute}`: values of events, of an org unit and all below it.

Rows are those of the table EVENT: active, completed and scheduled ones of all stages, by their date, at their org unit.
An attribute counts once for each event. Source: DHIS2 2.42, analytics, expression items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from analytics.items.aggregated import AGGREGATES, Figures
from analytics.items.places import DESCENDANTS
from analytics.items.planning import without_nested_loops
from analytics.items.ranges import Ranges
from analytics.items.values import Items, ItemValues, Question
from analytics.tables.events import WANTED
from analytics.values import is_numeric
from analytics.years import EVENT_DATE
from dhis2api.value_types import BOOLEAN_TYPES, NUMERIC_TYPES
from expressions.items import Item, ItemKind
from metadata.enums import AggregationType as Type

# What needs an order of time, or lengths of periods, has no meaning for single events here.
COMPUTED = (
    Type.SUM, Type.AVERAGE, Type.COUNT, Type.MIN, Type.MAX, Type.STDDEV, Type.VARIANCE, Type.MIN_SUM_ORG_UNIT,
    Type.MAX_SUM_ORG_UNIT,
)  # fmt: skip
NOT_COMPUTED = "Values of programs are not aggregated by {}"
ELEMENTS = """
    SELECT DISTINCT program.uid, program.id, element.uid, NULL::integer, element.value_type, element.aggregation_type
    FROM metadata_program AS program
    JOIN metadata_programstage AS stage ON stage.program_id = program.id
    JOIN metadata_programstagedataelement AS link ON link.program_stage_id = stage.id AND NOT link.skip_analytics
    JOIN metadata_dataelement AS element ON element.id = link.data_element_id
    WHERE program.uid = ANY(%(programs)s) AND element.uid = ANY(%(members)s)
"""
ATTRIBUTES = """
    SELECT program.uid, program.id, attribute.uid, attribute.id, attribute.value_type, attribute.aggregation_type
    FROM metadata_program AS program
    JOIN metadata_programtrackedentityattribute AS link ON link.program_id = program.id
    JOIN metadata_trackedentityattribute AS attribute ON attribute.id = link.tracked_entity_attribute_id
    WHERE program.uid = ANY(%(programs)s) AND attribute.uid = ANY(%(members)s) AND NOT attribute.confidential
"""
FIGURES = f"""
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(
            %(items)s::int[], %(programs)s::int[], %(elements)s::text[], %(attributes)s::int[], %(item_clocks)s::int[],
            %(numbers)s::boolean[]
        ) AS wanted (item, program, element, attribute, clock, is_number)
    ), time AS MATERIALIZED (
        SELECT * FROM unnest(%(clocks)s::int[], %(asked)s::int[], %(firsts)s::date[], %(lasts)s::date[])
            AS time (clock, asked, first, last)
    ), place AS MATERIALIZED ({DESCENDANTS}),
    found AS (
        SELECT wanted.item, wanted.is_number, place.asked AS unit, place.unit AS source, time.asked AS period,
            CASE WHEN wanted.attribute IS NULL THEN event.data_values -> wanted.element ->> 'value'
                ELSE (
                    SELECT value FROM tracked_entity_attribute_value AS own
                    WHERE own.tracked_entity_id = event.tracked_entity_id AND own.attribute_id = wanted.attribute
                ) END AS text
        FROM event
        JOIN enrollment ON enrollment.id = event.enrollment_id AND NOT enrollment.deleted
        JOIN wanted ON wanted.program = event.program_id
        JOIN time ON time.clock = wanted.clock AND {EVENT_DATE}::date BETWEEN time.first AND time.last
        JOIN place ON place.unit = event.organisation_unit_id
        WHERE event.program_id = ANY(%(programs)s) AND {WANTED}
    ), counted AS (
        SELECT item, unit, source, period,
            CASE WHEN NOT is_number THEN CASE text WHEN 'true' THEN 1 WHEN 'false' THEN 0 END
                WHEN {is_numeric("text")} THEN text::numeric END AS number
        FROM found WHERE text IS NOT NULL
    ), by_source AS (
        SELECT item, unit, period, sum(number) AS total, count(number) AS count, min(number) AS least,
            max(number) AS greatest, sum(number * number) AS squares
        FROM counted WHERE number IS NOT NULL GROUP BY item, unit, period, source
    )
    SELECT item, unit, period, sum(total), sum(count)::bigint, min(least), max(greatest), sum(squares), 0, 0,
        sum(least), sum(greatest)
    FROM by_source GROUP BY item, unit, period
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item with what it means."""

    item: Item
    program: int
    element: str
    attribute: int | None
    value_type: str
    type: str


def load_program_values(items: Items, question: Question, values: ItemValues) -> None:
    """Add values of programs; a fixed number of statements."""
    wanted = [one for one in _wanted(items) if _is_computed(one, values)]
    if not wanted:
        return
    ranges = Ranges([one.item.modifiers for one in wanted], question.periods)
    parameters: dict[str, Any] = {
        "items": list(range(len(wanted))), "units": question.org_units,
        "programs": [one.program for one in wanted], "elements": [one.element for one in wanted],
        "attributes": [one.attribute for one in wanted],
        "numbers": [one.value_type in NUMERIC_TYPES for one in wanted], **ranges.parameters(),
    }  # fmt: skip
    with connection.cursor() as cursor, without_nested_loops():
        cursor.execute(FIGURES, parameters)
        for number, unit, period, *figures in cursor.fetchall():
            value = AGGREGATES[wanted[number].type](Figures(*figures), 1)
            if value is not None:
                values.put_for_all((unit, question.periods[period].iso), wanted[number].item.key, value)


def _wanted(items: Items) -> list[Wanted]:
    found = []
    for kind, statement in ((ItemKind.PROGRAM_DATA_ELEMENT, ELEMENTS), (ItemKind.PROGRAM_ATTRIBUTE, ATTRIBUTES)):
        of_kind = [item for item in items if item.kind is kind]
        if not of_kind:
            continue
        with connection.cursor() as cursor:
            cursor.execute(statement, {
                "programs": [item.parts[0] for item in of_kind], "members": [item.parts[1] for item in of_kind],
            })  # fmt: skip
            known = {(program, member): (pk, *rest) for program, pk, member, *rest in cursor.fetchall()}
        for item in of_kind:
            if item.parts in known:
                pk, attribute, value_type, type = known[item.parts[0], item.parts[1]]
                found.append(Wanted(item, pk, item.parts[1], attribute, value_type, _type(item, type)))
    return found


def _type(item: Item, own: str | None) -> str:
    asked = item.modifiers.aggregation_type or own
    return Type.AVERAGE if asked in (None, Type.DEFAULT) else str(asked)


def _is_computed(one: Wanted, values: ItemValues) -> bool:
    if one.value_type not in NUMERIC_TYPES | BOOLEAN_TYPES:
        return False
    if one.type not in COMPUTED:
        values.refused[one.item.key] = NOT_COMPUTED.format(one.type)
    return one.type in COMPUTED
