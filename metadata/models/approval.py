"""Data approval: its levels, and the workflows that data sets go through."""

from __future__ import annotations

from typing import Any

from django.db import models

from dhis2api.objects.columns import RefList, integer, reference, text
from dhis2api.objects.declarations import ComputedValue, Declaration
from dhis2api.objects.models import ApiObject, Coded, Shared, Translated, UniquelyNamed
from metadata.models.org_units import OrganisationUnitLevel
from sharing.access import TypeRules

LEVEL = ("F_DATA_APPROVAL_LEVEL",)
WORKFLOW = ("F_DATA_APPROVAL_WORKFLOW",)


def _level_names(levels: list[int], context: Any) -> dict[int, str]:
    """The names of the levels of org units that approve; a level without a name is called by its number."""
    numbers = dict(DataApprovalLevel.objects.filter(pk__in=levels).values_list("pk", "org_unit_level"))
    named = OrganisationUnitLevel.objects.filter(level__in=set(numbers.values()))
    names = dict(named.values_list("level", "name"))
    return {pk: names.get(number, f"Level {number}") for pk, number in numbers.items()}


class DataApprovalLevel(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """Who approves: the org units of one level, for one group set of attribute options or for all. 1 is the highest."""

    level = integer(default=0, marked_required=True)
    org_unit_level = integer(required=True, minimum=1)
    category_option_group_set = reference("metadata.CategoryOptionGroupSet")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org_unit_level", "category_option_group_set"],
                name="data_approval_level_once",
                nulls_distinct=False,
            )
        ]

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataapproval.DataApprovalLevel"
        order = 1370
        computed = {"orgUnitLevelName": ComputedValue(_level_names)}
        access = TypeRules(shareable=True, create_public=LEVEL, create_private=LEVEL, delete=LEVEL)


class DataApprovalWorkflow(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """The levels that the data of some data sets pass, period by period."""

    period_type = text(30, kind="CONSTANT")
    category_combo = reference("metadata.CategoryCombo", required=True)
    data_approval_levels = RefList(DataApprovalLevel)

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataapproval.DataApprovalWorkflow"
        order = 1380
        access = TypeRules(shareable=True, create_public=WORKFLOW, create_private=WORKFLOW, delete=WORKFLOW)
