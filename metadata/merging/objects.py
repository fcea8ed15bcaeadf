"""Merging data elements, category options, option combos, indicators and indicator types (DHIS2 2.42, merges).

Like org units: in one transaction, and imports that name one of the objects wait or are waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds
from metadata.merging import errors
from metadata.merging.bodies import MergeBody, read_merge
from metadata.merging.data import Strategy
from metadata.merging.reassign import Change
from metadata.merging.report import MergeReport
from metadata.merging.succession import pass_on, remove, require_no_default
from metadata.models import CategoryOption, CategoryOptionCombo
from sharing.access import require_authority

Check = Callable[[Sequence[Any], Any, MergeReport], None]


def _elements_are_alike(sources: Sequence[Any], target: Any, report: MergeReport) -> None:
    """E1550, E1551."""
    for code, column in ((errors.E1550, "value_type"), (errors.E1551, "domain_type")):
        wanted = getattr(target, column)
        others = sorted({getattr(row, column) for row in sources} - {wanted})
        if others:
            report.refuse(code, wanted, ", ".join(others))


def _option_combos_are_duplicates(sources: Sequence[Any], target: Any, report: MergeReport) -> None:
    """E1540."""
    through = CategoryOptionCombo.category_options.through.objects
    keys = [row.pk for row in (*sources, target)]
    options: dict[int, set[int]] = {pk: set() for pk in keys}
    rows = through.filter(categoryoptioncombo_id__in=keys).values_list("categoryoptioncombo_id", "categoryoption_id")
    for combo, option in rows:
        options[combo].add(option)
    for row in sources:
        if row.category_combo_id != target.category_combo_id or options[row.pk] != options[target.pk]:
            report.refuse(errors.E1540, row.uid)


def _options_stay_valid(sources: Sequence[Any], target: Any) -> None:
    """The target is valid wherever one of them was; an option without org units is valid everywhere."""
    through = CategoryOption.organisation_units.through
    keys = [row.pk for row in (*sources, target)]
    rows = through.objects.filter(categoryoption_id__in=keys)
    limited = set(rows.values_list("categoryoption_id", flat=True))
    if limited != set(keys):
        rows.filter(categoryoption_id=target.pk).delete()
        return
    units = set(rows.values_list("organisationunit_id", flat=True))
    added = [through(categoryoption_id=target.pk, organisationunit_id=unit) for unit in units]
    through.objects.bulk_create(added, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type is merged."""

    authority: str
    needs_strategy: bool = False
    check: Check | None = None
    before: Callable[[Sequence[Any], Any], None] | None = None


KINDS: dict[str, Kind] = {
    "dataElement": Kind("F_DATA_ELEMENT_MERGE", needs_strategy=True, check=_elements_are_alike),
    "categoryOption": Kind("F_CATEGORY_OPTION_MERGE", before=_options_stay_valid),
    "categoryOptionCombo": Kind(
        "F_CATEGORY_OPTION_COMBO_MERGE", needs_strategy=True, check=_option_combos_are_duplicates
    ),
    "indicator": Kind("F_INDICATOR_MERGE"),
    "indicatorType": Kind("F_INDICATOR_TYPE_MERGE"),
}


@transaction.atomic
def merge_objects(singular: str, body: Any, *, user: Any) -> MergeReport:
    """Give everything of the sources to the target; with errors in the report nothing was written.

    Errors: 403 without the authority, 409 for a source that the system cannot be without; E1530-E1534, E1540, E1550
        and E1551 are in the report.
    """
    kind, schema = KINDS[singular], get_schema(singular)
    require_authority(user.principal, kind.authority)
    wanted = read_merge(body, strategy_member="dataMergeStrategy", deletes=False)
    require_no_default(schema, wanted.sources)
    report = MergeReport(schema.simple_klass)
    found = _locked(schema, wanted, user)
    _check(schema, kind, wanted, found, report)
    if report.errors:
        return report
    sources, target = [found[uid] for uid in wanted.sources], found[wanted.target]
    if kind.check is not None:
        kind.check(sources, target, report)
    if not report.errors:
        _merge(schema, kind, wanted, (sources, target), user)
        report.deleted = wanted.sources if wanted.delete_sources else ()
    return report


def _locked(schema: Schema, wanted: MergeBody, user: Any) -> dict[str, Any]:
    """The readable ones, as they are once nobody else changes them or refers to them anew."""
    uids = [*wanted.sources, *([wanted.target] if wanted.target else [])]
    lock_for_update(schema, uids, against_references=True)
    rows = readable_rows(schema, ReadingContext(user.principal)).filter(uid__in=uids)
    return {row.uid: row for row in rows}


def _check(schema: Schema, kind: Kind, wanted: MergeBody, found: dict[str, Any], report: MergeReport) -> None:
    name = schema.simple_klass
    if not wanted.sources:
        report.refuse(errors.E1530, name)
    if wanted.target is None:
        report.refuse(errors.E1531, name)
    elif wanted.target in wanted.sources:
        report.refuse(errors.E1532, name, name)
    for uid in wanted.sources:
        if uid not in found:
            report.refuse(errors.E1533, "Source", name, uid)
    if wanted.target is not None and wanted.target not in found:
        report.refuse(errors.E1533, "Target", name, wanted.target)
    if kind.needs_strategy and wanted.strategy is None:
        report.refuse(errors.E1534)


def _merge(schema: Schema, kind: Kind, wanted: MergeBody, rows: tuple[list[Any], Any], user: Any) -> None:
    sources, target = rows
    now = to_milliseconds(timezone.now())
    if kind.before is not None:
        kind.before(sources, target)
    change = Change([row.pk for row in sources], [target.pk], user.pk, now)
    pass_on(schema, sources, [target], change, wanted.strategy or Strategy.LAST_UPDATED)
    if wanted.delete_sources:
        remove(schema, sources)
    schema.model._base_manager.filter(pk=target.pk).update(last_updated=now, last_updated_by=user.pk)
    connection.check_constraints()  # before the note of when this was written
    record_writer(now)
