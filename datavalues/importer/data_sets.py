"""Data sets as checks see them: those of the data elements that values name, loaded when a check first asks.

What is assigned to an org unit is loaded for the units that values name: a country has millions of assignments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from datavalues.importer.context import Context, DataSet, InputPeriod, OrgUnit, Workflow, WorkflowLevel
from dhis2api.periods import find_period
from metadata import models


def data_sets_of(context: Context, data_element: int) -> tuple[DataSet, ...]:
    """The data sets that contain a data element, by primary key; the element is one that the import has named."""
    known = context.metadata.data_sets_of
    if data_element not in known:
        _learn(context)
    return known[data_element]


def named_data_set(context: Context, text: str | None) -> DataSet | None:
    """The data set that the payload names so; None if there is none."""
    key = context.metadata.named_data_sets.get(text)
    if key is not None and key not in context.metadata.data_sets:
        _learn(context)
    return None if key is None else context.metadata.data_sets.get(key)


def _learn(context: Context) -> None:
    """Load the data sets of every data element named so far, and those that are named themselves."""
    metadata = context.metadata
    new = {item.pk for item in metadata.data_elements.values() if item is not None} - metadata.data_sets_of.keys()
    containing = models.DataSetElement.objects.filter(data_element_id__in=new).values("data_set_id")
    wanted = Q(pk__in=containing) | Q(pk__in=metadata.named_data_sets.values())
    for data_set in load_data_sets(wanted & ~Q(pk__in=list(metadata.data_sets))):
        metadata.data_sets[data_set.pk] = data_set
    found: dict[int, list[DataSet]] = {element: [] for element in new}
    for _, data_set in sorted(metadata.data_sets.items()):
        for element in data_set.elements.keys() & new:
            found[element].append(data_set)
    # Most elements share their data sets with others: one tuple for all of them.
    shared: dict[tuple[DataSet, ...], tuple[DataSet, ...]] = {}
    for element, containing_it in found.items():
        sets = tuple(containing_it)
        metadata.data_sets_of[element] = shared.setdefault(sets, sets)


def load_assignments(context: Context, units: Iterable[OrgUnit | None]) -> None:
    """Learn which data sets are assigned to these org units; one query, for those that are new."""
    known = context.metadata.assigned
    new = {unit.pk for unit in units if unit is not None} - known.keys()
    if not new:
        return
    found: dict[int, set[int]] = defaultdict(set)
    rows = models.DataSet.organisation_units.through.objects.filter(organisationunit_id__in=new)
    for unit, data_set in rows.values_list("organisationunit_id", "dataset_id"):
        found[unit].add(data_set)
    shared: dict[frozenset[int], frozenset[int]] = {}  # many units have the same data sets
    for unit in new:
        assigned = frozenset(found[unit])
        known[unit] = shared.setdefault(assigned, assigned)


def is_assigned(context: Context, data_set: DataSet, unit: OrgUnit) -> bool:
    """Whether a data set is reported by an org unit; `load_assignments` must have been told of the unit."""
    return data_set.pk in context.metadata.assigned[unit.pk]


def load_data_sets(query: Q) -> list[DataSet]:
    """The data sets of a query, with their elements, input periods and workflows: four queries, by primary key."""
    rows = list(
        models.DataSet.objects.filter(query).order_by("pk").distinct().values_list(
            "pk", "uid", "period_type", "category_combo_id", "open_periods_after_co_end_date", "expiry_days",
            "open_future_periods", "workflow_id",
        )
    )  # fmt: skip
    keys = [row[0] for row in rows]
    elements: dict[int, dict[int, int | None]] = defaultdict(dict)
    contained = models.DataSetElement.objects.filter(data_set_id__in=keys)
    for data_set, element, combo in contained.values_list("data_set_id", "data_element_id", "category_combo_id"):
        elements[data_set][element] = combo
    input_periods: dict[int, list[InputPeriod]] = defaultdict(list)
    opened = models.DataInputPeriod.objects.filter(data_set_id__in=keys)
    for data_set, text, opening, closing in opened.values_list("data_set_id", "period", "opening_date", "closing_date"):
        period = find_period(text)
        input_periods[data_set].append(InputPeriod(period.iso if period else text, opening, closing))
    workflows = load_workflows({row[7] for row in rows if row[7] is not None})
    return [
        DataSet(
            pk, uid, period_type, combo, after or 0, expiry or 0, future or 0, tuple(input_periods[pk]),
            workflows.get(workflow), elements[pk],
        )
        for pk, uid, period_type, combo, after, expiry, future, workflow in rows
    ]  # fmt: skip


def load_workflows(keys: Iterable[int]) -> dict[int, Workflow]:
    """Approval workflows by primary key: two queries, or none."""
    wanted = list(keys)
    if not wanted:
        return {}
    levels: dict[int, list[WorkflowLevel]] = defaultdict(list)
    through = models.DataApprovalWorkflow.data_approval_levels.through.objects.filter(
        dataapprovalworkflow_id__in=wanted
    )
    for workflow, pk, uid, level, org_unit_level, group_set in through.values_list(
        "dataapprovalworkflow_id", "dataapprovallevel_id", "dataapprovallevel__uid", "dataapprovallevel__level",
        "dataapprovallevel__org_unit_level", "dataapprovallevel__category_option_group_set_id",
    ):  # fmt: skip
        levels[workflow].append(WorkflowLevel(pk, uid, level, org_unit_level, group_set is not None))
    rows = models.DataApprovalWorkflow.objects.filter(pk__in=wanted)
    return {
        pk: Workflow(pk, uid, period_type, combo, tuple(sorted(levels[pk], key=lambda found: (found.level, found.pk))))
        for pk, uid, period_type, combo in rows.values_list("pk", "uid", "period_type", "category_combo_id")
    }
