"""Reads the values that changed since a stamp, page by page in one order, deleted ones too.

The order is that of stamps and then of keys, so that a push that was interrupted goes on behind its last page. Rows
come from a cursor that outlives transactions, in windows: what one holds lies on the database's disk meanwhile.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg2 import sql

from datavalues.formats import json as json_format
from datavalues.formats.names import Names

WINDOW = 500_000  # values that one cursor holds

_KEY = """data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id"""
PAGE = f"""
    -- values by stamp and key, each as the JSON of its object with its place in the order
    SELECT {{row}}, datavalue.last_updated, {_KEY}
    FROM datavalue
    JOIN metadata_dataelement element ON element.id = datavalue.data_element_id
    JOIN metadata_period period ON period.id = datavalue.period_id
    JOIN metadata_organisationunit unit ON unit.id = datavalue.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = datavalue.category_option_combo_id
    JOIN metadata_categoryoptioncombo attribute_combo ON attribute_combo.id = datavalue.attribute_option_combo_id
    WHERE {{condition}}
    ORDER BY datavalue.last_updated, {_KEY}
    LIMIT %(window)s
"""
FROM_STAMP = "datavalue.last_updated >= %(since)s"
BEHIND = f"""
    datavalue.last_updated >= %(stamp)s
    AND (datavalue.last_updated, {_KEY}) > (%(stamp)s::timestamptz, %(k0)s, %(k1)s, %(k2)s, %(k3)s, %(k4)s)
"""
COUNT = f"SELECT count(*) FROM datavalue WHERE {FROM_STAMP}"
COUNT_BEHIND = f"SELECT count(*) FROM datavalue WHERE {BEHIND}"

After = list[Any]  # the stamp in ISO form and the five keys of a value


@dataclass(frozen=True, slots=True)
class Page:
    """Values as JSON texts, and the place of the last one."""

    values: list[str]
    after: After

    def body(self) -> bytes:
        """The data value set of these values."""
        return b'{"dataValues":[' + ",".join(self.values).encode() + b"]}"


def count_values(since: datetime.datetime, after: After | None = None) -> int:
    """How many values are to be pushed."""
    with connection.cursor() as cursor:
        cursor.execute(*((COUNT, {"since": since}) if after is None else (COUNT_BEHIND, _place(after))))
        return cursor.fetchone()[0]


def pages_of_values(since: datetime.datetime, size: int, after: After | None = None) -> Iterator[Page]:
    """The values stamped `since` or later, or those behind a place. Outside any transaction, or within one.

    A value that changes meanwhile may come as it was or as it is: its new stamp brings it with the next push.
    """
    is_last = False
    while not is_last:
        taken = 0
        for page in _window(since, size, after):
            taken += len(page.values)
            after = page.after
            yield page
        is_last = taken < _whole_pages(size)


def _window(since: datetime.datetime, size: int, after: After | None) -> Iterator[Page]:
    condition = FROM_STAMP if after is None else BEHIND
    parameters = {"since": since} if after is None else _place(after)
    statement = sql.SQL(PAGE).format(row=_row(), condition=sql.SQL(condition))
    with connection.cursor() as plain:
        text = statement.as_string(plain.connection)
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, {**parameters, "window": _whole_pages(size)})
        while rows := cursor.fetchmany(size):
            last = rows[-1]
            yield Page([row[0] for row in rows], [last[1].isoformat(), *last[2:]])


def _whole_pages(size: int) -> int:
    return max(WINDOW // size, 1) * size


def _place(after: After) -> dict[str, Any]:
    return {"stamp": after[0], **{f"k{index}": key for index, key in enumerate(after[1:])}}


def _row() -> sql.Composable:
    def uid(table: str) -> sql.Composable:
        return sql.SQL("'\"' || {} || '\"'").format(sql.Identifier(table, "uid"))

    return json_format.row(Names(uid("element"), uid("unit"), uid("combo"), uid("attribute_combo")))
