"""The import of completeness registrations: decode → preheat → resolve → validate → write, in one transaction.

Each registration stops at its first fault, which is a conflict in free text; the others go in. The number of queries
does not depend on theirs. Locks are not asked. Source: DHIS2 2.42, completeness registrations.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from datavalues.importer.asked import ImportStopped, schemes_asked, strategy_asked
from datavalues.importer.compulsory import Cell, unfilled_operands
from datavalues.importer.context import Context, DataSet, OptionCombo, OrgUnit
from datavalues.importer.effective import effective_params
from datavalues.importer.options import import_options
from datavalues.importer.preheat import prepare
from datavalues.importer.registering import Registered, register
from datavalues.params import Strategy
from datavalues.registrations.params import RegistrationImportParams
from datavalues.registrations.records import DECODERS, Registration, RegistrationSet
from datavalues.registrations.resolving import Named, load_named
from datavalues.registrations.validating import first_fault
from datavalues.registrations.writing import delete, find_stored
from datavalues.schemes import Schemes, SchemeTexts
from datavalues.summary import ERROR, MAX_CONFLICTS, SUCCESS, FreeConflict, ImportSummary
from dhis2api.objects.writers import record_writer
from dhis2api.periods import Period
from metadata.hierarchy import capture_scope

DONE = "Import process complete."


@dataclass(slots=True)
class Accepted:
    """A registration with its objects."""

    item: Registration
    index: int
    data_set: DataSet
    period: Period
    org_unit: OrgUnit
    combo: OptionCombo
    day: datetime.date

    @property
    def said(self) -> Registered:
        """What is to be stored of it."""
        return Registered(self.day, self.item.is_completed, self.item.stored_by, self.item.last_updated_by)


def import_complete_registrations(
    stream: BinaryIO, *, params: RegistrationImportParams, user: Any, format: str = "json"
) -> ImportSummary:
    """Import registrations.

    Shapes: `stream` is a body in `format` ("json" or "xml"), uncompressed; counts in the result are registrations.
    Errors: conflicts of single registrations stand in `summary.free_conflicts`. The status is ERROR as soon as
        everything was ignored, an empty payload included, and SUCCESS otherwise. A body that cannot be read raises
        ApiError (400) with its place; nothing was written.
    """
    summary = ImportSummary(options=_options(params, params.import_strategy.canonical, params.dry_run, Schemes()))
    with transaction.atomic():
        payload = DECODERS[format](stream)
        dry_run = params.dry_run if payload.dry_run is None else payload.dry_run
        try:
            _run(payload, params, user, summary, dry_run=dry_run)
        except ImportStopped as stop:
            summary.fail(str(stop))
        if dry_run or summary.status == ERROR:
            transaction.set_rollback(True)
    return summary


def failed_registrations(params: RegistrationImportParams, reason: str) -> ImportSummary:
    """The summary of an import that found nothing to read."""
    summary = ImportSummary(options=_options(params, params.import_strategy.canonical, params.dry_run, Schemes()))
    summary.fail(reason)
    return summary


def _run(
    payload: RegistrationSet, params: RegistrationImportParams, user: Any, summary: ImportSummary, *, dry_run: bool
) -> None:
    strategy, schemes = strategy_asked(payload.strategy, params), _schemes(payload, params)
    summary.options = _options(params, strategy, dry_run, schemes)
    context = Context(
        params=effective_params(params, user.principal), strategy=strategy, schemes=schemes, dry_run=dry_run,
        principal=user.principal, user_pk=user.pk, now=timezone.now(), capture_scope=capture_scope(user.pk),
        summary=summary,
    )  # fmt: skip
    prepare(context)
    named = load_named(context, payload.items)
    accepted = []
    for index, item in enumerate(payload.items):
        found = _resolve(context, named, item, index)
        if isinstance(found, FreeConflict):
            _refuse(summary, found)
        else:
            accepted.append(found)
    _write(context, accepted)
    record_writer(context.now)
    counts = summary.counts
    summary.description = DONE
    summary.status = SUCCESS if counts.imported + counts.updated + counts.deleted else ERROR


def _resolve(context: Context, named: Named, item: Registration, index: int) -> Accepted | FreeConflict:
    fault = first_fault(context, named, item)
    if fault is not None:
        return fault
    data_set, period, unit = named.data_sets[item.data_set], named.periods[item.period], named.org_units[
        item.organisation_unit
    ]  # fmt: skip
    day = named.day(item) or timezone.localdate(context.now)
    return Accepted(item, index, data_set, period, unit, named.combo(item) or context.metadata.default_combo, day)


def _write(context: Context, accepted: list[Accepted]) -> None:
    """Count and store in the order of the payload: of several registrations of one cell the last one stays."""
    counts, strategy = context.summary.counts, context.strategy
    cells = _cells(context, accepted)
    if strategy is not Strategy.DELETE:
        _block_unfilled(context, cells)
    stored = set() if context.params.skip_existing_check else find_stored(list(cells))
    to_write: dict[Cell, Accepted] = {}
    to_delete: list[Cell] = []
    for cell, items in cells.items():
        for each in items:
            exists = cell in stored
            if strategy is Strategy.DELETE:
                counts.deleted += exists
                counts.ignored += not exists
                to_delete += [cell] * exists
                stored.discard(cell)
            elif strategy is not Strategy.CREATE and exists:
                counts.updated += 1
                to_write[cell] = each
            elif strategy is not Strategy.UPDATE and not exists:
                counts.imported += 1
                to_write[cell] = each
                stored.add(cell)
            else:
                counts.ignored += 1
    register(context, {cell: each.said for cell, each in to_write.items()})
    delete(to_delete)


def _block_unfilled(context: Context, cells: dict[Cell, list[Accepted]]) -> None:
    """Tell which compulsory operands lack a value, and take out the cells whose data set insists on them."""
    completed = [cell for cell, items in cells.items() if any(each.item.is_completed for each in items)]
    for cell, unfilled in unfilled_operands(completed).items():
        for name in unfilled.names:
            words = f"Compulsory data element operand needs to be filled: {name}"
            _tell(context.summary, FreeConflict("dataElementOperand", words))
        if unfilled.blocks:
            context.summary.counts.ignored += len(cells.pop(cell))


def _cells(context: Context, accepted: list[Accepted]) -> dict[Cell, list[Accepted]]:
    from_periods = context.metadata.period_keys
    cells: dict[Cell, list[Accepted]] = {}
    for each in accepted:
        cell = each.data_set.pk, from_periods[each.period.iso], each.org_unit.pk, each.combo.pk
        cells.setdefault(cell, []).append(each)
    return cells


def _refuse(summary: ImportSummary, fault: FreeConflict) -> None:
    summary.counts.ignored += 1
    _tell(summary, fault)


def _tell(summary: ImportSummary, fault: FreeConflict) -> None:
    if len(summary.free_conflicts) < MAX_CONFLICTS:
        summary.free_conflicts.append(fault)


def _options(params: RegistrationImportParams, strategy: Strategy, dry_run: bool, schemes: Schemes) -> dict[str, Any]:
    return import_options(params, strategy, schemes, dry_run=dry_run)


def _schemes(payload: RegistrationSet, params: RegistrationImportParams) -> Schemes:
    """Specific schemes go before general ones, and of each kind the payload's before the query's."""
    query = replace(params.schemes, attribute_option_combo=params.attribute_option_combo_id_scheme)
    sources = payload.schemes, query
    specific = [replace(source, general=None) for source in sources]
    general = [SchemeTexts(general=source.general) for source in sources]
    return schemes_asked(*specific, *general)
