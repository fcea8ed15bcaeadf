"""Reads data values: one statement, streamed from a server-side cursor in constant memory.

PostgreSQL makes the text of each value itself (in ADX: of each group): the process only passes it on. A statement sees
one snapshot, so what is read is the data of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from datavalues.export_adx import compile_groups
from datavalues.export_query import ExportQuery, compile_query
from datavalues.export_rows import COLUMNS, Identify, Statement, compile_rows
from datavalues.formats import adx as adx_format
from datavalues.formats import csv as csv_format
from datavalues.formats import json as json_format
from datavalues.formats import xml as xml_format
from datavalues.models import CompleteDataSetRegistration
from datavalues.params import ExportParams
from metadata.id_schemes import IdScheme, SchemeKind
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO

Encode = Callable[[dict[str, Any], Iterable[list[Any]]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """How values become a document: a statement whose rows are its pieces, and what stands around them."""

    compile: Callable[[ExportQuery], Statement]
    encode: Encode
    batch: int = 5_000  # rows fetched at a time


def _by_value(row: Callable[..., sql.Composable], identify: Identify, encode: Encode) -> Format:
    return Format(lambda query: compile_rows(query, row, identify), encode)


FORMATS: dict[str, Format] = {
    "json": _by_value(json_format.row, Identify(json_format.quoted, "'\"' || {} || '\"'"), json_format.encode),
    "xml": _by_value(xml_format.row, Identify(xml_format.escaped), xml_format.encode),
    "csv": _by_value(csv_format.row, Identify(csv_format.quoted), csv_format.encoder(csv_format.COLUMNS)),
    "adx": Format(compile_groups, adx_format.encode, batch=250),
}
# CSV as versions up to 37 are documented: other names, and `deleted` only if deleted values were asked for.
OLD_CSV = _by_value(csv_format.old_row, Identify(csv_format.quoted), csv_format.encoder(csv_format.OLD_COLUMNS[:-1]))
OLD_CSV_WITH_DELETED = _by_value(
    csv_format.row, Identify(csv_format.quoted), csv_format.encoder(csv_format.OLD_COLUMNS)
)


def export_data_value_set(params: ExportParams, *, user: Any, format: str, old_names: bool = False) -> Iterator[bytes]:
    """The values that the parameters ask for, as chunks of a document in `format` ("json", "xml", "csv" or "adx").

    `old_names`: CSV with the line of names that versions up to 37 are documented with.
    Errors: E2001-E2012 before the first chunk; in ADX 409 where a category or an option cannot be written.
    """
    query = compile_query(params, principal=user.principal, user_pk=user.pk, is_adx=format == "adx")
    chosen = FORMATS[format]
    if format == "csv" and old_names:
        chosen = OLD_CSV_WITH_DELETED if params.include_deleted else OLD_CSV
    return chosen.encode(_header(query), _batches(chosen.compile(query), chosen.batch))


def _batches(compiled: Statement, size: int) -> Iterator[list[Any]]:
    statement, parameters = compiled
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        with connection.cursor() as setting:
            # All rows will be fetched: without this the planner favours plans that start fast and end late.
            setting.execute("SET LOCAL cursor_tuple_fraction = 1")
            text = statement.as_string(setting.connection)
        cursor.execute(text, parameters)
        while rows := cursor.fetchmany(size):
            yield rows


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
    return getattr(item, COLUMNS[scheme.kind])
