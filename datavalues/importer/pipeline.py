"""The import of a data value set, the only door to its rules: sync, dry run, demo loader and later async use it.

    decode → preheat → resolve → validate → stage → write

chunk by chunk up to `stage`, `write` once, all in one transaction; a dry run is the same and rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from datavalues.formats import adx as adx_format
from datavalues.formats import csv as csv_format
from datavalues.formats import json as json_format
from datavalues.formats import xml as xml_format
from datavalues.importer.asked import ImportStopped, schemes_asked, strategy_asked
from datavalues.importer.completion import can_complete, complete_data_set, parse_complete_date
from datavalues.importer.context import Context
from datavalues.importer.effective import effective_params
from datavalues.importer.group_completion import complete_groups
from datavalues.importer.groups import assemble
from datavalues.importer.header import ResolvedHeader, check_header
from datavalues.importer.options import import_options
from datavalues.importer.preheat import preheat, prepare
from datavalues.importer.resolve import override, resolve
from datavalues.importer.staging import stage
from datavalues.importer.validate import validate
from datavalues.importer.write import write
from datavalues.params import ImportParams
from datavalues.records import DataValueSet, Header
from datavalues.schemes import Schemes, SchemeTexts, resolve_schemes
from datavalues.summary import ImportSummary
from dhis2api.figures import count_import
from dhis2api.objects.writers import record_writer
from metadata.hierarchy import capture_scope

Decoder = Callable[[BinaryIO, ImportParams], DataValueSet]
DECODERS: dict[str, Decoder] = {
    "adx": lambda stream, params: adx_format.decode(stream),
    "json": lambda stream, params: json_format.decode(stream),
    "xml": lambda stream, params: xml_format.decode(stream),
    "csv": lambda stream, params: csv_format.decode(
        stream, has_header=params.first_row_is_header, data_set=params.data_set or None
    ),
}


def import_data_value_set(stream: BinaryIO, *, params: ImportParams, user: Any, format: str = "json") -> ImportSummary:
    """Import one data value set in one transaction.

    Shapes: `stream` is an uncompressed body in `format` ("json", "xml", "csv" or "adx"); counts are of values.
    Errors: E7600-E7604 abort the set, an unusable header member fails it: nothing is written. E7610-E7645 and E2026
        reject a value, in ADX E7600 and E7601 too, and stand in `summary.conflicts` with its 0-based index. A body
        that cannot be read raises ApiError (400) with its place; nothing was written, also when the fault stands
        after a million good values.
    Source: DHIS2 2.42, data values, order of checks.
    """
    summary = _new_summary(params)
    with transaction.atomic():
        data = DECODERS[format](stream, params)
        try:
            context = new_context(data.header, params, user, summary)
            _run(context, data)
            record_writer(context.now)
        except ImportStopped as stop:
            summary.fail(str(stop))
        dry_run = params.dry_run if data.header.dry_run is None else data.header.dry_run
        if dry_run or summary.status == "ERROR":
            transaction.set_rollback(True)
    summary.finish()
    if not dry_run and summary.status != "ERROR":
        counts = summary.counts
        count_import(
            "dataValue", imported=counts.imported, updated=counts.updated, unchanged=counts.unchanged,
            deleted=counts.deleted, ignored=counts.ignored,
        )  # fmt: skip
    return summary


def failed_summary(params: ImportParams, reason: str) -> ImportSummary:
    """The summary of an import that found nothing to read: no counts, the options of the query."""
    summary = _new_summary(params)
    summary.fail(reason)
    return summary


def _new_summary(params: ImportParams) -> ImportSummary:
    schemes = resolve_schemes(params.schemes)
    return ImportSummary(
        options=import_options(params, params.import_strategy.canonical, schemes, dry_run=params.dry_run)
    )


def _run(context: Context, data: DataValueSet) -> None:
    day = _complete_date(context, data.header)
    prepare(context)
    header = ResolvedHeader(context, data.header)
    context.data_set = header.data_set
    if header.data_set is not None:
        context.metadata.named_data_sets[data.header.data_set] = header.data_set.pk
    faults = list(check_header(context, header))
    if faults:
        context.summary.abort(faults)
        return
    completed = header.period, header.org_unit, header.attribute_option_combo or context.metadata.default_combo
    is_complete = day is not None and can_complete(context, *completed)
    overrides = header.overrides()
    for chunk in data.chunks:
        override(overrides, chunk)
        assemble(context, chunk)
        preheat(context, chunk)
        resolved = resolve(context, chunk)
        refused = validate(context, resolved)
        stage(context, resolved, refused)
    write(context)
    missing = complete_data_set(context, day, *completed) if is_complete else []
    complete_groups(context)
    if missing:
        raise ImportStopped(f"All compulsory data element operands need to be filled: [{', '.join(missing)}]")


def new_context(header: Header, params: ImportParams, user: Any, summary: ImportSummary) -> Context:
    """What an import knows before it reads a value: options and schemes in force, the payload's before the query's."""
    strategy = strategy_asked(header.strategy, params)
    schemes = _schemes(header, params)
    dry_run = params.dry_run if header.dry_run is None else header.dry_run
    summary.options = import_options(params, strategy, schemes, dry_run=dry_run)
    return Context(
        params=effective_params(params, user.principal), strategy=strategy, schemes=schemes, dry_run=dry_run,
        principal=user.principal, user_pk=user.pk, now=timezone.now(), capture_scope=capture_scope(user.pk),
        summary=summary,
    )  # fmt: skip


def _schemes(header: Header, params: ImportParams) -> Schemes:
    payload = SchemeTexts(
        general=header.id_scheme, data_element=header.data_element_id_scheme, org_unit=header.org_unit_id_scheme,
        category_option_combo=header.category_option_combo_id_scheme,
        attribute_option_combo=header.category_option_combo_id_scheme, data_set=header.data_set_id_scheme,
        category=header.category_id_scheme, category_option=header.category_option_id_scheme,
    )  # fmt: skip
    return schemes_asked(payload, params.schemes, SchemeTexts(general=header.default_id_scheme))


def _complete_date(context: Context, header: Header) -> Any:
    if not header.data_set:
        return None
    try:
        return parse_complete_date(header.complete_date, timezone.localdate(context.now))
    except ValueError as error:
        raise ImportStopped(str(error)) from error
