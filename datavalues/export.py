"""Reads data values: one statement, streamed from a server-side cursor in constant memory.

PostgreSQL makes the JSON of each value itself: the process only passes it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from datavalues.export_query import ExportQuery, compile_query
from datavalues.formats import csv as csv_format
from datavalues.formats import json as json_format
from datavalues.formats import xml as xml_format
from datavalues.models import CompleteDataSetRegistration
from datavalues.params import ExportParams
from datavalues.schemes import IdScheme, SchemeKind
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO

BATCH = 5_000  # rows fetched at a time

SELECT = """
    -- values with the names of their objects; access and window are decided before
    SELECT {row}
    FROM datavalue
    JOIN metadata_dataelement element ON element.id = datavalue.data_element_id
    JOIN metadata_period period ON period.id = datavalue.period_id
    JOIN metadata_organisationunit unit ON unit.id = datavalue.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = datavalue.category_option_combo_id
    JOIN metadata_categoryoptioncombo attribute_combo ON attribute_combo.id = datavalue.attribute_option_combo_id
    WHERE datavalue.data_element_id = ANY(%(data_elements)s)
      AND (%(include_deleted)s OR NOT datavalue.deleted)
      {conditions}
    {limit}
"""

_COLUMNS = {SchemeKind.UID: "uid", SchemeKind.CODE: "code", SchemeKind.NAME: "name"}

Format = tuple[sql.SQL, Callable[[dict[str, Any], Iterator[list[Any]]], Iterator[bytes]]]
FORMATS: dict[str, Format] = {
    "json": (json_format.ROW, json_format.encode),
    "xml": (xml_format.ROW, xml_format.encode),
    "csv": (csv_format.ROW, csv_format.encoder(csv_format.COLUMNS)),
}


def export_data_value_set(params: ExportParams, *, user: Any, format: str, old_names: bool = False) -> Iterator[bytes]:
    """The values that the parameters ask for, as chunks of a document in `format` ("json", "xml" or "csv").

    `old_names`: CSV with the line of names that versions up to 37 are documented with.
    Errors: E2001-E2012 before the first chunk.
    """
    query = compile_query(params, principal=user.principal, user_pk=user.pk)
    row, encode = FORMATS[format]
    if format == "csv" and old_names:
        names = csv_format.OLD_COLUMNS
        encode = csv_format.encoder(names if params.include_deleted else names[:-1])
    return encode(_header(query), _batches(query, row))


def _batches(query: ExportQuery, row: sql.SQL) -> Iterator[list[Any]]:
    statement, parameters = compile_statement(query, row)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        with connection.cursor() as setting:
            # All rows will be fetched: without this the planner favours plans that start fast and end late.
            setting.execute("SET LOCAL cursor_tuple_fraction = 1")
            text = statement.as_string(setting.connection)
        cursor.execute(text, parameters)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def compile_statement(query: ExportQuery, row: sql.SQL) -> tuple[sql.Composable, dict[str, Any]]:
    parameters: dict[str, Any] = {
        "data_elements": query.data_elements, "include_deleted": query.include_deleted,
    }  # fmt: skip
    conditions: list[str] = []

    def where(condition: str, **values: Any) -> None:
        conditions.append(condition)
        parameters.update(values)

    if query.periods:
        where("AND period.iso = ANY(%(periods)s)", periods=query.periods)
    if query.start_date:
        where("AND period.start_date >= %(start_date)s", start_date=query.start_date)
    if query.end_date:
        where("AND period.end_date <= %(end_date)s", end_date=query.end_date)
    if query.subtrees:
        where(
            "AND (unit.path = ANY(%(subtrees)s) OR unit.path LIKE ANY(%(below)s))",
            subtrees=query.subtrees, below=[f"{path}/%" for path in query.subtrees],
        )  # fmt: skip
    else:
        where("AND datavalue.organisation_unit_id = ANY(%(org_units)s)", org_units=query.org_units)
    if query.attribute_option_combos is not None:
        where("AND datavalue.attribute_option_combo_id = ANY(%(combos)s)", combos=query.attribute_option_combos)
    if query.hidden_attribute_option_combos:
        where("AND datavalue.attribute_option_combo_id <> ALL(%(hidden)s)", hidden=query.hidden_attribute_option_combos)
    if query.last_updated is not None:
        where("AND datavalue.last_updated >= %(last_updated)s", last_updated=query.last_updated)
    if query.limit is not None:
        parameters["limit"] = query.limit
    statement = sql.SQL(SELECT).format(
        row=_named(row, query.schemes),
        conditions=sql.SQL("\n      ".join(conditions)),
        limit=sql.SQL("LIMIT %(limit)s" if query.limit is not None else ""),
    )
    return statement, parameters


def _named(row: sql.SQL, schemes: Any) -> sql.Composable:
    """The row expression of a format with the columns of the output schemes in place."""
    return row.format(
        element=_identifier("element", schemes.data_element),
        unit=_identifier("unit", schemes.org_unit),
        combo=_identifier("combo", schemes.category_option_combo),
        attribute_combo=_identifier("attribute_combo", schemes.attribute_option_combo),
    )


def _identifier(table: str, scheme: IdScheme) -> sql.Composable:
    if scheme.kind is SchemeKind.ATTRIBUTE:
        return sql.SQL("{}.attribute_values->>{}").format(sql.Identifier(table), sql.Literal(scheme.attribute))
    return sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(_COLUMNS[scheme.kind]))


def _header(query: ExportQuery) -> dict[str, Any]:
    """The members of a set in the narrow sense: one data set, one period, one org unit."""
    if query.single is None:
        return {}
    data_set, period, unit = query.single
    date = (
        CompleteDataSetRegistration.objects.filter(
            data_set=data_set, period__iso=period.iso, organisation_unit=unit, completed=True,
            attribute_option_combo__uid=DEFAULT_CATEGORY_OPTION_COMBO,
        ).values_list("date", flat=True)
    ).first()  # fmt: skip
    return {
        "dataSet": _shown(data_set, query.schemes.data_set),
        "completeDate": date.isoformat() if date else None,
        "period": period.iso,
        "orgUnit": _shown(unit, query.schemes.org_unit),
    }


def _shown(item: Any, scheme: IdScheme) -> str | None:
    if scheme.kind is SchemeKind.ATTRIBUTE:
        return item.attribute_values.get(scheme.attribute)
    return getattr(item, _COLUMNS[scheme.kind])
