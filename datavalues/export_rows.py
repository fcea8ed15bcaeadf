"""The statement behind an export: which values, and by which identifiers their objects are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from datavalues.export_query import ExportQuery
from datavalues.formats.names import Names
from metadata.id_schemes import IdScheme, SchemeKind

SELECT = """
    -- values with the names of their objects; access and window are decided before
    SELECT {row}
    FROM datavalue
    JOIN metadata_dataelement element ON element.id = datavalue.data_element_id
    JOIN metadata_period period ON period.id = datavalue.period_id
    JOIN metadata_organisationunit unit ON unit.id = datavalue.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = datavalue.category_option_combo_id
    JOIN metadata_categoryoptioncombo attribute_combo ON attribute_combo.id = datavalue.attribute_option_combo_id
    WHERE {conditions}
    {limit}
"""

COLUMNS = {SchemeKind.UID: "uid", SchemeKind.CODE: "code", SchemeKind.NAME: "name"}

Statement = tuple[sql.Composable, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Identify:
    """How a format writes identifiers: `quote` any text, `plain` one that is known to need no quoting (a uid)."""

    quote: Callable[[sql.Composable], sql.Composable]
    plain: str = "{}"

    def __call__(self, table: str, scheme: IdScheme) -> sql.Composable:
        """The identifier of an object of `table` in `scheme`, ready to be written."""
        if scheme.kind is SchemeKind.UID:
            return sql.SQL(self.plain).format(sql.Identifier(table, "uid"))
        if scheme.kind is SchemeKind.ATTRIBUTE:
            values = sql.Identifier(table, "attribute_values")
            return self.quote(sql.SQL("({}->>{})").format(values, sql.Literal(scheme.attribute)))
        return self.quote(sql.Identifier(table, COLUMNS[scheme.kind]))


def compile_rows(query: ExportQuery, row: Callable[[Names], sql.Composable], identify: Identify) -> Statement:
    """The statement whose rows are the values of a query as `row` writes them, and its parameters."""
    conditions, parameters = compile_conditions(query)
    schemes = query.schemes
    names = Names(
        identify("element", schemes.data_element), identify("unit", schemes.org_unit),
        identify("combo", schemes.category_option_combo), identify("attribute_combo", schemes.attribute_option_combo),
    )  # fmt: skip
    statement = sql.SQL(SELECT).format(row=row(names), conditions=conditions, limit=compile_limit(query, parameters))
    return statement, parameters


def compile_limit(query: ExportQuery, parameters: dict[str, Any]) -> sql.Composable:
    """At most so many values; adds its parameter."""
    if query.limit is None:
        return sql.SQL("")
    parameters["limit"] = query.limit
    return sql.SQL("LIMIT %(limit)s")


def compile_conditions(query: ExportQuery) -> Statement:
    """What values must meet, in terms of the tables `datavalue`, `period` and `unit`."""
    parameters: dict[str, Any] = {"data_elements": query.data_elements}
    conditions = ["datavalue.data_element_id = ANY(%(data_elements)s)"]

    def where(condition: str, **values: Any) -> None:
        conditions.append(condition)
        parameters.update(values)

    if not query.include_deleted:
        where("NOT datavalue.deleted")
    if query.periods:
        where("period.iso = ANY(%(periods)s)", periods=query.periods)
    if query.start_date:
        where("period.start_date >= %(start_date)s", start_date=query.start_date)
    if query.end_date:
        where("period.end_date <= %(end_date)s", end_date=query.end_date)
    if query.subtrees:
        where(
            "(unit.path = ANY(%(subtrees)s) OR unit.path LIKE ANY(%(below)s))",
            subtrees=query.subtrees, below=[f"{path}/%" for path in query.subtrees],
        )  # fmt: skip
    else:
        where("datavalue.organisation_unit_id = ANY(%(org_units)s)", org_units=query.org_units)
    if query.attribute_option_combos is not None:
        where("datavalue.attribute_option_combo_id = ANY(%(combos)s)", combos=query.attribute_option_combos)
    if query.hidden_attribute_option_combos:
        where("datavalue.attribute_option_combo_id <> ALL(%(hidden)s)", hidden=query.hidden_attribute_option_combos)
    if query.last_updated is not None:
        where("datavalue.last_updated >= %(last_updated)s", last_updated=query.last_updated)
    return sql.SQL("\n      AND ".join(conditions)), parameters
