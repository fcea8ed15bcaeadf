"""Data sets as the strict checks see them: loaded once an import, when a check first asks."""

from __future__ import annotations

from collections import defaultdict

from datavalues.importer.context import Context, DataSet
from metadata import models


def data_sets(context: Context) -> list[DataSet]:
    """All data sets with their elements and org units: three queries."""
    if context.metadata.data_sets is None:
        context.metadata.data_sets = _load()
    return context.metadata.data_sets


def data_sets_of(context: Context, data_element: int) -> list[DataSet]:
    """The data sets that contain a data element."""
    return [data_set for data_set in data_sets(context) if data_element in data_set.elements]


def _load() -> list[DataSet]:
    elements: dict[int, dict[int, int | None]] = defaultdict(dict)
    rows = models.DataSetElement.objects.values_list("data_set_id", "data_element_id", "category_combo_id")
    for data_set, element, combo in rows:
        elements[data_set][element] = combo
    units: dict[int, set[int]] = defaultdict(set)
    through = models.DataSet.organisation_units.through
    for data_set, unit in through.objects.values_list("dataset_id", "organisationunit_id"):
        units[data_set].add(unit)
    found = models.DataSet.objects.order_by("pk").values_list(
        "pk", "uid", "period_type", "category_combo_id", "open_periods_after_co_end_date"
    )
    return [
        DataSet(pk, uid, period_type, combo, after or 0, elements[pk], frozenset(units[pk]))
        for pk, uid, period_type, combo, after in found
    ]
