"""Change logs in SQL. What never changed has no row: its creation is told by the value itself (`%(tells)s`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg2 import sql

from tracker.change_logs.params import ChangeLogParams, ordering_of, parse_filter

# Rows end with the tracked entity whose texts are encrypted, NULL where they are not.
ENTITY = """
    WITH logged AS (
        SELECT id, attribute_id, type, previous_value, current_value, created_at, created_by_id
        FROM tracked_entity_change_log WHERE tracked_entity_id = %(key)s AND attribute_id = ANY(%(shown)s)
    ), log AS (
        SELECT * FROM logged
        UNION ALL
        SELECT 0, stored.attribute_id, 'CREATE', NULL, stored.value, stored.created_at, stored.created_by_id
        FROM tracked_entity_attribute_value stored
        WHERE %(tells)s AND stored.tracked_entity_id = %(key)s AND stored.attribute_id = ANY(%(shown)s)
          AND NOT EXISTS (SELECT FROM logged WHERE logged.attribute_id = stored.attribute_id)
    )
    SELECT log.type, subject.uid, NULL, log.previous_value, log.current_value, log.created_at,
           author.uid, author.username, author.first_name, author.surname,
           CASE WHEN subject.confidential THEN (SELECT uid FROM tracked_entity WHERE id = %(key)s) END
    FROM log
    JOIN metadata_trackedentityattribute subject ON subject.id = log.attribute_id
    LEFT JOIN tracker_author author ON author.id = log.created_by_id
    WHERE {condition} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""
EVENT = """
    WITH logged AS (
        SELECT id, data_element_id, field, type, previous_value, current_value, created_at, created_by_id
        FROM event_change_log WHERE event_id = %(key)s
    ), log AS (
        SELECT * FROM logged
        UNION ALL
        SELECT 0, element.id, NULL, 'CREATE', NULL, entry.value->>'value',
               coalesce((entry.value->>'createdAt')::timestamptz, event.created_at),
               coalesce((entry.value->>'createdBy')::bigint, event.created_by_id)
        FROM event
        CROSS JOIN LATERAL jsonb_each(event.data_values) AS entry
        JOIN metadata_dataelement element ON element.uid = entry.key
        WHERE %(tells)s AND event.id = %(key)s
          AND NOT EXISTS (SELECT FROM logged WHERE logged.data_element_id = element.id)
        UNION ALL
        SELECT 0, NULL, given.field, 'CREATE', NULL, given.value, event.created_at, event.created_by_id
        FROM event CROSS JOIN unnest(%(fields)s::text[], %(texts)s::text[]) AS given(field, value)
        WHERE %(tells)s AND event.id = %(key)s
          AND NOT EXISTS (SELECT FROM logged WHERE logged.field = given.field)
    )
    SELECT log.type, subject.uid, log.field, log.previous_value, log.current_value, log.created_at,
           author.uid, author.username, author.first_name, author.surname, NULL
    FROM log
    LEFT JOIN metadata_dataelement subject ON subject.id = log.data_element_id
    LEFT JOIN tracker_author author ON author.id = log.created_by_id
    WHERE (log.field IS NOT NULL OR subject.id = ANY(%(shown)s)) AND {condition}
    ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""
_COMMON = {"createdAt": "log.created_at", "username": "author.username"}
_NAME = "coalesce(nullif(subject.form_name, ''), subject.name)"


@dataclass(frozen=True, slots=True)
class Statement:
    """A change log: its columns by the fields of `order` and `filter`."""

    text: str
    order: Mapping[str, str]
    filter: Mapping[str, str]


ENTITY_LOG = Statement(
    ENTITY, _COMMON | {"attribute": _NAME}, {"username": "author.username", "attribute": "subject.uid"}
)
EVENT_LOG = Statement(
    EVENT,
    _COMMON | {"change": f"coalesce({_NAME}, log.field)"},
    {"username": "author.username", "dataElement": "subject.uid", "field": "log.field"},
)


def fetch(statement: Statement, params: ChangeLogParams, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a page, and one more if another page follows. Errors: 400 for order and filter."""
    order = ordering_of(params.order, statement.order)
    filter = parse_filter(params.filter, statement.filter)
    # changes of one moment stay in the order they were made in
    ties = order.direction if order.name == "createdAt" else "DESC"
    query = sql.SQL(statement.text).format(
        condition=sql.SQL("TRUE" if filter is None else f"{statement.filter[filter.field]} = %(filter)s"),
        order=sql.SQL(
            f"{statement.order[order.name]} {order.direction}, log.created_at {ties}, log.id {ties}, subject.uid"
        ),
    )
    given = {"filter": filter and filter.value, "limit": params.page_size + 1, "offset": params.offset}
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.connection), {**values, **given})
        return cursor.fetchall()
